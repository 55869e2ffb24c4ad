import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createRebuildStore } from '../../../lib/adapters/dynamo/rebuild-store.ts';
import { createRecomputationStore } from '../../../lib/adapters/dynamo/recomputation-store.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import { createRebuildQueue } from '../../../lib/adapters/sqs/rebuild-queue.ts';
import type { RecomputeDeps } from '../../../lib/rebuilds/recompute.ts';
import type { RebuildStepDeps } from '../../../lib/rebuilds/take-rebuild-step.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { QueueStack } from '../../_platform/queue/create-queue-handler.ts';
import { wireRebuilders } from '../../_platform/wire-rebuilders.ts';
import type { Env } from './env.ts';

export interface RebuildReadModelsWiring extends Pick<QueueStack<never>, 'settings'> {
  readonly rebuilds: RecomputeDeps & RebuildStepDeps;
}

export function wire(env: Env, platform: Platform): RebuildReadModelsWiring {
  const dynamo = platform.client('dynamo', createDynamoClient);
  return {
    rebuilds: {
      ...wireRebuilders(env, platform),
      rebuilds: createRebuildStore(dynamo, env.CORE_TABLE_NAME),
      recomputations: createRecomputationStore(dynamo, env.CORE_TABLE_NAME),
      queue: createRebuildQueue(platform.client('sqs', createSqsClient), env.REBUILD_QUEUE_URL),
      clock: platform.clock,
    },
    settings: platform,
  };
}
