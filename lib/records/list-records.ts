import type { SleepSession, WorkoutRecord } from '../../contracts/http/records.ts';
import { WORKOUT_TYPES } from '../../contracts/records/workout-types.ts';
import { type EpochMs, toIso } from '../core/instants.ts';
import { AppError } from '../problems/app-error.ts';
import type { RecordKind } from '../providers/model.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { UserScope } from '../samples/model.ts';
import type { StoredRecord } from './model.ts';
import type { RecordStore } from './record-store.ts';

export interface ListRecordsDependencies {
  readonly store: Pick<RecordStore, 'list'>;
  readonly heads: Pick<HeadStore, 'load'>;
}

export interface RecordQuery {
  /** Records that start in [fromMs, toMs). */
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly limit: number;
  readonly after: { readonly startMs: number; readonly recordId: string } | undefined;
}

/**
 * A page of living records in the order of their start (REC5), and where the next one goes on; undefined on
 * the last. Pages follow the position of the last record, so that concurrent writes neither repeat nor hide
 * what was there before. Throws AppError user.not_found, read.metric_blocked.
 */
export async function listRecords(
  { store, heads }: ListRecordsDependencies,
  scope: UserScope,
  kind: RecordKind,
  query: RecordQuery,
): Promise<{ readonly records: readonly StoredRecord[]; readonly next: RecordQuery['after'] }> {
  const head = await heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) {
    throw new AppError('user.not_found', 'There is no user by this id.');
  }
  const metric = kind === 'sleep' ? 'sleep_session' : 'workout';
  if (head.privacy.blockedMetrics.includes(metric)) {
    throw new AppError('read.metric_blocked', `The user has blocked "${metric}".`);
  }
  const after =
    query.after === undefined ? undefined : { ...query.after, startMs: query.after.startMs as EpochMs };
  const found = await store.list(scope, kind, { ...query, after, limit: query.limit + 1 });
  const records = found.slice(0, query.limit);
  const last = found.length > query.limit ? records.at(-1) : undefined;
  return {
    records,
    next: last === undefined ? undefined : { startMs: last.startMs, recordId: last.recordId },
  };
}

const baseOf = (record: StoredRecord) => ({
  id: record.recordId,
  externalId: record.body.externalId,
  provider: record.provider,
  source: { provider: record.provider, ...record.body.source },
  start: toIso(record.startMs),
  end: toIso(record.endMs),
  ...(record.offsetMinutes === undefined ? {} : { zoneOffsetMinutes: record.offsetMinutes }),
  date: record.date,
  version: record.version,
  seq: record.seq,
});

/** Undefined for a record of the other kind. */
export function toSleepSession(record: StoredRecord): SleepSession | undefined {
  if (record.body.kind !== 'sleep') return undefined;
  const { isNap, isFinal, stages, totals } = record.body;
  return {
    ...baseOf(record),
    isNap,
    isFinal,
    stages: stages.map((stage) => ({ ...stage })),
    totals: { ...totals },
  };
}

/** Undefined for a record of the other kind. */
export function toWorkoutRecord(record: StoredRecord): WorkoutRecord | undefined {
  if (record.body.kind !== 'workout') return undefined;
  const {
    kind: _kind,
    revision: _revision,
    zoneOffsetMinutes: _offset,
    source: _source,
    start: _start,
    end: _end,
    date: _date,
    laps: _laps,
    track: _track,
    ...body
  } = record.body;
  return { ...body, ...baseOf(record), family: WORKOUT_TYPES[body.type] };
}
