import { MAX_DELETION_RANGE_DAYS } from '../../contracts/limits.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import { DAY_MS } from '../core/instants.ts';
import type { SourceId } from './model.ts';
import {
  type Door,
  type Normalised,
  RefusedError,
  requireInterval,
  takeEnd,
  takeMetric,
  takeRecordHash,
  takeRevision,
  toRefusal,
} from './normalise-sample.ts';
import type { RawItem } from './parse-request.ts';
import { resolveInstant, resolveTime } from './resolve-time.ts';
import type { DeletionOp, RangeDeletion } from './work.ts';

/**
 * A deletion as sent, by whole identity or by record id and range (ING4). `index` counts on from the
 * samples. Refused with identity_required when it is neither, or knows a start but no source; with
 * start_out_of_range and bad_interval where no sample could be.
 */
export function normaliseDeletion(
  raw: RawItem,
  index: number,
  sourceId: SourceId | undefined,
  door: Door,
): Normalised<DeletionOp | RangeDeletion> {
  try {
    const metric = takeMetric(raw);
    const recordHash = takeRecordHash(raw);
    if ((raw['start'] ?? undefined) !== undefined && sourceId !== undefined) {
      return { metric, op: takeIdentity(raw, { index, metric, recordHash }, door) };
    }
    if (recordHash === 0n || (raw['start'] ?? undefined) !== undefined) {
      throw new RefusedError('identity_required', 'needs source and start, or recordId with from and to');
    }
    return { metric, op: takeRange(raw, { index, metric, sourceId, recordHash }) };
  } catch (error) {
    return { refusal: toRefusal(error, index) };
  }
}

export const isRange = (op: DeletionOp | RangeDeletion): op is RangeDeletion => 'fromMs' in op;

function takeIdentity(
  raw: RawItem,
  known: { readonly index: number; readonly metric: Metric; readonly recordHash: bigint },
  door: Door,
): DeletionOp {
  const { start } = raw;
  const { index, metric, recordHash } = known;
  if (typeof start !== 'string') throw new RefusedError('wrong_type', 'start: an ISO 8601 time is required');
  // Which day it was does not matter here, so an instant needs no zone.
  const instantMs = resolveInstant(start);
  const resolved =
    instantMs === undefined ? resolveTime(start, undefined, door.zone) : { instantMs, offsetMinutes: 0 };
  if (resolved === 'bad_time') throw new RefusedError('bad_time', 'start: not an ISO 8601 time');
  if (resolved === 'zone_required') throw new RefusedError('zone_required', 'start: needs an offset or Z');
  const startMs = resolved.instantMs;
  const endMs = takeEnd(raw, startMs, resolved.offsetMinutes);
  requireInterval({ startMs, endMs }, metric, door);
  return { index, startMs, endMs, recordHash, revision: takeRevision(raw), isCounted: true };
}

function takeRange(
  raw: RawItem,
  found: {
    readonly index: number;
    readonly metric: Metric;
    readonly sourceId: SourceId | undefined;
    readonly recordHash: bigint;
  },
): RangeDeletion {
  const { from, to } = raw;
  if (typeof from !== 'string' || typeof to !== 'string') {
    throw new RefusedError('identity_required', 'needs source and start, or recordId with from and to');
  }
  const fromMs = resolveInstant(from);
  const toMs = resolveInstant(to);
  if (fromMs === undefined || toMs === undefined) {
    throw new RefusedError('bad_time', 'from and to: instants with offset or Z');
  }
  if (toMs < fromMs || toMs - fromMs > MAX_DELETION_RANGE_DAYS * DAY_MS) {
    throw new RefusedError('bad_interval', `to: at most ${MAX_DELETION_RANGE_DAYS} days after from`);
  }
  const { index, metric, sourceId, recordHash } = found;
  return { index, metric: metric.code, sourceId, recordHash, fromMs, toMs, revision: takeRevision(raw) };
}
