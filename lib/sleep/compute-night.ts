import { addDays, type LocalDate } from '../core/instants.ts';
import { type ChosenSleep, type CompareSources, napsOf, nightsOf } from './choose-sleep.ts';
import { MAX_NAP_COUNT } from './limits.ts';
import type { MainFigures, NapFigures, NightFigures, SetAside, SleepCluster, SourceSleep } from './model.ts';
import { readSource } from './read-source.ts';
import { overlaps } from './spans.ts';

export const NO_NIGHT: NightFigures = { count: 0, main: null, naps: [], sources: [] };

/** A night with what its row leaves out. */
export interface ComputedNight {
  readonly figures: NightFigures;
  readonly main: SleepCluster | undefined;
  readonly naps: readonly SleepCluster[];
  readonly setAside: readonly SetAside[];
  /** A sleep of it went on for longer than a day. */
  readonly isCut: boolean;
}

/**
 * The night of a date and the naps that end on it, from all that the sources tell within its dates (SLP1). The
 * order of sources, samples and sessions does not matter, nor does a repeat of a session.
 */
export function computeNight(
  date: LocalDate,
  told: readonly SourceSleep[],
  inOrder: CompareSources,
): ComputedNight {
  const read = told.map(readSource);
  const clusters = read.flatMap((source) => source.clusters);
  const nights = nightsOf(clusters, [addDays(date, -1), date, addDays(date, 1)], inOrder);
  const main = nights.get(date);
  const allNaps = napsOf(clusters, [...nights.values()], inOrder);
  const naps = allNaps.filter((nap) => nap.chosen.endDate === date);
  const counted = naps.slice(0, MAX_NAP_COUNT);
  const chosen = [...(main === undefined ? [] : [main]), ...counted];
  const setAside = [
    ...setAsideIn(date, clusters, { ofDate: chosen, all: [...nights.values(), ...allNaps] }),
    ...read
      .flatMap((source) => source.setAside)
      .filter((span) => clusters.some((cluster) => isOfDate(cluster, date) && overlaps(cluster, span))),
    ...naps.slice(MAX_NAP_COUNT).map(({ chosen: nap }) => toSetAside(nap, 'too_many')),
  ];
  return {
    figures: figuresOf(date, clusters, main, counted),
    main: main?.chosen,
    naps: counted.map((nap) => nap.chosen),
    setAside: setAside.sort(
      (left, right) => left.startMs - right.startMs || compare(left.sourceId, right.sourceId),
    ),
    isCut: chosen.some((sleep) => sleep.chosen.isCut),
  };
}

const isOfDate = ({ night, endDate }: SleepCluster, date: LocalDate): boolean =>
  night === date || endDate === date;

const isOneOf = (cluster: SleepCluster, { chosen, longest }: ChosenSleep): boolean =>
  overlaps(cluster, chosen) || overlaps(cluster, longest);

const compare = (left: string, right: string): number => (left === right ? 0 : left < right ? -1 : 1);

const toSetAside = ({ startMs, endMs, source }: SleepCluster, reason: SetAside['reason']): SetAside => ({
  startMs,
  endMs,
  sourceId: source.sourceId,
  reason,
});

/**
 * What a choice between sources left out, and what else of the date overlaps a sleep that counts, be it of another
 * date.
 */
function setAsideIn(
  date: LocalDate,
  clusters: readonly SleepCluster[],
  { ofDate, all }: { readonly ofDate: readonly ChosenSleep[]; readonly all: readonly ChosenSleep[] },
): readonly SetAside[] {
  const direct = ofDate.flatMap((sleep) => sleep.setAside);
  const isKnown = (cluster: SleepCluster) =>
    all.some((sleep) => sleep.chosen === cluster) ||
    direct.some((one) => one.sourceId === cluster.source.sourceId && one.startMs === cluster.startMs);
  const others = clusters.filter(
    (cluster) => isOfDate(cluster, date) && !isKnown(cluster) && all.some((sleep) => isOneOf(cluster, sleep)),
  );
  return [...direct, ...others.map((cluster) => toSetAside(cluster, 'same_sleep'))];
}

function figuresOf(
  date: LocalDate,
  clusters: readonly SleepCluster[],
  main: ChosenSleep | undefined,
  naps: readonly ChosenSleep[],
): NightFigures {
  const used = new Set([main, ...naps].flatMap((sleep) => sleep?.chosen.source.sourceId ?? []));
  const isPart = (cluster: SleepCluster) =>
    [main, ...naps].some((sleep) => sleep !== undefined && isOneOf(cluster, sleep));
  const present = new Map(
    clusters
      .filter((cluster) => isOfDate(cluster, date) || isPart(cluster))
      .map(({ source }) => [source.sourceId, source]),
  );
  const sources = [...present.values()]
    .sort((left, right) => compare(left.sourceId, right.sourceId))
    .map((source) => ({ source, isUsed: used.has(source.sourceId) }));
  return {
    count: main === undefined && naps.length === 0 ? 0 : sources.length,
    main: main === undefined ? null : toMain(main.chosen),
    naps: naps.map(({ chosen }) => toNap(chosen)).sort((left, right) => left.startMs - right.startMs),
    sources,
  };
}

function toMain(cluster: SleepCluster): MainFigures {
  const { source, asleep, bed, totalMs, times, latencyMs, wakeCount, coverage, offsetMinutes } = cluster;
  return {
    sourceId: source.sourceId,
    asleep: asleep ?? null,
    bed: bed ?? null,
    totalMs,
    times,
    latencyMs,
    wakeCount,
    coverage,
    zoneOffsetMinutes: offsetMinutes ?? null,
  };
}

/** From falling asleep to waking up, as far as its source tells. */
function toNap({ source, asleep, startMs, endMs, totalMs, times, offsetMinutes }: SleepCluster): NapFigures {
  const { startMs: from, endMs: to } = asleep ?? { startMs, endMs };
  return {
    sourceId: source.sourceId,
    startMs: from,
    endMs: to,
    totalMs,
    times,
    zoneOffsetMinutes: offsetMinutes ?? null,
  };
}
