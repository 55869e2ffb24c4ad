import type { RebuildId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { RebuildJob } from './model.ts';
import type { RebuildStore } from './rebuild-store.ts';
import { type StepDelivery, type TakeStepDeps, takeStep } from './take-step.ts';

export interface RebuildStepDeps extends TakeStepDeps {
  readonly rebuilds: RebuildStore;
}

/** One step of a rebuild (`takeStep`). Undefined where there is none by this id, or another took the step. */
export const takeRebuildStep = (
  deps: RebuildStepDeps,
  { workspaceId, rebuildId }: { readonly workspaceId: WorkspaceId; readonly rebuildId: RebuildId },
  delivery: StepDelivery,
): Promise<RebuildJob | undefined> =>
  takeStep(
    deps,
    {
      workspaceId,
      load: () => deps.rebuilds.load(workspaceId, rebuildId),
      save: (before, next) => deps.rebuilds.save(before, next),
      messageOf: (step) => ({ kind: 'rebuild', workspaceId, rebuildId, step }),
    },
    delivery,
  );
