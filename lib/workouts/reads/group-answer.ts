import type { WorkoutGroup } from '../../../contracts/http/workouts.ts';
import { toIso } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { WorkoutPosition, WorkoutReads } from './model.ts';
import { walkWorkouts } from './walk-workouts.ts';
import { toWorkoutAnswer } from './workout-answer.ts';
import type { DecidedGroup, WorkoutView } from './workout-view.ts';

export function toGroupAnswer(group: DecidedGroup, view: Pick<WorkoutView, 'standingOf'>): WorkoutGroup {
  const { decision } = group;
  return {
    id: group.id,
    primaryId: group.members[0]?.id ?? '',
    primaryReason: group.primaryReason,
    status: group.status,
    members: group.members.map((member) => toWorkoutAnswer(member, view.standingOf(member.id))),
    pairs: group.pairs.map(({ a, b, score, signals }) => ({ a, b, score, signals: [...signals] })),
    ...(decision === undefined
      ? {}
      : {
          decision: {
            decision: decision.choice.kind,
            ...(decision.choice.kind === 'primary' ? { workoutId: decision.choice.primaryId } : {}),
            decidedAt: toIso(decision.decidedAtMs),
          },
        }),
  };
}

export interface GroupQuery {
  readonly fromMs: number;
  readonly toMs: number;
  readonly after: WorkoutPosition | undefined;
  readonly limit: number;
}

/** A page of groups, each where its first member starts. Throws as `walkWorkouts`. */
export async function listGroups(
  reads: WorkoutReads,
  scope: UserScope,
  query: GroupQuery,
): Promise<{
  readonly groups: readonly WorkoutGroup[];
  readonly next: WorkoutPosition | undefined;
  readonly readCount: number;
}> {
  const { entries, next, readCount } = await walkWorkouts(reads, scope, {
    ...query,
    entriesOf: (workout, view) => view.groupsLedBy(workout.id).map((group) => toGroupAnswer(group, view)),
  });
  return { groups: entries, next, readCount };
}
