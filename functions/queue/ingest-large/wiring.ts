import { createBlockReader } from '../../../lib/adapters/dynamo/block-reader.ts';
import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createSampleStore } from '../../../lib/adapters/dynamo/sample-store.ts';
import { createS3Client } from '../../../lib/adapters/s3/client.ts';
import { createPayloadStore } from '../../../lib/adapters/s3/payload-store.ts';
import { createUploadReader } from '../../../lib/adapters/s3/upload-store.ts';
import type { ProcessDependencies } from '../../../lib/samples/process-queued.ts';
import { wireVault } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { QueueStack } from '../../_platform/queue/create-queue-handler.ts';
import type { Env } from './env.ts';

export interface IngestLargeWiring extends Pick<QueueStack<never>, 'settings'> {
  readonly ingest: ProcessDependencies;
}

export function wire(env: Env, platform: Platform): IngestLargeWiring {
  const { clock, randomness, meter } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const s3 = platform.client('s3', createS3Client);
  const bucketName = env.PAYLOAD_BUCKET_NAME;
  const dataKeys = wireVault(env, platform);
  const tables = { core: env.CORE_TABLE_NAME, samples: env.SAMPLES_TABLE_NAME, vault: env.VAULT_TABLE_NAME };
  return {
    ingest: {
      store: createSampleStore({ dynamo, tables, dataKeys, clock, randomness }),
      reader: createBlockReader({ dynamo, samplesTable: tables.samples, dataKeys }),
      payloads: createPayloadStore({ s3, bucketName, dataKeys, randomness }),
      uploads: createUploadReader(s3, bucketName),
      clock,
      randomness,
      meter,
    },
    settings: platform,
  };
}
