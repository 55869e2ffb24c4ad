import type { WorkoutDetail } from '../../../contracts/http/workouts.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import { loadSurroundings } from './load-surroundings.ts';
import type { WorkoutReads } from './model.ts';
import { isPartOf } from './parts.ts';
import { toWorkoutDetail } from './workout-answer.ts';

/** `workout.not_found`, `user.not_found`, `read.metric_blocked`. */
export async function getWorkout(
  reads: WorkoutReads,
  scope: UserScope,
  workoutId: string,
): Promise<{ readonly workout: WorkoutDetail; readonly readCount: number }> {
  const found = await loadSurroundings(reads, scope, workoutId);
  if (found === undefined) throw noWorkout();
  const { workout, view, readCount } = found;
  const members = view.groupOf(workoutId)?.members ?? [];
  const detail = toWorkoutDetail(workout, {
    ...view.standingOf(workoutId),
    childIds: view.workouts.filter((part) => isPartOf(part, workout)).map(({ id }) => id),
    copyIds: members.map(({ id }) => id).filter((id) => id !== workoutId),
  });
  return { workout: detail, readCount };
}

export const noWorkout = (): AppError => new AppError('workout.not_found', 'There is no workout by this id.');
