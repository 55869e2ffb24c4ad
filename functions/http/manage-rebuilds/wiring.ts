import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createHeadStore } from '../../../lib/adapters/dynamo/head-store.ts';
import { createRebuildStore } from '../../../lib/adapters/dynamo/rebuild-store.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import { createRebuildQueue } from '../../../lib/adapters/sqs/rebuild-queue.ts';
import { wireAccess } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';
import type { ManageRebuildsWiring } from './handler.ts';

export function wire(env: Env, platform: Platform): ManageRebuildsWiring {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  return {
    deps: {
      rebuilds: createRebuildStore(dynamo, env.CORE_TABLE_NAME),
      heads: createHeadStore(dynamo, env.CORE_TABLE_NAME),
      queue: createRebuildQueue(platform.client('sqs', createSqsClient), env.REBUILD_QUEUE_URL),
      clock,
      randomness,
    },
    access: wireAccess(env, platform),
    settings: platform,
  };
}
