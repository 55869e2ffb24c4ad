import type { Workout } from '../model.ts';
import { MAX_ZONE_SHIFT_MS, NEARBY_MS, quarterSecondOf } from './score-pair.ts';

/** Later workouts that one is compared with, at most: that many begin in ten minutes only by a mistake. */
export const MAX_COMPARISONS_EACH = 32;

type Pair = readonly [Workout, Workout];

/** By start, then id: the order that everything here is decided in, whatever order workouts come in. */
export const inTimeOrder = (workouts: readonly Workout[]): readonly Workout[] =>
  [...workouts].sort(
    (left, right) => left.startMs - right.startMs || (left.id < right.id ? -1 : Number(left.id > right.id)),
  );

/**
 * The pairs that can be one activity by their starts alone: within ten minutes, or a zone apart with the same
 * second of the quarter hour. Each once; a few for each workout, however many there are.
 */
export function* candidatePairs(ordered: readonly Workout[]): Generator<Pair> {
  const lanes = new Map<number, Workout[]>();
  for (const workout of ordered) {
    const second = quarterSecondOf(workout.startMs);
    const lane = lanes.get(second);
    if (lane === undefined) lanes.set(second, [workout]);
    else lane.push(workout);
  }
  yield* pairsWithin(ordered, -1, NEARBY_MS);
  for (const lane of lanes.values()) yield* pairsWithin(lane, NEARBY_MS, MAX_ZONE_SHIFT_MS);
}

/** Pairs that begin more than `fromMs` and at most `toMs` apart. */
function* pairsWithin(ordered: readonly Workout[], fromMs: number, toMs: number): Generator<Pair> {
  for (const [index, left] of ordered.entries()) {
    let comparisonCount = 0;
    for (let next = index + 1; next < ordered.length; next += 1) {
      const right = ordered[next];
      if (right === undefined || right.startMs - left.startMs > toMs) break;
      if (right.startMs - left.startMs <= fromMs) continue;
      if (comparisonCount === MAX_COMPARISONS_EACH) break;
      comparisonCount += 1;
      yield [left, right];
    }
  }
}
