import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { Workout } from '../model.ts';
import type { WorkoutPosition, WorkoutReads } from './model.ts';
import { loadSpan, MAX_LOOK_READ_COUNT, type Span, widenAbove, widenBelow } from './span.ts';
import { CONTEXT_READ_COUNT, loadWorkoutContext, type WorkoutContext } from './workout-context.ts';
import { viewOf, type WorkoutView } from './workout-view.ts';

export interface Walk<Entry> {
  /** Workouts that start in [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
  readonly after: WorkoutPosition | undefined;
  readonly limit: number;
  /** What a workout gives to the list; the same at every page. */
  entriesOf(workout: Workout, view: WorkoutView): readonly Entry[];
}

export interface WalkedPage<Entry> {
  readonly entries: readonly Entry[];
  /** Undefined on the last page. */
  readonly next: WorkoutPosition | undefined;
  readonly context: WorkoutContext;
  /** Reads of the database that it took, at most MAX_WALK_READ_COUNT. */
  readonly readCount: number;
}

/** Of looks at the neighbourhood; each reaches 27 hours on, or as many workouts as the first. */
const MAX_SPAN_READ_COUNT = 9;
export const MAX_WALK_READ_COUNT = CONTEXT_READ_COUNT + MAX_SPAN_READ_COUNT;
/** Workouts of one look: two sources of each, and the neighbourhood. */
const LOOK_SHARE = 2;
const LOOK_MARGIN_COUNT = 200;
const MAX_LOOK_COUNT = 1_500;
/** The ordinal behind every entry of a workout. */
const ALL_TOLD = Number.MAX_SAFE_INTEGER;

/**
 * A page in the order of the starts. A workout is told once all of its component is known: usually one Query
 * for the range and its margins. Where looking farther does not end (a chain of copies over many days) the page
 * ends before it, and where that leaves nothing, it is told by what is known. `user.not_found`,
 * `read.metric_blocked`.
 */
export async function walkWorkouts<Entry>(
  reads: WorkoutReads,
  scope: UserScope,
  walk: Walk<Entry>,
): Promise<WalkedPage<Entry>> {
  const context = await loadWorkoutContext(reads, scope);
  const maxCount = Math.min(MAX_LOOK_COUNT, LOOK_SHARE * walk.limit + LOOK_MARGIN_COUNT);
  const { toMs } = walk;
  const fromMs = Math.max(walk.fromMs, walk.after?.startMs ?? walk.fromMs);
  let span = await loadSpan(reads, scope, { fromMs, toMs, maxCount });
  for (;;) {
    const view = viewOf(span, context);
    const isLast = span.readCount + MAX_LOOK_READ_COUNT > MAX_SPAN_READ_COUNT;
    const cut = cutPage(walk, view, { span, isLast });
    if (cut.blocked === undefined) {
      return { ...cut, context, readCount: CONTEXT_READ_COUNT + span.readCount };
    }
    span =
      cut.blocked === 'below'
        ? await widenBelow(reads, scope, span, maxCount)
        : await widenAbove(reads, scope, span, { toMs, maxCount });
  }
}

interface Cut<Entry> {
  readonly entries: readonly Entry[];
  readonly next: WorkoutPosition | undefined;
  /** Where to look before the page can be told. */
  readonly blocked: 'below' | 'above' | undefined;
}

function cutPage<Entry>(
  walk: Walk<Entry>,
  view: WorkoutView,
  { span, isLast }: { readonly span: Span; readonly isLast: boolean },
): Cut<Entry> {
  const entries: Entry[] = [];
  let next = walk.after;
  for (const workout of view.workouts) {
    if (!isAhead(workout, walk)) continue;
    const edge = view.edgeOf(workout.id);
    const isTold = edge === 'whole' || (isLast && next === walk.after);
    if (!isTold) return { entries, next, blocked: isLast || entries.length > 0 ? undefined : edge };
    for (const [ordinal, entry] of walk.entriesOf(workout, view).entries()) {
      if (isBehind(workout, ordinal, walk.after)) continue;
      if (entries.length === walk.limit) return { entries, next, blocked: undefined };
      entries.push(entry);
      next = { startMs: workout.startMs, recordId: workout.id, ordinal };
    }
    next = { startMs: workout.startMs, recordId: workout.id, ordinal: ALL_TOLD };
  }
  if (span.hiMs >= walk.toMs) return { entries, next: undefined, blocked: undefined };
  if (!isLast && entries.length < walk.limit) return { entries, next, blocked: 'above' };
  if (next !== walk.after) return { entries, next, blocked: undefined };
  throw new AppError('read.range_too_large', 'More workouts lie within a day than a page can read.');
}

/** In the range, and not wholly behind the cursor. */
function isAhead(workout: Workout, { fromMs, toMs, after }: Walk<unknown>): boolean {
  if (workout.startMs < fromMs || workout.startMs >= toMs) return false;
  if (after === undefined || workout.startMs > after.startMs) return true;
  if (workout.startMs < after.startMs || workout.id < after.recordId) return false;
  return workout.id !== after.recordId || after.ordinal < ALL_TOLD;
}

const isBehind = (workout: Workout, ordinal: number, after: WorkoutPosition | undefined): boolean =>
  after !== undefined &&
  workout.startMs === after.startMs &&
  workout.id === after.recordId &&
  ordinal <= after.ordinal;
