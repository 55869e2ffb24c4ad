import { AppError } from '../../problems/app-error.ts';
import type { RecordStore } from '../../records/record-store.ts';
import type { HeadStore } from '../../samples/head-store.ts';
import type { Head, UserScope } from '../../samples/model.ts';
import type { Workout } from '../model.ts';
import { toWorkout, type WorkoutNames } from './to-workout.ts';

/** The head of a user who exists and shows workouts: `user.not_found`, `read.metric_blocked`. */
export async function requireReadableHead(heads: Pick<HeadStore, 'load'>, scope: UserScope): Promise<Head> {
  const head = await heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) {
    throw new AppError('user.not_found', 'There is no user by this id.');
  }
  if (head.privacy.blockedMetrics.includes('workout')) {
    throw new AppError('read.metric_blocked', 'The user has blocked "workout".');
  }
  return head;
}

/** Of every record: other texts are of none, and may be longer than a key of the database. */
const WORKOUT_ID = /^[0-9a-hjkmnp-tv-z]{26}$/;
/** The last of the 26 characters of an id stands for three bits. */
const SIBLING_ID_COUNT = 8;

/** A living workout by its id, in one GetItem and one Query; undefined when there is none. */
export async function loadWorkout(
  deps: { readonly records: Pick<RecordStore, 'loadPointers' | 'list'>; readonly names: WorkoutNames },
  scope: UserScope,
  workoutId: string,
): Promise<Workout | undefined> {
  if (!WORKOUT_ID.test(workoutId)) return undefined;
  const pointers = await deps.records.loadPointers(scope, 'workout', [workoutId]);
  const pointer = pointers.get(workoutId);
  if (pointer === undefined || pointer.deletedAtMs !== undefined) return undefined;
  const { startMs } = pointer;
  const found = await deps.records.list(scope, 'workout', {
    fromMs: startMs,
    toMs: (startMs + 1) as typeof startMs,
    // Just before it, whatever else began in that millisecond.
    after: { startMs, recordId: workoutId.slice(0, -1) },
    limit: SIBLING_ID_COUNT,
  });
  const record = found.find(({ recordId }) => recordId === workoutId);
  return record === undefined ? undefined : toWorkout(deps.names, record);
}
