import type { PutWorkoutRequest } from '../../../contracts/http/workout-writes.ts';
import { jitteredDelayMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { NormalisedRecord, RecordPointer, StoredRecord } from '../../records/model.ts';
import type { RecordRefusal } from '../../records/normalise-record.ts';
import type { RecordOp, RecordPlan } from '../../records/plan-records.ts';
import type { RecordStore } from '../../records/record-store.ts';
import type { HeadStore } from '../../samples/head-store.ts';
import type { Head, UserScope } from '../../samples/model.ts';
import { findEntry, type ManualEntry, readRecord } from './find-entry.ts';
import { COMMIT_BACKOFF, CONTENTION_RETRY_AFTER_SEC, MAX_COMMIT_TRIES } from './limits.ts';
import type { RecordRules } from './rules.ts';
import { MANUAL_PROVIDER, workoutOf } from './to-workout-record.ts';

export interface ManualEntryDependencies {
  readonly records: RecordStore;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly rules: RecordRules;
}

/** What the entry must be: a version of If-Match, or none. */
export type EntryExpectation = number | 'absent';

export interface EntryCall {
  readonly scope: UserScope;
  /** An id that we gave, or the caller's own. */
  readonly workoutId: string;
  readonly expected: EntryExpectation | undefined;
  readonly correlationId: string;
}

/**
 * Makes or replaces a manual entry (WKT46): all of it is as it was sent, and the same again changes nothing.
 * Throws AppError user.not_found, ingest.upload_disabled, read.metric_blocked, workout.not_manual for a record of
 * another source, workout.not_found for an id of ours that names no living entry, entity.changed and
 * entity.exists where it is not as expected, request.invalid for times and measures, ingest.contention.
 */
export async function putManualEntry(
  deps: ManualEntryDependencies,
  call: EntryCall & { readonly fields: PutWorkoutRequest },
): Promise<{ readonly record: StoredRecord; readonly wasMade: boolean }> {
  return await retried(deps, async () => {
    const head = await loadHead(deps, call.scope);
    if (!head.privacy.uploadEnabled)
      throw new AppError('ingest.upload_disabled', 'the user has switched uploads off');
    if (head.privacy.blockedMetrics.includes('workout'))
      throw new AppError('read.metric_blocked', 'The user has blocked "workout".');
    const entry = await findEntry(deps, call.scope, call.workoutId);
    requireExpected(entry.living, call.expected);
    const record = toRecord(deps, head, call.fields, entry);
    const op = { kind: 'put', record } as const;
    const { plan, outcome } = await commitOne(deps, { head, call, op, pointer: entry.pointer });
    if (outcome === 'conflict') return undefined;
    const stored = plan.writes[0]?.record ?? (await readRecord(deps.records, call.scope, entry.living));
    // Gone between the look and the read: the next round sees it so.
    return stored === undefined ? undefined : { record: stored, wasMade: entry.living === undefined };
  });
}

/**
 * Deletes a manual entry; one that is deleted already is left so. Throws AppError user.not_found,
 * workout.not_found, workout.not_manual, entity.changed, ingest.contention.
 */
export async function deleteManualEntry(deps: ManualEntryDependencies, call: EntryCall): Promise<void> {
  await retried(deps, async () => {
    const head = await loadHead(deps, call.scope);
    const { pointer, living } = await findEntry(deps, call.scope, call.workoutId, 'deleted_too');
    if (pointer === undefined) throw new AppError('workout.not_found', 'There is no workout by this id.');
    requireExpected(living, call.expected);
    const op = { kind: 'delete', of: 'workout', recordId: pointer.recordId } as const;
    const { outcome } = await commitOne(deps, { head, call, op, pointer });
    return outcome === 'conflict' ? undefined : true;
  });
}

/** Runs `attempt` until it gives something; undefined says that another writer came first. */
async function retried<Value>(
  { clock, randomness }: ManualEntryDependencies,
  attempt: () => Promise<Value | undefined>,
): Promise<Value> {
  for (let round = 1; round <= MAX_COMMIT_TRIES; round += 1) {
    const value = await attempt();
    if (value !== undefined) return value;
    await clock.sleep(jitteredDelayMs(round, COMMIT_BACKOFF, randomness));
  }
  throw new AppError('ingest.contention', 'other writers of this user were faster each time', {
    retryAfterSec: CONTENTION_RETRY_AFTER_SEC,
  });
}

async function loadHead({ heads }: ManualEntryDependencies, scope: UserScope): Promise<Head> {
  const head = await heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) throw userGone();
  return head;
}

