import { MINUTE_MS, SECOND_MS } from '../../core/instants.ts';
import type { Workout } from '../model.ts';
import { trackOverlap } from '../tracks/cells.ts';

/** What speaks for two workouts being one activity; the numbers are those of read-models.md 5. */
export type PairSignal =
  | 'start_within_2_min'
  | 'start_within_10_min'
  | 'start_shifted_by_a_zone'
  | 'duration_within_10_percent'
  | 'duration_within_25_percent'
  | 'same_type'
  | 'same_family'
  | 'distance_within_5_percent'
  | 'distance_within_15_percent'
  | 'same_track';

/** What forbids that two workouts share a group, whatever speaks for it. */
export type PairVeto =
  | 'distance_differs'
  | 'duration_differs'
  | 'different_sport'
  | 'one_multi_sport'
  | 'one_source';

export interface PairScore {
  readonly score: number;
  readonly signals: readonly PairSignal[];
  readonly veto: PairVeto | undefined;
  /** A signal of the start, at least 5 points in all, two signals of at least 2, and no veto. */
  readonly isMatch: boolean;
}

const POINTS: Readonly<Record<PairSignal, number>> = {
  start_within_2_min: 3,
  start_within_10_min: 1,
  start_shifted_by_a_zone: 1,
  duration_within_10_percent: 2,
  duration_within_25_percent: 1,
  same_type: 2,
  same_family: 1,
  distance_within_5_percent: 2,
  distance_within_15_percent: 1,
  same_track: 4,
};
const STRONG_POINTS = 2;
const MATCH_POINTS = 5;
const MIN_STRONG_COUNT = 2;

const NEAR_MS = 2 * MINUTE_MS;
export const NEARBY_MS = 10 * MINUTE_MS;
/** Clocks of the world differ by multiples of it. */
export const ZONE_STEP_MS = 15 * MINUTE_MS;
/** From UTC-12 to UTC+14. */
export const MAX_ZONE_SHIFT_MS = 26 * 60 * MINUTE_MS;
const MIN_TRACK_OVERLAP = 0.8;
const MIN_DISTANCE_RATIO = 0.5;
const MIN_DURATION_RATIO = 0.75;
const MIN_SAME_SOURCE_OVERLAP = 0.8;

/**
 * How much speaks for two workouts being one activity, and what forbids it. Symmetric. What a source does not
 * say neither speaks for it nor against it.
 */
export function scorePair(left: Workout, right: Workout): PairScore {
  const ratios = ratiosOf(left, right);
  const signals = signalsOf(left, right, ratios);
  const score = signals.reduce((sum, signal) => sum + POINTS[signal], 0);
  const strongCount = signals.filter((signal) => POINTS[signal] >= STRONG_POINTS).length;
  const veto = vetoOf(left, right, ratios);
  const isNear = startSignal(left, right) !== undefined;
  const isMatch = isNear && veto === undefined && score >= MATCH_POINTS && strongCount >= MIN_STRONG_COUNT;
  return { score, signals, veto, isMatch };
}

function ratiosOf(left: Workout, right: Workout): Ratios {
  const isSameTrack =
    left.cells !== undefined &&
    right.cells !== undefined &&
    trackOverlap(left.cells, right.cells) >= MIN_TRACK_OVERLAP;
  const distance = ratioOf(left.distanceM, right.distanceM);
  return { duration: durationRatio(left, right), distance, isSameTrack };
}

function signalsOf(
  left: Workout,
  right: Workout,
  { duration, distance, isSameTrack }: Ratios,
): readonly PairSignal[] {
  const possible: readonly (PairSignal | undefined)[] = [
    startSignal(left, right),
    signalOf(duration, [0.9, 'duration_within_10_percent'], [0.75, 'duration_within_25_percent']),
    sportSignal(left, right),
    signalOf(distance, [0.95, 'distance_within_5_percent'], [0.85, 'distance_within_15_percent']),
    isSameTrack ? 'same_track' : undefined,
  ];
  return possible.filter((signal) => signal !== undefined);
}

