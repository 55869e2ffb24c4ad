import type { BucketWidth, Metric } from '../../contracts/metrics/metric.ts';
import { assertNever } from '../core/assert.ts';
import { addDays, type EpochMs, type LocalDate, toIso, utcMidnightOf } from '../core/instants.ts';
import type { BlockRange } from '../samples/sample-store.ts';
import { MAX_OFFSET_MS } from './limits.ts';

/** The bucket that holds samples starting at `instantMs`: `2026-11`, `2026-11-21` or `2026-11-21T13`. */
export function bucketAt(instantMs: number, width: BucketWidth): string {
  const iso = toIso(instantMs as EpochMs);
  switch (width) {
    case 'month':
      return iso.slice(0, 7);
    case 'day':
      return iso.slice(0, 10);
    case 'hour':
      return iso.slice(0, 13);
    default:
      return assertNever(width);
  }
}

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
