import { EARLIEST_SAMPLE_MS } from '../../contracts/limits.ts';
import { metricOf } from '../../contracts/metrics/catalog.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import { toCanonical } from '../../contracts/metrics/units.ts';
import type { RefusalReason } from '../../contracts/problems/catalog.ts';
import { DAY_MS, type EpochMs } from '../core/instants.ts';
import { MAX_OFFSET_MINUTES } from '../core/iso-time.ts';
import { MAX_RECORD_ID_CHARS } from './limits.ts';
import type { RawItem } from './parse-request.ts';
import { resolveEnd, resolveInstant, resolveTime, type UserZone } from './resolve-time.ts';
import { recordHashOf } from './sample-identity.ts';
import type { Refusal, SampleOp } from './work.ts';

export interface Door {
  readonly nowMs: EpochMs;
  readonly zone: UserZone;
}

/** Ends the normalisation of one sample or deletion; caught in this module's two entry points. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export type Normalised<Op> = { readonly metric: Metric; readonly op: Op } | { readonly refusal: Refusal };

/** A sample as sent, to the canonical form or the reason why not (ING7, ING9, ING14). */
export function normaliseSample(raw: RawItem, index: number, door: Door): Normalised<SampleOp> {
  try {
    const metric = takeMetric(raw);
    const { value, unit } =
      metric.categories === undefined ? takeQuantity(raw, metric) : takeCategory(raw, metric);
    const { startMs, endMs, offsetMinutes } = takeInterval(raw, metric, door);
    const recordHash = takeRecordHash(raw);
    const revision = takeRevision(raw);
    return { metric, op: { index, startMs, endMs, value, offsetMinutes, recordHash, revision, unit } };
  } catch (error) {
    return { refusal: toRefusal(error, index) };
  }
}

export function toRefusal(error: unknown, index: number): Refusal {
  if (!(error instanceof RefusedError)) throw error;
  return { index, reason: error.reason, message: error.message };
}

export function takeMetric(raw: RawItem): Metric {
  const code = raw['metric'];
  if (typeof code !== 'string') throw new RefusedError('wrong_type', 'metric: a text is required');
  const metric = metricOf(code);
  if (metric === undefined) throw new RefusedError('unknown_metric', 'metric: not in the catalogue');
  if (!metric.acceptedAsSample) {
    throw new RefusedError('unknown_metric', `metric: ${code} is a record, not a sample`);
  }
  return metric;
}

function takeQuantity(raw: RawItem, metric: Metric): { readonly value: number; readonly unit: string } {
  const { value: sent, unit } = raw;
  if (typeof unit !== 'string') throw new RefusedError('wrong_type', 'unit: a text is required');
  if (typeof sent !== 'number') throw new RefusedError('wrong_type', 'value: a number is required');
  const conversion = Object.hasOwn(metric.acceptedUnits, unit) ? metric.acceptedUnits[unit] : undefined;
  if (conversion === undefined) {
    throw new RefusedError(
      'unknown_unit',
      `unit: not one of ${metric.code}, which is kept in ${metric.unit}`,
    );
  }
  // Adding 0 last makes -0 a plain 0.
  const value = toCanonical(sent, conversion) + 0;
  const { min, max } = metric.bounds;
  if (value >= min && value <= max) return { value, unit };
  throw new RefusedError('out_of_bounds', `value: ${metric.code} lies in ${min} to ${max} ${metric.unit}`);
}

function takeCategory(raw: RawItem, metric: Metric): { readonly value: number; readonly unit: undefined } {
  const { category } = raw;
  if (typeof category !== 'string') throw new RefusedError('wrong_type', 'category: a text is required');
  const value = metric.categories?.indexOf(category) ?? -1;
  if (value >= 0) return { value, unit: undefined };
  throw new RefusedError('category_unknown', `category: one of ${metric.categories?.join(', ')}`);
}

