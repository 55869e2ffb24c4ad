import { FinishSyncInput } from '../../../contracts/commands/provider-sync-step.ts';
import { finishRun } from '../../../lib/connections/syncs/run-workflow.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { SECOND_MS } from '../../../lib/core/instants.ts';
import {
  createWorkflowHandler,
  type WorkflowHandler,
} from '../../_platform/workflow/create-workflow-handler.ts';
import { toRun } from '../../_platform/workflow/to-run.ts';
import type { StepWiring } from './wiring.ts';

/** The function may run 60 s (infra/stacks/connections-stack.ts). */
const BUDGET_MS = 30 * SECOND_MS;

/** Last step of a provider sync: whatever is left of it ends, and what waits for its connection is woken. */
export const createFinishSyncHandler = ({
  syncs,
  settings,
}: StepWiring): WorkflowHandler<{ readonly outcome: string }> =>
  createWorkflowHandler({
    step: 'finish-sync',
    settings,
    parse: (input) => FinishSyncInput.parse(input),
    outcomeOf: ({ outcome }) => outcome,
    handle: async ({ outcome, error, ...input }) => {
      const run = toRun(input, (settings.clock.now() + BUDGET_MS) as EpochMs);
      await finishRun(syncs, run, { outcome, error });
      return { outcome };
    },
  });
