import { readActivityFile } from '../../../lib/activity-files/read-activity-file.ts';
import { createActivityImportStore } from '../../../lib/adapters/dynamo/activity-import-store.ts';
import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createHeadStore } from '../../../lib/adapters/dynamo/head-store.ts';
import { createS3Client } from '../../../lib/adapters/s3/client.ts';
import { createTrackStore } from '../../../lib/adapters/s3/track-store.ts';
import { createUploadReader } from '../../../lib/adapters/s3/upload-store.ts';
import { normaliseRecord, recordIdOf } from '../../../lib/records/normalise-record.ts';
import type { RunImportDependencies } from '../../../lib/workouts/imports/run-import.ts';
import { wireVault } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { QueueStack } from '../../_platform/queue/create-queue-handler.ts';
import { wireDataWriter } from '../../_platform/wire-data-writer.ts';
import type { Env } from './env.ts';

export interface ImportActivityWiring extends Pick<QueueStack<never>, 'settings'> {
  readonly imports: RunImportDependencies;
}

export function wire(env: Env, platform: Platform): ImportActivityWiring {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const s3 = platform.client('s3', createS3Client);
  const bucketName = env.PAYLOAD_BUCKET_NAME;
  const coreTable = env.CORE_TABLE_NAME;
  const dataKeys = wireVault(env, platform);
  return {
    imports: {
      store: createActivityImportStore({ dynamo, coreTable, clock, randomness }),
      heads: createHeadStore(dynamo, coreTable),
      uploads: createUploadReader(s3, bucketName),
      tracks: createTrackStore({ s3, bucketName, dataKeys, randomness }),
      writer: wireDataWriter(env, platform, dataKeys),
      readFile: readActivityFile,
      normaliseRecord,
      recordIdOf,
      clock,
    },
    settings: platform,
  };
}
