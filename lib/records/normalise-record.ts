import { createHash } from 'node:crypto';
import { EARLIEST_SAMPLE_MS } from '../../contracts/limits.ts';
import type { RefusalReason } from '../../contracts/problems/catalog.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import { encodeBase32 } from '../core/ids.ts';
import {
  DAY_MS,
  type EpochMs,
  HOUR_MS,
  localDateOf,
  MINUTE_MS,
  parseLocalDate,
  toIso,
} from '../core/instants.ts';
import { MAX_OFFSET_MINUTES, parseIsoTime } from '../core/iso-time.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { offsetMinutesAt } from '../core/zones.ts';
import type { RecordKind, Revision, SleepRecord, StageSegment, WorkoutRecord } from '../providers/model.ts';
import {
  MAX_EXTERNAL_ID_CHARS,
  MAX_LAP_COUNT,
  MAX_PROVIDER_TYPE_CHARS,
  MAX_SLEEP_HOURS,
  MAX_STAGE_COUNT,
  MAX_TITLE_CHARS,
  MAX_WORKOUT_HOURS,
} from './limits.ts';
import type { NormalisedRecord, RecordBody } from './model.ts';

export type RecordRefusal = Extract<
  RefusalReason,
  'bad_time' | 'bad_interval' | 'start_out_of_range' | 'out_of_bounds' | 'identity_required' | 'wrong_type'
>;

export interface RecordDoor {
  readonly provider: string;
  readonly nowMs: EpochMs;
  /** Of the user; asked when the record says no offset. */
  readonly timeZone: string | undefined;
}

/** 26 characters that stand for (provider, kind, external id) for ever: 128 bits of SHA-256. */
export function recordIdOf(provider: string, kind: RecordKind, externalId: string): string {
  const digest = createHash('sha256')
    .update(canonicalJson([provider, kind, externalId]))
    .digest();
  return encodeBase32(digest.subarray(0, 16));
}

/**
 * A record as it is kept (REC2): instants resolved, stages in order and inside the session, numbers finite and
 * not negative. What does not hold refuses this record alone, with a reason of the samples' list.
 */
export function normaliseRecord(
  record: SleepRecord | WorkoutRecord,
  door: RecordDoor,
): Result<NormalisedRecord, RecordRefusal> {
  if (record.externalId.length === 0 || record.externalId.length > MAX_EXTERNAL_ID_CHARS)
    return fail('identity_required');
  const times = resolveTimes(record, door);
  if (!times.ok) return times;
  const { startMs, endMs, offsetMinutes } = times.value;
  const revision = toRevision(record.revision);
  if (revision === 'bad_time') return fail('bad_time');
  const body = toBody(record, startMs, endMs);
  if (!body.ok) return body;
  const shown = record.kind === 'sleep' ? endMs : startMs;
  const said = record.date;
  if (said !== undefined && parseLocalDate(said) === undefined) return fail('bad_time');
  const isBelieved = said !== undefined && (record.kind === 'workout' || isNearby(said, endMs));
  const date = isBelieved ? said : localDateOf(shown, offsetMinutes ?? 0);
  const valueMetrics = [...new Set(record.values.map(({ metric }) => metric))].sort();
  const contentHash = createHash('sha256')
    .update(canonicalJson({ body: body.value, values: record.values, date, offset: offsetMinutes ?? null }))
    .digest('hex');
  const recordId = recordIdOf(door.provider, record.kind, record.externalId);
  const { kind } = record;
  const { provider } = door;
  return ok({
    recordId,
    kind,
    provider,
    startMs,
    endMs,
    offsetMinutes,
    date,
    revision,
    contentHash,
    body: body.value,
    valueMetrics,
  });
}

/** Whether any clock, or one day beside it, shows the date: a night is looked for near its own times. */
const isNearby = (date: string, endMs: EpochMs): boolean => {
  const reachMs = MAX_OFFSET_MINUTES * MINUTE_MS + DAY_MS;
  const first = localDateOf((endMs - reachMs) as EpochMs, 0);
  return date >= first && date <= localDateOf((endMs + reachMs) as EpochMs, 0);
};

