import { metricOf } from '../../contracts/metrics/catalog.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import { type EpochMs, MINUTE_MS } from '../core/instants.ts';
import { parseIsoTime } from '../core/iso-time.ts';
import { AppError } from '../problems/app-error.ts';

export interface QueryInstant {
  readonly atMs: EpochMs;
  /** Minutes east of UTC that it was written with; 0 for Z. */
  readonly offsetMinutes: number;
}

/** 0001-01-01 and 9999-12-30: nothing lies outside, and dates within 18 hours of them have four digits. */
const EARLIEST_QUERY_MS = -62_135_596_800_000;
const LATEST_QUERY_MS = 253_402_128_000_000;

/**
 * An instant as a query wrote it, at most the ends of what can be stored: many write the year 9999 for "no
 * end". `request.invalid` for a day that does not exist.
 */
export function parseInstant(name: string, text: string): QueryInstant {
  const time = parseIsoTime(text);
  if (time === undefined || time.offset === 'none') {
    throw invalidQuery(name, 'bad_time', 'ISO 8601 with an offset or Z');
  }
  const offsetMinutes = time.offset === 'utc' ? 0 : time.offset;
  const instantMs = time.wallMs - offsetMinutes * MINUTE_MS;
  const atMs = Math.min(LATEST_QUERY_MS, Math.max(EARLIEST_QUERY_MS, instantMs)) as EpochMs;
  return { atMs, offsetMinutes };
}

/** The catalogue's metric; `read.metric_unknown`. */
export function requireMetric(code: string): Metric {
  const metric = metricOf(code);
  if (metric === undefined) throw new AppError('read.metric_unknown', 'The metric is not in the catalogue.');
  return metric;
}

/** A metric with figures; also `read.metric_not_rolled_up` for categories and records. */
export function requireRollupMetric(code: string): Metric {
  const metric = requireMetric(code);
  if (metric.aggregation !== 'none') return metric;
  throw new AppError('read.metric_not_rolled_up', `"${metric.code}" can be read as samples only.`);
}

export const invalidQuery = (name: string, code: string, message: string): AppError =>
  new AppError('request.invalid', 'The query cannot be answered.', {
    faults: [{ path: `/query/${name}`, code, message }],
  });