function takeInterval(
  raw: RawItem,
  metric: Metric,
  door: Door,
): Pick<SampleOp, 'startMs' | 'endMs' | 'offsetMinutes'> {
  const { instantMs: startMs, offsetMinutes } = takeStart(raw, door);
  const endMs = takeEnd(raw, startMs, offsetMinutes);
  requireInterval({ startMs, endMs }, metric, door);
  return { startMs, endMs, offsetMinutes };
}

/**
 * The interval of a sample that could be stored: start_out_of_range, bad_interval. Deletions are held to it
 * too, for a tombstone changes every date of its interval: without a bound one would change a million.
 */
export function requireInterval(
  { startMs, endMs }: { readonly startMs: EpochMs; readonly endMs: EpochMs },
  metric: Pick<Metric, 'code' | 'maxDurationMs'>,
  { nowMs }: Pick<Door, 'nowMs'>,
): void {
  if (startMs < EARLIEST_SAMPLE_MS || startMs > nowMs + DAY_MS) {
    throw new RefusedError('start_out_of_range', 'start: from 2000-01-01 to one day from now');
  }
  if (endMs < startMs) throw new RefusedError('bad_interval', 'end: before start');
  if (endMs - startMs > metric.maxDurationMs) {
    throw new RefusedError('bad_interval', `end: ${metric.code} lasts at most ${metric.maxDurationMs} ms`);
  }
}

export function takeStart(
  raw: RawItem,
  door: Door,
): { readonly instantMs: EpochMs; readonly offsetMinutes: number } {
  const { start } = raw;
  if (typeof start !== 'string') throw new RefusedError('wrong_type', 'start: an ISO 8601 time is required');
  const resolved = resolveTime(start, takeZoneOffset(raw), door.zone);
  if (resolved === 'bad_time') throw new RefusedError('bad_time', 'start: not an ISO 8601 time');
  if (resolved !== 'zone_required') return resolved;
  throw new RefusedError(
    'zone_required',
    'start: needs zoneOffsetMinutes, an explicit offset, or a time zone of the user',
  );
}

export function takeEnd(raw: RawItem, startMs: EpochMs, offsetMinutes: number): EpochMs {
  const end = raw['end'] ?? undefined;
  if (end === undefined) return startMs;
  if (typeof end !== 'string') throw new RefusedError('wrong_type', 'end: an ISO 8601 time is required');
  const endMs = resolveEnd(end, offsetMinutes);
  if (endMs === undefined) throw new RefusedError('bad_time', 'end: not an ISO 8601 time');
  return endMs;
}

function takeZoneOffset(raw: RawItem): number | undefined {
  const offset = raw['zoneOffsetMinutes'] ?? undefined;
  if (offset === undefined) return undefined;
  if (typeof offset !== 'number' || !Number.isInteger(offset)) {
    throw new RefusedError('wrong_type', 'zoneOffsetMinutes: a whole number is required');
  }
  if (Math.abs(offset) <= MAX_OFFSET_MINUTES) return offset + 0;
  throw new RefusedError('bad_time', `zoneOffsetMinutes: at most ${MAX_OFFSET_MINUTES} either way`);
}

export function takeRecordHash(raw: RawItem): bigint {
  const recordId = raw['recordId'] ?? undefined;
  if (recordId === undefined) return 0n;
  if (typeof recordId === 'string' && recordId.length > 0 && recordId.length <= MAX_RECORD_ID_CHARS) {
    return recordHashOf(recordId);
  }
  throw new RefusedError('wrong_type', `recordId: a text of 1 to ${MAX_RECORD_ID_CHARS} characters`);
}

/** An integer, or an instant as epoch milliseconds (ingestion.md 1). */
export function takeRevision(raw: RawItem): number | undefined {
  const revision = raw['revision'] ?? undefined;
  if (revision === undefined) return undefined;
  if (typeof revision === 'number' && Number.isSafeInteger(revision)) return revision + 0;
  if (typeof revision !== 'string')
    throw new RefusedError('wrong_type', 'revision: an integer or an instant');
  const instantMs = resolveInstant(revision);
  if (instantMs === undefined)
    throw new RefusedError('bad_time', 'revision: not an instant with offset or Z');
  return instantMs;
}
