import type { Metric } from '../../contracts/metrics/metric.ts';
import { addDays, type EpochMs, type LocalDate, localDateOf, utcMidnightOf } from '../core/instants.ts';
import { bucketAt, bucketStartMs } from '../core/time-buckets.ts';
import type { BlockRange } from '../samples/sample-store.ts';
import { MAX_OFFSET_MS } from './limits.ts';

/**
 * The buckets that can hold a sample of the local dates `from` to `to` on any clock: a sample that touches
 * them starts at most the metric's longest duration before the first one begins.
 */
export function bucketsOfDates(
  metric: Pick<Metric, 'code' | 'bucket' | 'maxDurationMs'>,
  from: LocalDate,
  to: LocalDate,
): BlockRange {
  return {
    metric: metric.code,
    fromBucket: bucketAt(utcMidnightOf(from) - MAX_OFFSET_MS - metric.maxDurationMs, metric.bucket),
    toBucket: bucketAt(utcMidnightOf(addDays(to, 1)) + MAX_OFFSET_MS - 1, metric.bucket),
  };
}

/** The first local date, on any clock, that a sample of a bucket can have. */
export const firstDateOf = (bucket: string): LocalDate =>
  localDateOf((bucketStartMs(bucket) - MAX_OFFSET_MS) as EpochMs, 0);
