import type { UserScope } from '../../samples/model.ts';
import { anchorOf } from '../grouping/group-id.ts';
import { loadSurroundings, type Surroundings } from '../reads/load-surroundings.ts';
import type { WorkoutReads } from '../reads/model.ts';
import { loadWorkoutContext, type WorkoutContext } from '../reads/workout-context.ts';
import { type DecidedGroup, reasonOf, type WorkoutView } from '../reads/workout-view.ts';
import type { WorkoutDecision } from './model.ts';

export interface FoundGroup {
  readonly group: DecidedGroup;
  readonly view: Pick<WorkoutView, 'standingOf' | 'groupOf'>;
  readonly context: WorkoutContext;
  /** Its members lie apart, or are gone: the user's decision is all that is left of it. */
  readonly isScattered: boolean;
}

/**
 * A group by its id: by the member that the id begins with; where that is deleted or lies elsewhere, by another
 * that the user decided about; else the decision that is stored by this id, whatever became of its members.
 * `user.not_found`, `read.metric_blocked`, `read.range_too_large`.
 */
export async function findGroup(
  reads: WorkoutReads,
  scope: UserScope,
  groupId: string,
): Promise<FoundGroup | undefined> {
  const anchor = anchorOf(groupId);
  if (anchor === undefined) return undefined;
  const direct = groupIn(await loadSurroundings(reads, scope, anchor), groupId);
  if (direct !== undefined) return direct;
  const decision = (await reads.decisions.list(scope)).find((each) => each.groupId === groupId);
  return decision === undefined ? undefined : await findDecided(reads, scope, decision);
}

function groupIn(around: Surroundings | undefined, groupId: string): FoundGroup | undefined {
  const group = around?.view.groups.find(({ id }) => id === groupId);
  return around === undefined || group === undefined ? undefined : { ...around, group, isScattered: false };
}

async function findDecided(
  reads: WorkoutReads,
  scope: UserScope,
  { groupId, memberIds }: WorkoutDecision,
): Promise<FoundGroup | undefined> {
  const living: Surroundings[] = [];
  for (const id of memberIds) {
    const around = await loadSurroundings(reads, scope, id);
    const found = groupIn(around, groupId);
    if (found !== undefined) return found;
    if (around !== undefined) living.push(around);
  }
  const context = living[0]?.context ?? (await loadWorkoutContext(reads, scope));
  // As of the head that a commit will name.
  const decision = context.decisions.find((each) => each.groupId === groupId);
  return decision === undefined ? undefined : scattered(decision, living, context);
}

function scattered(
  decision: WorkoutDecision,
  living: readonly Surroundings[],
  context: WorkoutContext,
): FoundGroup {
  const members = living.map(({ workout }) => workout).sort(context.rules.compare);
  const viewBy = new Map(living.map(({ workout, view }) => [workout.id, view]));
  return {
    group: {
      id: decision.groupId,
      members,
      primaryReason: reasonOf(members, context.rules),
      pairs: [],
      status: decision.choice.kind === 'primary' ? 'primary_chosen' : 'kept_both',
      decision,
    },
    view: {
      standingOf: (id) => viewBy.get(id)?.standingOf(id) ?? { groupId: undefined, isPrimary: true },
      groupOf: (id) => viewBy.get(id)?.groupOf(id),
    },
    context,
    isScattered: true,
  };
}
