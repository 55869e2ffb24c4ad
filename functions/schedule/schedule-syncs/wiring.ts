import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createConnectionStore } from '../../../lib/adapters/dynamo/connection-store.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import { createSyncQueue } from '../../../lib/adapters/sqs/sync-queue.ts';
import type { ScheduleDependencies } from '../../../lib/connections/schedule/schedule-due.ts';
import { newSortableId } from '../../../lib/core/ids.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';

export interface ScheduleSyncsWiring {
  readonly schedule: ScheduleDependencies;
  readonly settings: Pick<Platform, 'clock' | 'log' | 'meter'>;
}

export function wire(env: Env, platform: Platform): ScheduleSyncsWiring {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  return {
    schedule: {
      connections: createConnectionStore({
        dynamo,
        coreTable: env.CORE_TABLE_NAME,
        // The index says who is due; nothing sealed is read here.
        dataKeys: { load: async () => undefined },
        clock,
        randomness,
      }),
      queue: createSyncQueue(platform.client('sqs', createSqsClient), env.PROVIDER_SYNC_QUEUE_URL),
      clock,
      newCorrelationId: () => newSortableId(clock.now(), randomness),
    },
    settings: platform,
  };
}
