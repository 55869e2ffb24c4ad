import { createBlockReader } from '../../../lib/adapters/dynamo/block-reader.ts';
import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createHeadStore } from '../../../lib/adapters/dynamo/head-store.ts';
import { createSampleStore } from '../../../lib/adapters/dynamo/sample-store.ts';
import { createS3Client } from '../../../lib/adapters/s3/client.ts';
import { createPayloadStore } from '../../../lib/adapters/s3/payload-store.ts';
import { createUploadSigner } from '../../../lib/adapters/s3/upload-store.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import { createIngestQueue } from '../../../lib/adapters/sqs/ingest-queue.ts';
import type { CreateUploadDependencies } from '../../../lib/samples/create-upload.ts';
import type { IngestDependencies } from '../../../lib/samples/ingest-samples.ts';
import type { HttpStack } from '../../_platform/http/create-http-handler.ts';
import { wireAccess, wireVault } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';

export interface IngestSamplesWiring extends Pick<HttpStack, 'access' | 'settings'> {
  readonly ingest: IngestDependencies;
  readonly uploads: CreateUploadDependencies;
}

export function wire(env: Env, platform: Platform): IngestSamplesWiring {
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
      queue: createIngestQueue(platform.client('sqs', createSqsClient), env.LARGE_INGEST_QUEUE_URL),
      clock,
      randomness,
      meter,
    },
    uploads: {
      heads: createHeadStore(dynamo, tables.core),
      signer: createUploadSigner(s3, bucketName, clock),
      clock,
      randomness,
    },
    access: wireAccess(env, platform, dataKeys),
    settings: platform,
  };
}
