import { createActivityImportStore } from '../../../lib/adapters/dynamo/activity-import-store.ts';
import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createS3Client } from '../../../lib/adapters/s3/client.ts';
import { createTrackStore } from '../../../lib/adapters/s3/track-store.ts';
import { createUploadSigner } from '../../../lib/adapters/s3/upload-store.ts';
import { createActivityImportQueue } from '../../../lib/adapters/sqs/activity-import-queue.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import type { DataKeys } from '../../../lib/vault/data-keys.ts';
import type { AskImportDependencies } from '../../../lib/workouts/imports/ask-import.ts';
import type { TrackStore } from '../../../lib/workouts/tracks/track-store.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';

export interface ImportDeps {
  readonly imports: AskImportDependencies;
  readonly tracks: TrackStore;
}

export function wireImports(env: Env, platform: Platform, dataKeys: DataKeys): ImportDeps {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const s3 = platform.client('s3', createS3Client);
  const sqs = platform.client('sqs', createSqsClient);
  const bucketName = env.PAYLOAD_BUCKET_NAME;
  return {
    imports: {
      store: createActivityImportStore({ dynamo, coreTable: env.CORE_TABLE_NAME, clock, randomness }),
      signer: createUploadSigner(s3, bucketName, clock),
      queue: createActivityImportQueue(sqs, env.ACTIVITY_IMPORT_QUEUE_URL),
      clock,
      randomness,
    },
    tracks: createTrackStore({ s3, bucketName, dataKeys, randomness }),
  };
}
