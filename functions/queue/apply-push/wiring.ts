import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createConnectionStore } from '../../../lib/adapters/dynamo/connection-store.ts';
import { createRunStore } from '../../../lib/adapters/dynamo/run-store.ts';
import { createS3Client } from '../../../lib/adapters/s3/client.ts';
import { createPushBodies } from '../../../lib/adapters/s3/push-bodies.ts';
import { createRawStore } from '../../../lib/adapters/s3/raw-store.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import { createSyncQueue } from '../../../lib/adapters/sqs/sync-queue.ts';
import { wireVault } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireProviders } from '../../_platform/wire-connections.ts';
import type { Env } from './env.ts';
import type { ApplyPushWiring } from './handler.ts';

export function wire(env: Env, platform: Platform): ApplyPushWiring {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const s3 = platform.client('s3', createS3Client);
  const bucketName = env.PAYLOAD_BUCKET_NAME;
  const stores = {
    dynamo,
    coreTable: env.CORE_TABLE_NAME,
    dataKeys: wireVault(env, platform),
    clock,
    randomness,
  };
  return {
    apply: {
      providers: wireProviders(env, platform),
      connections: createConnectionStore(stores),
      runs: createRunStore(stores),
      syncs: createSyncQueue(platform.client('sqs', createSqsClient), env.PROVIDER_SYNC_QUEUE_URL),
      bodies: createPushBodies(s3, bucketName),
      payloads: createRawStore({ s3, bucketName, dataKeys: stores.dataKeys, randomness }),
    },
    settings: platform,
  };
}
