import type { EpochMs } from '../../core/instants.ts';
import { MINUTE_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { StoredRecord } from '../../records/model.ts';
import type { UserScope } from '../../samples/model.ts';
import { inTimeOrder } from '../grouping/candidate-pairs.ts';
import { MAX_ZONE_SHIFT_MS } from '../grouping/score-pair.ts';
import type { Workout } from '../model.ts';
import type { WorkoutReads } from './model.ts';
import { toWorkout } from './to-workout.ts';

/** All workouts that start in [loMs, hiMs), and perhaps some that start at hiMs. */
export interface Span {
  readonly loMs: number;
  readonly hiMs: number;
  /** In time order. */
  readonly workouts: readonly Workout[];
  /** Reads of the database that it took. */
  readonly readCount: number;
}

type Reads = Pick<WorkoutReads, 'records' | 'names'>;

/** No copy of a workout starts farther from it. */
export const REACH_MS = MAX_ZONE_SHIFT_MS;
/** Beside the reach, so that a copy that begins a little earlier needs no second look. */
const SLACK_MS = 60 * MINUTE_MS;
/** Workouts that begin in one millisecond and are taken together; more come from a mistake alone. */
const MAX_SAME_START_COUNT = 10_000;
/** Reads of the database that one look takes at most: itself, and a start that has more than it holds. */
export const MAX_LOOK_READ_COUNT = 2;
/** What ISO text of four-digit years can say, where records lie in the order of their text. */
const FIRST_MS = 0;
const LAST_MS = 253_402_300_799_999;
const within = (instantMs: number): EpochMs => Math.min(LAST_MS, Math.max(FIRST_MS, instantMs)) as EpochMs;

/**
 * The range and what reaches into it, or its first `maxCount` workouts, and in any case all of the first start.
 * Like the others here: `read.range_too_large` above MAX_SAME_START_COUNT of one start.
 */
export async function loadSpan(
  reads: Reads,
  scope: UserScope,
  range: { readonly fromMs: number; readonly toMs: number; readonly maxCount: number },
): Promise<Span> {
  const loMs = within(range.fromMs - REACH_MS - SLACK_MS);
  const toMs = within(range.toMs + REACH_MS + SLACK_MS);
  const above = await list(reads, scope, { fromMs: loMs, toMs, maxCount: range.maxCount });
  return { loMs, hiMs: above.hiMs, workouts: above.workouts, readCount: above.readCount };
}

/** As far again into the past. */
export async function widenBelow(
  reads: Reads,
  scope: UserScope,
  span: Span,
  maxCount: number,
): Promise<Span> {
  const loMs = within(span.loMs - REACH_MS - SLACK_MS);
  const below = await list(reads, scope, { fromMs: loMs, toMs: within(span.loMs), maxCount });
  // Over the bound the older part stays unknown: what is near counts.
  return {
    ...span,
    loMs: below.hiMs < span.loMs ? span.loMs : loMs,
    workouts: merge(below.workouts, span.workouts),
    readCount: span.readCount + below.readCount,
  };
}

/** The next `maxCount` workouts, up to `toMs` or as far again where that is nothing more. */
export async function widenAbove(
  reads: Reads,
  scope: UserScope,
  span: Span,
  next: { readonly toMs: number; readonly maxCount: number },
): Promise<Span> {
  const toMs = within(Math.max(next.toMs, span.hiMs) + REACH_MS + SLACK_MS);
  const above = await list(reads, scope, {
    fromMs: within(span.hiMs),
    toMs,
    maxCount: next.maxCount,
  });
  return {
    ...span,
    hiMs: above.hiMs,
    workouts: merge(span.workouts, above.workouts),
    readCount: span.readCount + above.readCount,
  };
}

async function list(
  reads: Reads,
  scope: UserScope,
  { fromMs, toMs, maxCount }: { readonly fromMs: EpochMs; readonly toMs: EpochMs; readonly maxCount: number },
): Promise<Pick<Span, 'hiMs' | 'workouts' | 'readCount'>> {
  const found = await listRecords(reads, scope, { fromMs, toMs, limit: maxCount });
  const lastMs = found.length < maxCount ? toMs : (found.at(-1)?.startMs ?? toMs);
  // Of the last start there may be more: it is left to the next look, unless it is all that there is.
  if (lastMs > fromMs || found.length === 0) {
    return { hiMs: Math.max(lastMs, fromMs + 1), workouts: toWorkouts(reads, found), readCount: 1 };
  }
  const nextMs = within(fromMs + 1);
  const limit = MAX_SAME_START_COUNT + 1;
  const whole = await listRecords(reads, scope, { fromMs, toMs: nextMs, limit });
  if (whole.length === limit)
    throw new AppError('read.range_too_large', `Over ${MAX_SAME_START_COUNT} workouts start at one instant.`);
  return { hiMs: nextMs, workouts: toWorkouts(reads, whole), readCount: MAX_LOOK_READ_COUNT };
}

const listRecords = (
  { records }: Reads,
  scope: UserScope,
  range: { readonly fromMs: EpochMs; readonly toMs: EpochMs; readonly limit: number },
): Promise<readonly StoredRecord[]> => records.list(scope, 'workout', { ...range, after: undefined });

const toWorkouts = ({ names }: Reads, found: readonly StoredRecord[]): readonly Workout[] =>
  found.flatMap((record) => toWorkout(names, record) ?? []);

function merge(left: readonly Workout[], right: readonly Workout[]): readonly Workout[] {
  const byId = new Map([...left, ...right].map((workout) => [workout.id, workout]));
  return inTimeOrder([...byId.values()]);
}
