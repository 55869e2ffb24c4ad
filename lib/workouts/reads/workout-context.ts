import type { Head, UserScope } from '../../samples/model.ts';
import type { WorkoutDecision } from '../decisions/model.ts';
import { orderWorkouts, type WorkoutOrder } from '../grouping/compare-workouts.ts';
import type { GroupingRules } from '../grouping/group-workouts.ts';
import { requireReadableHead } from './load-workout.ts';
import type { WorkoutReads } from './model.ts';

/** What holds for all workouts of a user: who goes first, and what the user decided. */
export interface WorkoutContext {
  readonly head: Head;
  readonly decisions: readonly WorkoutDecision[];
  readonly rules: GroupingRules & WorkoutOrder;
}

/** Reads of the database that it takes. */
export const CONTEXT_READ_COUNT = 3;

/** In three reads: head, workspace and decisions. `user.not_found`, `read.metric_blocked`. */
export async function loadWorkoutContext(
  reads: Omit<WorkoutReads, 'records' | 'names'>,
  scope: UserScope,
): Promise<WorkoutContext> {
  // The head first: who commits on its seq then knows that the decisions are no older.
  const head = await requireReadableHead(reads.heads, scope);
  const [workspace, decisions] = await Promise.all([
    reads.workspaces.loadPriorities(scope.workspaceId),
    reads.decisions.list(scope),
  ]);
  const order = reads.priorities.orderOf('workout', head.priorities, workspace);
  const compareSources = reads.priorities.compareSources(order);
  return { head, decisions, rules: rulesOf(decisions, { order, compareSources }) };
}

/** The decisions as grouping asks for them. */
export function rulesOf(
  decisions: readonly WorkoutDecision[],
  ranking: Pick<Parameters<typeof orderWorkouts>[0], 'order' | 'compareSources'>,
): WorkoutContext['rules'] {
  const chosen = new Map<string, number>();
  const keptIn = new Map<string, Set<string>>();
  for (const { choice, groupId, memberIds, seq } of decisions) {
    if (choice.kind === 'primary') {
      chosen.set(choice.primaryId, Math.max(seq, chosen.get(choice.primaryId) ?? 0));
      continue;
    }
    for (const id of memberIds) keptIn.set(id, (keptIn.get(id) ?? new Set()).add(groupId));
  }
  return {
    isKeptApart: (left, right) => {
      const others = keptIn.get(right);
      return others !== undefined && [...(keptIn.get(left) ?? [])].some((groupId) => others.has(groupId));
    },
    ...orderWorkouts({ ...ranking, chosenSeqOf: (id) => chosen.get(id) }),
  };
}
