import type { SampleBucket } from '../../contracts/http/samples.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import {
  DAY_MS,
  type EpochMs,
  HOUR_MS,
  type LocalDate,
  MINUTE_MS,
  toIso,
  utcMidnightOf,
} from '../core/instants.ts';
import type { CountedSample } from './counted-sample.ts';
import { decideDay } from './day-decision.ts';
import { livedDay, type SourceSamples } from './day-samples.ts';
import { shareOf } from './source-claims.ts';
import { describeValues } from './statistics.ts';

/** Widths below a day are aligned to UTC; a day is the wearer's local day. */
export const RESOLUTION_MS = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '1d': DAY_MS,
} as const;
export type BucketResolution = keyof typeof RESOLUTION_MS;

/** `positionMs` orders and resumes pages: the start, or for a local day its date's midnight in UTC. */
export interface PlacedBucket {
  readonly positionMs: number;
  readonly bucket: SampleBucket;
}

/** The sources of one local date, highest priority first, each with its living samples. */
export interface DaySources {
  readonly date: LocalDate;
  readonly sources: readonly SourceSamples[];
}

/**
 * Buckets of `widthMs` over what counts in the given days, by start; those without samples are left out.
 * The choice between sources is made over whole local days first, as for rollups, so that the buckets of a
 * day add up to its total. An interval that lies in several buckets is divided among them by time.
 */
export function bucketDays(
  metric: Metric,
  days: Iterable<DaySources>,
  widthMs: number,
): readonly PlacedBucket[] {
  const amounts = new Map<number, number[]>();
  for (const { date, sources } of days) {
    for (const counted of decideDay(metric, date, sources).counted) {
      for (const [startMs, amount] of divideAmong(counted, widthMs)) {
        const known = amounts.get(startMs);
        if (known === undefined) amounts.set(startMs, [amount]);
        else known.push(amount);
      }
    }
  }
  return [...amounts.keys()]
    .sort((left, right) => left - right)
    .map((startMs) => ({
      positionMs: startMs,
      bucket: describeBucket(metric, { startMs, endMs: startMs + widthMs }, amounts.get(startMs)),
    }));
}

/** One bucket per local day, from midnight to midnight as it was lived. */
export function bucketsOfDays(metric: Metric, days: Iterable<DaySources>): readonly PlacedBucket[] {
  const buckets: PlacedBucket[] = [];
  for (const { date, sources } of days) {
    const { counted } = decideDay(metric, date, sources);
    if (counted.length === 0) continue;
    const amounts = counted.map(({ amount }) => amount);
    const bucket = { ...describeBucket(metric, livedDay(date, sources), amounts), date };
    buckets.push({ positionMs: utcMidnightOf(date), bucket });
  }
  return buckets;
}

function divideAmong(counted: CountedSample, widthMs: number): ReadonlyMap<number, number> {
  const { sample, segments } = counted;
  const startOf = (atMs: number): number => Math.floor(atMs / widthMs) * widthMs;
  if (segments.length === 0) return new Map([[startOf(sample.startMs), counted.amount]]);
  const lengths = new Map<number, number>();
  for (const segment of segments) {
    for (let atMs = segment.startMs; atMs < segment.endMs; ) {
      const bucketMs = startOf(atMs);
      const untilMs = Math.min(segment.endMs, bucketMs + widthMs);
      lengths.set(bucketMs, (lengths.get(bucketMs) ?? 0) + untilMs - atMs);
      atMs = untilMs;
    }
  }
  if (lengths.size === 1) return new Map([...lengths.keys()].map((startMs) => [startMs, counted.amount]));
  return new Map([...lengths].map(([startMs, lengthMs]) => [startMs, shareOf(sample, lengthMs)]));
}

function describeBucket(
  metric: Metric,
  span: { readonly startMs: number; readonly endMs: number },
  amounts: readonly number[] = [],
): SampleBucket {
  const { count, sum, min, max, mean } = describeValues([...amounts].sort((left, right) => left - right));
  return {
    start: toIso(span.startMs as EpochMs),
    end: toIso(span.endMs as EpochMs),
    unit: metric.unit,
    count,
    ...(metric.aggregation === 'sum' ? { sum } : {}),
    min: min ?? 0,
    max: max ?? 0,
    mean: mean ?? 0,
  };
}
