import type { EpochMs } from '../../core/instants.ts';
import { fail, type Result } from '../../core/result.ts';
import { compareRevisions } from '../../core/revisions.ts';
import type { NormalisedRecord } from '../../records/model.ts';
import type { RecordRefusal } from '../../records/normalise-record.ts';
import type { RecordOp } from '../../records/plan-records.ts';
import type { Refusal } from '../../samples/work.ts';
import type { WorkoutsRequest } from './parse-request.ts';
import type { RecordRules } from './rules.ts';
import { toWorkoutRecord, type WorkoutRefusal } from './to-workout-record.ts';

/** One op of a request; `index` counts its workouts, then its deletions. */
export interface IndexedOp {
  readonly index: number;
  readonly op: RecordOp;
}

/** A request as work on records. The same request, time and zone always give the same work. */
export interface PreparedWrites {
  readonly ops: readonly IndexedOp[];
  readonly refusals: readonly Refusal[];
}

const MESSAGES: Readonly<Record<RecordRefusal, string>> = {
  bad_time: 'a time is not ISO 8601 with an offset or Z, or no time of the calendar',
  bad_interval: 'the end is before the start, or more than 48 hours after it',
  start_out_of_range: 'start: before 2000-01-01 or more than a day ahead',
  out_of_bounds: 'a measure is negative or not finite',
  identity_required: 'externalId: 1 to 512 characters',
  wrong_type: 'a field is not of its type',
};
const MAX_EXTERNAL_ID_CHARS = 512;

/**
 * Every workout normalised, duplicates within the batch refused, then the deletions (WKT44). Which record an op
 * is about, and whether it is refused, does not depend on the zone.
 */
export function prepareWrites(
  rules: Pick<RecordRules, 'normaliseRecord' | 'recordIdOf'>,
  request: WorkoutsRequest,
  context: { readonly nowMs: EpochMs; readonly timeZone: string | undefined },
): PreparedWrites {
  const taken = new Map<string, Taken>();
  const refusals: Refusal[] = [];
  for (const [index, item] of request.workouts.entries()) {
    const record = toRecord(rules, request, item, context);
    if (record.ok) take(taken, { index, record: record.value }, refusals);
    else refusals.push({ index, ...record.failure });
  }
  const puts = Array.from(taken.values(), ({ index, record }): IndexedOp => {
    return { index, op: { kind: 'put', record } };
  });
  const deletions: IndexedOp[] = [];
  for (const [position, externalId] of request.deletions.entries()) {
    const index = request.workouts.length + position;
    if (!isExternalId(externalId)) {
      refusals.push({ index, reason: 'identity_required', message: MESSAGES.identity_required });
      continue;
    }
    const recordId = rules.recordIdOf(request.source.provider, 'workout', externalId);
    deletions.push({ index, op: { kind: 'delete', of: 'workout', recordId } });
  }
  refusals.sort((left, right) => left.index - right.index);
  return { ops: [...puts, ...deletions], refusals };
}

function toRecord(
  { normaliseRecord }: Pick<RecordRules, 'normaliseRecord'>,
  { source }: WorkoutsRequest,
  item: unknown,
  context: { readonly nowMs: EpochMs; readonly timeZone: string | undefined },
): Result<NormalisedRecord, WorkoutRefusal> {
  const workout = toWorkoutRecord(item, source);
  if (!workout.ok) return workout;
  const normalised = normaliseRecord(workout.value, { provider: source.provider, ...context });
  if (normalised.ok) return normalised;
  return fail({ reason: normalised.failure, message: MESSAGES[normalised.failure] });
}

const isExternalId = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= MAX_EXTERNAL_ID_CHARS;

interface Taken {
  readonly index: number;
  readonly record: NormalisedRecord;
}

/**
 * Of two of one id the higher revision; of equal ones the greater content hash, as between batches (REC3); without
 * revisions the later one.
 */
function take(taken: Map<string, Taken>, incoming: Taken, refusals: Refusal[]): void {
  const { recordId } = incoming.record;
  const other = taken.get(recordId);
  const chosen = other !== undefined && isLesser(incoming.record, other.record) ? other : incoming;
  taken.set(recordId, chosen);
  if (other === undefined) return;
  refusals.push({
    index: chosen === incoming ? other.index : incoming.index,
    reason: 'duplicate_in_batch',
    message: `the same workout is taken from index ${chosen.index}`,
  });
}

function isLesser(incoming: NormalisedRecord, other: NormalisedRecord): boolean {
  const order = compareRevisions(incoming.revision, other.revision);
  if (order !== 0 || incoming.revision === undefined) return order < 0;
  return incoming.contentHash < other.contentHash;
}