function vetoOf(
  left: Workout,
  right: Workout,
  { duration, distance, isSameTrack }: Ratios,
): PairVeto | undefined {
  if (isOneMultiSport(left, right)) return 'one_multi_sport';
  if (distance !== undefined && distance < MIN_DISTANCE_RATIO) return 'distance_differs';
  if (duration !== undefined && duration < MIN_DURATION_RATIO) return 'duration_differs';
  if (left.source.sourceId === right.source.sourceId && !isOneSpan(left, right)) return 'one_source';
  if (!mayBeOneSport(left, right) && !isSameTrack) return 'different_sport';
  return undefined;
}

interface Ratios {
  readonly duration: number | undefined;
  readonly distance: number | undefined;
  readonly isSameTrack: boolean;
}

function startSignal(left: Workout, right: Workout): PairSignal | undefined {
  const apartMs = Math.abs(left.startMs - right.startMs);
  if (apartMs <= NEAR_MS) return 'start_within_2_min';
  if (apartMs <= NEARBY_MS) return 'start_within_10_min';
  return isZoneShift(left, right) ? 'start_shifted_by_a_zone' : undefined;
}

/**
 * The same clock reading taken for another zone's. Many sources tell whole minutes alone, of which one in 15 is
 * alike by chance: of them a shift counts only where it is one of the offsets that the two name, or the difference
 * of both. To the second it is one in 900.
 */
function isZoneShift(left: Workout, right: Workout): boolean {
  if (Math.abs(left.startMs - right.startMs) > MAX_ZONE_SHIFT_MS) return false;
  if (quarterSecondOf(left.startMs) !== quarterSecondOf(right.startMs)) return false;
  if (left.startMs % MINUTE_MS >= SECOND_MS) return true;
  const shiftMin = Math.abs(Math.round((left.startMs - right.startMs) / MINUTE_MS));
  const [one, other] = [left.record.offsetMinutes ?? 0, right.record.offsetMinutes ?? 0];
  return [one, other, one - other].some((minutes) => Math.abs(minutes) === shiftMin);
}

/** Second within the quarter of an hour: equal for clock readings that a zone tells apart. */
export const quarterSecondOf = (startMs: number): number => Math.floor((startMs % ZONE_STEP_MS) / SECOND_MS);

/** Timers stop at a pause and others do not, so that the nearer of both measures counts. */
function durationRatio(left: Workout, right: Workout): number | undefined {
  const spans = [left, right].map(({ startMs, endMs }) => (endMs - startMs) / SECOND_MS);
  const ratios = [ratioOf(left.durationSec, right.durationSec), ratioOf(spans[0], spans[1])].filter(
    (ratio) => ratio !== undefined,
  );
  return ratios.length === 0 ? undefined : Math.max(...ratios);
}

/** The smaller part of the greater; undefined where one is not said or 0. */
function ratioOf(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined || right === undefined || left === 0 || right === 0) return undefined;
  return Math.min(left, right) / Math.max(left, right);
}

type Step = readonly [atLeast: number, signal: PairSignal];
function signalOf(ratio: number | undefined, strong: Step, weak: Step): PairSignal | undefined {
  if (ratio === undefined) return undefined;
  return [strong, weak].find(([atLeast]) => ratio >= atLeast)?.[1];
}

function sportSignal(left: Workout, right: Workout): PairSignal | undefined {
  if (left.type === right.type) return 'same_type';
  return left.family === right.family ? 'same_family' : undefined;
}

/** `other` is what a source says that does not know. */
const mayBeOneSport = (left: Workout, right: Workout): boolean =>
  left.family === right.family || left.family === 'other' || right.family === 'other';

const isOneMultiSport = (left: Workout, right: Workout): boolean =>
  left.parentId === right.id ||
  right.parentId === left.id ||
  (left.parentId !== undefined && left.parentId === right.parentId);

/** Over 80 % of the longer one in common: one source that gave one activity two ids. */
function isOneSpan(left: Workout, right: Workout): boolean {
  const commonMs = Math.min(left.endMs, right.endMs) - Math.max(left.startMs, right.startMs);
  const longerMs = Math.max(left.endMs - left.startMs, right.endMs - right.startMs);
  return longerMs > 0 && commonMs / longerMs > MIN_SAME_SOURCE_OVERLAP;
}