const userGone = (): AppError => new AppError('user.not_found', 'There is no user by this id.');

function requireExpected(living: RecordPointer | undefined, expected: EntryExpectation | undefined): void {
  if (expected === undefined) return;
  if (expected === 'absent' && living !== undefined)
    throw new AppError('entity.exists', 'There is an entry by this id.');
  if (expected !== 'absent' && living?.version !== expected)
    throw new AppError('entity.changed', 'The entry is not the one that If-Match names: get it again.');
}

function toRecord(
  { rules, clock }: ManualEntryDependencies,
  { timeZone }: Head,
  fields: PutWorkoutRequest,
  { externalId, pointer }: ManualEntry,
): NormalisedRecord {
  const workout = workoutOf(fields, { externalId, source: {}, isManual: true });
  // A batch may have given revisions: what is put goes behind the one that is there.
  const known = pointer?.revision;
  const revision = known === undefined ? {} : { revision: known + 1 };
  const door = { provider: MANUAL_PROVIDER, nowMs: clock.now(), timeZone };
  const record = rules.normaliseRecord({ ...workout, ...revision }, door);
  if (record.ok) return record.value;
  throw new AppError('request.invalid', 'The workout cannot be taken.', {
    faults: [FAULTS[record.failure]],
  });
}

const FAULTS: Readonly<Record<RecordRefusal, { path: string; code: string; message: string }>> = {
  bad_time: { path: '/start', code: 'bad_time', message: 'a time of the calendar with an offset or Z' },
  bad_interval: {
    path: '/end',
    code: 'bad_interval',
    message: 'not before start, at most 48 hours after it',
  },
  start_out_of_range: {
    path: '/start',
    code: 'start_out_of_range',
    message: 'not before 2000-01-01, at most a day ahead',
  },
  out_of_bounds: { path: '/durationSec', code: 'out_of_bounds', message: 'at most 48 hours' },
  identity_required: { path: '/path/workoutId', code: 'identity_required', message: '1 to 128 characters' },
  wrong_type: { path: '', code: 'wrong_type', message: 'of the documented type' },
};

/** One record, head and change entry in a transaction; what changes nothing writes nothing. */
async function commitOne(
  { records, rules, clock }: ManualEntryDependencies,
  told: {
    readonly head: Head;
    readonly call: EntryCall;
    readonly op: RecordOp;
    readonly pointer: RecordPointer | undefined;
  },
): Promise<{ readonly plan: RecordPlan; readonly outcome: 'committed' | 'conflict' }> {
  const { head, call, op, pointer } = told;
  const at: { nowMs: EpochMs; seq: number } = { nowMs: clock.now(), seq: head.seq + 1 };
  const known = new Map(pointer === undefined ? [] : [[pointer.recordId, pointer] as const]);
  const plan = rules.planRecords([op], known, at);
  if (plan.writes.length === 0) return { plan, outcome: 'committed' };
  const { correlationId, scope } = call;
  const change = {
    kind: 'records' as const,
    seq: at.seq,
    committedAtMs: at.nowMs,
    origin: 'live' as const,
    correlationId,
    changes: plan.changes,
  };
  const outcome = await records.commit(scope, change, plan.writes);
  if (outcome === 'erased') throw userGone();
  return { plan, outcome };
}
