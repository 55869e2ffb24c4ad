import { createSfnClient } from '../../../lib/adapters/sfn/client.ts';
import { createSyncWorkflow } from '../../../lib/adapters/sfn/sync-workflow.ts';
import type { QueuedDependencies } from '../../../lib/connections/syncs/run-queued.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { QueueStack } from '../../_platform/queue/create-queue-handler.ts';
import { wireSyncs } from '../../_platform/wire-syncs.ts';
import type { Env } from './env.ts';

export interface SyncConnectionWiring extends Pick<QueueStack<never>, 'settings'> {
  readonly syncs: QueuedDependencies;
}

export const wire = (env: Env, platform: Platform): SyncConnectionWiring => ({
  syncs: {
    ...wireSyncs(env, platform),
    workflow: createSyncWorkflow(
      platform.client('sfn', createSfnClient),
      env.PROVIDER_SYNC_STATE_MACHINE_ARN,
    ),
  },
  settings: platform,
});