function resolveTimes(
  record: SleepRecord | WorkoutRecord,
  { nowMs, timeZone }: RecordDoor,
): Result<{ startMs: EpochMs; endMs: EpochMs; offsetMinutes: number | undefined }, RecordRefusal> {
  const start = parseIsoTime(record.start);
  const end = parseIsoTime(record.end);
  const said = record.zoneOffsetMinutes;
  if (start === undefined || end === undefined || start.offset === 'none' || end.offset === 'none')
    return fail('bad_time');
  if (said !== undefined && (!Number.isInteger(said) || Math.abs(said) > MAX_OFFSET_MINUTES))
    return fail('bad_time');
  const startMs = instantOf(start);
  const endMs = instantOf(end);
  const maxHours = record.kind === 'sleep' ? MAX_SLEEP_HOURS : MAX_WORKOUT_HOURS;
  if (endMs < startMs || endMs - startMs > maxHours * HOUR_MS) return fail('bad_interval');
  if (startMs < EARLIEST_SAMPLE_MS || startMs > nowMs + DAY_MS) return fail('start_out_of_range');
  const zoned = timeZone === undefined ? undefined : offsetMinutesAt(timeZone, startMs);
  const offsetMinutes = said ?? (typeof start.offset === 'number' ? start.offset : zoned);
  return ok({ startMs, endMs, offsetMinutes });
}

const instantOf = ({
  wallMs,
  offset,
}: {
  readonly wallMs: number;
  readonly offset: number | 'utc' | 'none';
}): EpochMs => (typeof offset === 'number' ? wallMs - offset * MINUTE_MS : wallMs) as EpochMs;

function toRevision(revision: Revision | undefined): number | undefined | 'bad_time' {
  if (revision === undefined) return undefined;
  if (typeof revision === 'number') return Number.isSafeInteger(revision) ? revision : 'bad_time';
  const time = parseIsoTime(revision);
  return time === undefined || time.offset === 'none' ? 'bad_time' : instantOf(time);
}

function toBody(
  record: SleepRecord | WorkoutRecord,
  startMs: EpochMs,
  endMs: EpochMs,
): Result<RecordBody, RecordRefusal> {
  const { values: _values, ...rest } = record;
  const start = toIso(startMs);
  const end = toIso(endMs);
  if (rest.kind === 'workout') {
    const { title, providerType } = rest;
    if (!areMeasures(rest) || rest.durationSec > MAX_WORKOUT_HOURS * 3_600) return fail('out_of_bounds');
    if (rest.laps?.some((lap) => !areMeasures(lap))) return fail('out_of_bounds');
    return ok({
      ...rest,
      start,
      end,
      ...(rest.laps === undefined ? {} : { laps: rest.laps.slice(0, MAX_LAP_COUNT) }),
      providerType: providerType.slice(0, MAX_PROVIDER_TYPE_CHARS),
      ...(title === undefined ? {} : { title: title.slice(0, MAX_TITLE_CHARS) }),
    });
  }
  if (!areMeasures(rest.totals)) return fail('out_of_bounds');
  const stages = toStages(rest.stages, startMs, endMs);
  return stages.ok ? ok({ ...rest, start, end, stages: stages.value }) : stages;
}

/** Every number there is finite and not negative, but for the offset, which is checked apart. */
const areMeasures = (fields: object): boolean =>
  Object.entries(fields).every(
    ([name, value]) =>
      typeof value !== 'number' ||
      name === 'zoneOffsetMinutes' ||
      name === 'revision' ||
      (Number.isFinite(value) && value >= 0),
  );

/** In order, cut to the session, without overlap: where two claim a moment, the one that began later has it. */
function toStages(
  stages: readonly StageSegment[],
  startMs: EpochMs,
  endMs: EpochMs,
): Result<readonly StageSegment[], RecordRefusal> {
  if (stages.length > MAX_STAGE_COUNT) return fail('out_of_bounds');
  const spans: { stage: StageSegment['stage']; fromMs: number; toMs: number }[] = [];
  for (const { stage, start, end } of stages) {
    const from = parseIsoTime(start);
    const to = parseIsoTime(end);
    if (from === undefined || to === undefined || from.offset === 'none' || to.offset === 'none')
      return fail('bad_time');
    const span = { stage, fromMs: Math.max(instantOf(from), startMs), toMs: Math.min(instantOf(to), endMs) };
    if (span.toMs > span.fromMs) spans.push(span);
  }
  spans.sort((left, right) => left.fromMs - right.fromMs || left.toMs - right.toMs);
  const kept = spans.map((span, index) => ({
    ...span,
    toMs: Math.min(span.toMs, spans[index + 1]?.fromMs ?? span.toMs),
  }));
  return ok(
    kept
      .filter(({ fromMs, toMs }) => toMs > fromMs)
      .map(({ stage, fromMs, toMs }) => ({
        stage,
        start: toIso(fromMs as EpochMs),
        end: toIso(toMs as EpochMs),
      })),
  );
}
