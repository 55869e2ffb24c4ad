import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { addDays } from '../core/instants.ts';
import type { ReadModel, Rebuilder, RebuilderRange, RebuilderStep } from '../projections/rebuilder.ts';
import type { RebuildCursor, RebuildPlan } from './model.ts';

export interface WalkDeps {
  readonly rebuilders: readonly Rebuilder[];
  readonly users: {
    /** In the order of their ids, from behind `after` on; erased ones may be among them. */
    listUserIds(
      workspaceId: WorkspaceId,
      after: UserId | undefined,
      limit: number,
    ): Promise<readonly UserId[]>;
  };
}

/** One thing that is done: a step of a model, or the last one of a user. `cursor` goes on behind it. */
export interface WalkMove {
  readonly userId: UserId;
  readonly cursor: RebuildCursor;
  /** The model that the step was of. */
  readonly model?: ReadModel;
  readonly step?: RebuilderStep;
  readonly isUserDone: boolean;
}

const USERS_PER_PAGE = 100;

/**
 * Everything that a plan asks for behind a cursor: user by user, model by model, oldest dates first. Each move is
 * bounded, and whoever stops after one goes on from its cursor. A user who goes meanwhile is passed over.
 */
export async function* walk(
  deps: WalkDeps,
  workspaceId: WorkspaceId,
  plan: RebuildPlan,
  start: RebuildCursor,
): AsyncGenerator<WalkMove> {
  const { pass } = start;
  for await (const userId of usersOf(deps, workspaceId, plan, start)) {
    const first = userId === start.userId ? start : { modelIndex: 0, at: undefined };
    for (const [modelIndex, model] of plan.models.entries()) {
      if (modelIndex < first.modelIndex) continue;
      const at = modelIndex === first.modelIndex ? first.at : undefined;
      for await (const step of stepsOf(deps, { workspaceId, userId }, plan, { model, at })) {
        const cursor = { pass, userId, modelIndex, at: positionOf(step) };
        yield { userId, model, step, isUserDone: false, cursor };
      }
      yield { userId, isUserDone: false, cursor: { pass, userId, modelIndex: modelIndex + 1 } };
    }
    yield { userId, isUserDone: true, cursor: { pass, doneUserId: userId, modelIndex: 0 } };
  }
}

async function* usersOf(
  { users }: WalkDeps,
  workspaceId: WorkspaceId,
  plan: RebuildPlan,
  { userId, doneUserId }: RebuildCursor,
): AsyncGenerator<UserId> {
  if (plan.userId !== undefined) {
    if (doneUserId === undefined) yield plan.userId;
    return;
  }
  if (userId !== undefined) yield userId;
  let after = userId ?? doneUserId;
  do {
    const page: readonly UserId[] = await users.listUserIds(workspaceId, after, USERS_PER_PAGE);
    yield* page;
    after = page.at(-1);
  } while (after !== undefined);
}

async function* stepsOf(
  { rebuilders }: WalkDeps,
  scope: { readonly workspaceId: WorkspaceId; readonly userId: UserId },
  plan: RebuildPlan,
  place: { readonly model: ReadModel; readonly at: RebuildCursor['at'] },
): AsyncGenerator<RebuilderStep> {
  const rebuilder = rebuilders.find(({ model }) => model === place.model);
  if (rebuilder === undefined) return;
  const range = rangeOf(plan, place.at);
  if (range.from !== undefined && range.to !== undefined && range.from > range.to) return;
  yield* rebuilder.rebuild(scope, range);
}

/** A model without metrics goes on by its dates, one with metrics by what it said itself. */
function rangeOf({ from, to, metrics }: RebuildPlan, at: RebuildCursor['at']): RebuilderRange {
  const isByDate = at !== undefined && at.metric === undefined;
  const first = isByDate ? addDays(at.throughDate, 1) : from;
  return {
    ...(first === undefined ? {} : { from: first }),
    ...(to === undefined ? {} : { to }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(at?.metric === undefined ? {} : { after: { metric: at.metric, throughDate: at.throughDate } }),
  };
}

const positionOf = ({ metric, throughDate }: RebuilderStep) => ({
  ...(metric === undefined ? {} : { metric }),
  throughDate,
});
