import type { ListWorkoutsAnswer } from '../../../contracts/http/workouts.ts';
import type { UserScope } from '../../samples/model.ts';
import type { Workout } from '../model.ts';
import type { WorkoutPosition, WorkoutReads } from './model.ts';
import { walkWorkouts } from './walk-workouts.ts';
import { toWorkoutAnswer } from './workout-answer.ts';

export interface WorkoutQuery {
  readonly fromMs: number;
  readonly toMs: number;
  readonly after: WorkoutPosition | undefined;
  readonly limit: number;
  readonly includeDuplicates: boolean;
  readonly type: string | undefined;
  readonly family: string | undefined;
}

/**
 * A page of workouts in the order of their start. Without copies an activity is listed where its primary
 * starts and nowhere else, so that neighbouring ranges tell each once and hide none (WKT8). Throws as
 * `walkWorkouts`.
 */
export async function listWorkouts(
  reads: WorkoutReads,
  scope: UserScope,
  query: WorkoutQuery,
): Promise<{
  readonly workouts: readonly ListWorkoutsAnswer['workouts'][number][];
  readonly next: WorkoutPosition | undefined;
  readonly readCount: number;
}> {
  const { entries, next, readCount } = await walkWorkouts(reads, scope, {
    ...query,
    entriesOf: (workout, view) => {
      const standing = view.standingOf(workout.id);
      const isListed = (query.includeDuplicates || standing.isPrimary) && isAskedFor(workout, query);
      return isListed ? [toWorkoutAnswer(workout, standing)] : [];
    },
  });
  return { workouts: entries, next, readCount };
}

const isAskedFor = (workout: Workout, { type, family }: WorkoutQuery): boolean =>
  (type === undefined || workout.type === type) && (family === undefined || workout.family === family);
