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
 * The main sleep of a date (SLP7): the longest whose midpoint lies in its night. A nap by its provider's word,
 * and less than three hours in the middle of the day, are naps; a nap of three hours or more is the night when
 * there is no other. Undefined: the date has no night.
 */
export function mainSleepOf(
  clusters: readonly SleepCluster[],
  date: LocalDate,
  inOrder: CompareSources,
): ChosenSleep | undefined {
  const ofNight = clusters.filter(
    (cluster) => cluster.night === date && (!cluster.isDaytime || spanMs(cluster) >= MIN_DAYTIME_NIGHT_MS),
  );
  const proper = ofNight.filter(({ isNap }) => !isNap);
  const candidates =
    proper.length > 0 ? proper : ofNight.filter((cluster) => spanMs(cluster) >= MIN_DAYTIME_NIGHT_MS);
  const [longest] = [...candidates].sort(byLength(inOrder));
  return longest === undefined ? undefined : chooseSource(longest, candidates, inOrder);
}

/**
 * Of what the sources tell of one sleep, that of the first source by priority counts, unless it tells less than
 * half of what the longest does (SLP8): a watch that was charged for most of the night, a phone that knows time
 * in bed alone. Each source is looked at with its longest part.
 */
export function chooseSource(
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
 * The naps that end on a date (SLP9), longest first: sleep that no night nearby holds. What several sources
 * tell of one nap counts once, by the same choice. Time in bed alone is no nap.
 */
export function napsOf(
  clusters: readonly SleepCluster[],
  date: LocalDate,
  nights: readonly ChosenSleep[],
  inOrder: CompareSources,
): readonly ChosenSleep[] {
  const taken = nights.flatMap(({ chosen, longest }) => [chosen, longest]);
  let left = clusters
    .filter(({ endDate, isNap, totalMs }) => endDate === date && (isNap || totalMs !== null))
    .filter((cluster) => !taken.some((night) => night === cluster || overlaps(night, cluster)))
    .sort(byLength(inOrder));
  const naps: ChosenSleep[] = [];
  for (let [longest] = left; longest !== undefined; [longest] = left) {
    const nap = chooseSource(longest, left, inOrder);
    naps.push(nap);
    const over = [nap.chosen, nap.longest];
    left = left.filter((cluster) => !over.some((one) => one === cluster || overlaps(one, cluster)));
  }
  return naps;
}
