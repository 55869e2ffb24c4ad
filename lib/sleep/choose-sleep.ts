import type { LocalDate } from '../core/instants.ts';
import type { Source } from '../samples/model.ts';
import { MIN_COVERED_SHARE, MIN_DAYTIME_NIGHT_MS } from './limits.ts';
import type { SetAside, SleepCluster } from './model.ts';
import { bySpan, lengthOf, overlaps } from './spans.ts';

export type CompareSources = (left: Source, right: Source) => number;

/** One sleep of the wearer: what counts of it, and what other sources tell of the same. */
export interface ChosenSleep {
  readonly chosen: SleepCluster;
  /** The one that tells most of it; often the chosen one. */
  readonly longest: SleepCluster;
  readonly setAside: readonly SetAside[];
}

const spanMs = ({ asleep, startMs, endMs }: SleepCluster): number => lengthOf(asleep ?? { startMs, endMs });

/** Negative: left is the longer sleep. Time asleep first, then time from start to end, then the sources' order. */
const byLength =
  (inOrder: CompareSources) =>
  (left: SleepCluster, right: SleepCluster): number =>
    (right.totalMs ?? 0) - (left.totalMs ?? 0) ||
    spanMs(right) - spanMs(left) ||
    inOrder(left.source, right.source) ||
    bySpan(left, right);

/**
 * The main sleeps of some dates (SLP7), at most one of each: of the sleeps of a date the longest. A nap by its
 * provider's word, and less than three hours in the middle of the day, are naps; a nap of three hours or more is
 * the night when there is no other. A sleep is put together first, from whatever dates its sources give it, and
 * is then of the date by the source that counts (SLP8): else it would be the night of two dates.
 */
export function nightsOf(
  clusters: readonly SleepCluster[],
  dates: readonly LocalDate[],
  inOrder: CompareSources,
): ReadonlyMap<LocalDate, ChosenSleep> {
  const isLong = (cluster: SleepCluster) => spanMs(cluster) >= MIN_DAYTIME_NIGHT_MS;
  const proper = sleepsOf(
    clusters.filter((cluster) => !cluster.isNap && (!cluster.isDaytime || isLong(cluster))),
    inOrder,
  );
  const napsByWord = clusters.filter((cluster) => cluster.isNap && isLong(cluster));
  const nights = new Map<LocalDate, ChosenSleep>();
  for (const sleep of [...proper, ...sleepsOf(outside(napsByWord, proper), inOrder)]) {
    const { night } = sleep.chosen;
    if (dates.includes(night) && !nights.has(night)) nights.set(night, sleep);
  }
  return nights;
}

/** Each sleep of the wearer once, longest first: what overlaps one that is counted is that one. */
function sleepsOf(clusters: readonly SleepCluster[], inOrder: CompareSources): readonly ChosenSleep[] {
  const sleeps: ChosenSleep[] = [];
  let left = [...clusters].sort(byLength(inOrder));
  for (let [longest] = left; longest !== undefined; [longest] = left) {
    const sleep = chooseSource(longest, left, inOrder);
    sleeps.push(sleep);
    left = outside(left, [sleep]);
  }
  return sleeps;
}

/** Those that are no part of the sleeps. */
const outside = (clusters: readonly SleepCluster[], sleeps: readonly ChosenSleep[]): SleepCluster[] =>
  clusters.filter(
    (cluster) =>
      !sleeps.some(({ chosen, longest }) =>
        [chosen, longest].some((one) => one === cluster || overlaps(one, cluster)),
      ),
  );

/**
 * Of what the sources tell of one sleep, that of the first source by priority counts, unless it tells less than
 * half of what the longest does (SLP8): a watch that was charged for most of the night, a phone that knows time
 * in bed alone. Each source is looked at with its longest part.
 */
function chooseSource(
  longest: SleepCluster,
  candidates: readonly SleepCluster[],
  inOrder: CompareSources,
): ChosenSleep {
  const same = candidates.filter((cluster) => cluster === longest || overlaps(cluster, longest));
  const bySource = Map.groupBy(same, ({ source }) => source.sourceId);
  const parts = [...bySource.values()]
    .flatMap((each) => each.sort(byLength(inOrder))[0] ?? [])
    .sort((left, right) => inOrder(left.source, right.source));
  const chosen = parts.find((part) => tellsEnough(part, longest)) ?? longest;
  const setAside = same
    .filter((cluster) => cluster !== chosen)
    .map((cluster): SetAside => {
      const { startMs, endMs, source } = cluster;
      const reason = !parts.includes(cluster)
        ? 'same_sleep'
        : tellsEnough(cluster, longest)
          ? 'lower_priority'
          : 'too_little_told';
      return { startMs, endMs, sourceId: source.sourceId, reason };
    });
  return { chosen, longest, setAside };
}

function tellsEnough(part: SleepCluster, longest: SleepCluster): boolean {
  if (longest.totalMs !== null && longest.totalMs > 0) {
    return (part.totalMs ?? 0) >= longest.totalMs * MIN_COVERED_SHARE;
  }
  return spanMs(part) >= spanMs(longest) * MIN_COVERED_SHARE;
}

/**
 * The naps among the clusters (SLP9), longest first: sleep that no night nearby holds. What several sources tell of
 * one nap counts once, by the same choice, and on the date on which it ends by the source that counts. Time in bed
 * alone is no nap.
 */
export function napsOf(
  clusters: readonly SleepCluster[],
  nights: readonly ChosenSleep[],
  inOrder: CompareSources,
): readonly ChosenSleep[] {
  const told = clusters.filter(({ isNap, totalMs }) => isNap || totalMs !== null);
  return sleepsOf(outside(told, nights), inOrder);
}
