import { type PreparedSync, ProviderSyncInput } from '../../../contracts/commands/provider-sync-step.ts';
import { prepareSync } from '../../../lib/connections/syncs/run-workflow.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { SECOND_MS } from '../../../lib/core/instants.ts';
import {
  createWorkflowHandler,
  type WorkflowHandler,
} from '../../_platform/workflow/create-workflow-handler.ts';
import { toRun } from '../../_platform/workflow/to-run.ts';
import type { StepWiring } from './wiring.ts';

/** The function may run 30 s (infra/stacks/connections-stack.ts). */
const BUDGET_MS = 15 * SECOND_MS;

/** First step of a provider sync: its types and windows (CON21). */
export const createPrepareSyncHandler = ({ syncs, settings }: StepWiring): WorkflowHandler<PreparedSync> =>
  createWorkflowHandler({
    step: 'prepare-sync',
    settings,
    parse: (input) => ProviderSyncInput.parse(input),
    outcomeOf: ({ outcome }) => outcome,
    handle: async (input) => {
      const run = toRun(input, (settings.clock.now() + BUDGET_MS) as EpochMs);
      return { outcome: await prepareSync(syncs, run) };
    },
  });
