import { ProviderSyncInput, type SyncSlice } from '../../../contracts/commands/provider-sync-step.ts';
import { runSlice } from '../../../lib/connections/syncs/run-workflow.ts';
import { SLICE_BUDGET_MS } from '../../../lib/connections/syncs/sync-limits.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import {
  createWorkflowHandler,
  type WorkflowHandler,
} from '../../_platform/workflow/create-workflow-handler.ts';
import { toRun } from '../../_platform/workflow/to-run.ts';
import type { StepWiring } from './wiring.ts';

/** One slice of time of a provider sync: pages of all its types in turn (CON20). */
export const createFetchPagesHandler = ({ syncs, settings }: StepWiring): WorkflowHandler<SyncSlice> =>
  createWorkflowHandler({
    step: 'fetch-pages',
    settings,
    parse: (input) => ProviderSyncInput.parse(input),
    outcomeOf: ({ outcome }) => outcome,
    handle: (input) => runSlice(syncs, toRun(input, (settings.clock.now() + SLICE_BUDGET_MS) as EpochMs)),
  });
