import type { UserScope } from '../../samples/model.ts';
import type { Workout } from '../model.ts';
import { loadWorkout } from './load-workout.ts';
import type { WorkoutReads } from './model.ts';
import { walkWorkouts } from './walk-workouts.ts';
import type { WorkoutContext } from './workout-context.ts';
import type { WorkoutView } from './workout-view.ts';

/** A workout, and all that its neighbourhood says of it. */
export interface Surroundings {
  readonly workout: Workout;
  readonly view: WorkoutView;
  readonly context: WorkoutContext;
  readonly readCount: number;
}

/** Of the pointer and of the workout itself. */
const OWN_READ_COUNT = 2;

/** With the parts of it, which begin within its span. Undefined when there is no such workout. `user.not_found`, `read.metric_blocked`. */
export async function loadSurroundings(
  reads: WorkoutReads,
  scope: UserScope,
  workoutId: string,
): Promise<Surroundings | undefined> {
  const own = await loadWorkout(reads, scope, workoutId);
  const startMs = own?.startMs ?? 0;
  const { entries, context, readCount } = await walkWorkouts(reads, scope, {
    fromMs: startMs,
    toMs: own === undefined ? startMs : Math.max(startMs + 1, own.endMs),
    after: undefined,
    limit: 1,
    entriesOf: (workout, view) => (workout.id === workoutId ? [{ workout, view }] : []),
  });
  const found = entries[0];
  return found === undefined ? undefined : { ...found, context, readCount: readCount + OWN_READ_COUNT };
}
