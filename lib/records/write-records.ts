import type { RecordChange } from '../../contracts/events/records-changed.v1.ts';
import type { Origin } from '../../contracts/events/samples-changed.v1.ts';
import { jitteredDelayMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import type { EpochMs } from '../core/instants.ts';
import type { Randomness } from '../core/randomness.ts';
import { AppError } from '../problems/app-error.ts';
import type { RecordKind } from '../providers/model.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { UserScope } from '../samples/model.ts';
import { decideRecord, decideRecordDeletion } from './decide-record.ts';
import { COMMIT_BACKOFF, MAX_COMMIT_TRIES, MAX_RECORDS_PER_COMMIT } from './limits.ts';
import type { NormalisedRecord, RecordOutcome, RecordPointer } from './model.ts';
import type { RecordStore, RecordWrite } from './record-store.ts';

export interface WriteRecordsDependencies {
  readonly store: RecordStore;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** What is to happen to one record. */
export type RecordOp =
  | {
      readonly kind: 'put';
      readonly record: NormalisedRecord;
      /** When the provider said it, if that was earlier than now: what was deleted since stays deleted. */
      readonly asOfMs?: EpochMs | undefined;
    }
  | {
      /** `forget` leaves nothing behind: whatever comes later is new. */
      readonly kind: 'delete' | 'forget';
      readonly of: RecordKind;
      readonly recordId: string;
    };

export interface RecordResult {
  readonly outcome: RecordOutcome;
  /** What was known before this call; undefined: nothing. */
  readonly before: RecordPointer | undefined;
}

export interface WriteContext {
  readonly origin: Origin;
  readonly correlationId: string;
}

/**
 * Applies the ops in their order, in transactions of up to 25 records with head and change entry (REC1), and
 * answers one result each. What changes nothing writes nothing. Of several ops on one record in a transaction
 * the later ones go into the next. Safe to repeat after a crash: the outcome is then `duplicate` or
 * `not_found`. Throws AppError user.not_found, ingest.contention, server.unavailable.
 */
export async function writeRecords(
  deps: WriteRecordsDependencies,
  scope: UserScope,
  ops: readonly RecordOp[],
  context: WriteContext,
): Promise<readonly RecordResult[]> {
  const results: RecordResult[] = [];
  for (let from = 0; from < ops.length; ) {
    const batch = takeBatch(ops, from);
    results.push(...(await commitBatch(deps, scope, batch, context)));
    from += batch.length;
  }
  return results;
}

const idOf = (op: RecordOp): string => (op.kind === 'put' ? op.record.recordId : op.recordId);
const kindOf = (op: RecordOp): RecordKind => (op.kind === 'put' ? op.record.kind : op.of);

/** The next ops up to the limit, each record once. */
function takeBatch(ops: readonly RecordOp[], from: number): readonly RecordOp[] {
  const seen = new Set<string>();
  const batch: RecordOp[] = [];
  for (const op of ops.slice(from, from + MAX_RECORDS_PER_COMMIT)) {
    if (seen.has(idOf(op))) break;
    seen.add(idOf(op));
    batch.push(op);
  }
  return batch;
}

async function commitBatch(
  { store, heads, clock, randomness }: WriteRecordsDependencies,
  scope: UserScope,
  batch: readonly RecordOp[],
  context: WriteContext,
): Promise<readonly RecordResult[]> {
  for (let round = 1; round <= MAX_COMMIT_TRIES; round += 1) {
    const head = await heads.load(scope);
    if (head === undefined || head.erasedAtMs !== undefined) throw userGone();
    const known = await loadKnown(store, scope, batch);
    const at = { nowMs: clock.now(), seq: head.seq + 1 };
    const decided = batch.map((op) => decideOp(op, known.get(idOf(op)), at));
    const writes = decided.flatMap(({ write }) => (write === undefined ? [] : [write]));
    if (writes.length === 0) return decided.map(({ result }) => result);
    const change = {
      kind: 'records' as const,
      seq: at.seq,
      committedAtMs: at.nowMs,
      ...context,
      changes: writes.map(toChange),
    };
    const outcome = await store.commit(scope, change, writes);
    if (outcome === 'erased') throw userGone();
    if (outcome === 'committed') return decided.map(({ result }) => result);
    await clock.sleep(jitteredDelayMs(round, COMMIT_BACKOFF, randomness));
  }
  throw new AppError('ingest.contention', 'other writers of this user were faster each time', {
    retryAfterSec: 2,
  });
}

const userGone = (): AppError => new AppError('user.not_found', 'There is no user by this id.');

async function loadKnown(
  store: RecordStore,
  scope: UserScope,
  batch: readonly RecordOp[],
): Promise<ReadonlyMap<string, RecordPointer>> {
  const known = new Map<string, RecordPointer>();
  for (const kind of ['sleep', 'workout'] as const) {
    const ids = batch.filter((op) => kindOf(op) === kind).map(idOf);
    if (ids.length === 0) continue;
    for (const [id, pointer] of await store.loadPointers(scope, kind, ids)) known.set(id, pointer);
  }
  return known;
}

interface DecidedOp {
  readonly result: RecordResult;
  readonly write: RecordWrite | undefined;
}

function decideOp(
  op: RecordOp,
  read: RecordPointer | undefined,
  at: { readonly nowMs: EpochMs; readonly seq: number },
): DecidedOp {
  if (op.kind !== 'put') {
    const outcome = decideRecordDeletion(read);
    if (outcome === 'not_found' || read === undefined)
      return { result: { outcome, before: read }, write: undefined };
    const pointer = { ...read, version: read.version + 1, deletedAtMs: at.nowMs };
    const write = { pointer, record: undefined, read, isForgotten: op.kind === 'forget' };
    return { result: { outcome, before: read }, write };
  }
  const { record } = op;
  const outcome = decideRecord(read, { ...record, asOfMs: op.asOfMs });
  const result = { outcome, before: read };
  if (outcome === 'duplicate' || outcome === 'superseded') return { result, write: undefined };
  const { body, offsetMinutes, ...pointed } = record;
  const pointer = { ...pointed, version: (read?.version ?? 0) + 1, deletedAtMs: undefined };
  const { recordId, kind, provider, version, date, startMs, endMs } = pointer;
  const stored = {
    recordId,
    kind,
    provider,
    version,
    date,
    startMs,
    endMs,
    offsetMinutes,
    seq: at.seq,
    body,
  };
  return { result, write: { pointer, record: stored, read, isForgotten: false } };
}

function toChange({ pointer, record, read }: RecordWrite): RecordChange {
  const wasThere = read !== undefined && read.deletedAtMs === undefined;
  const dates = new Set(wasThere ? [read.date, pointer.date] : [pointer.date]);
  return {
    kind: pointer.kind,
    recordId: pointer.recordId,
    change: record === undefined ? 'deleted' : wasThere ? 'updated' : 'created',
    version: pointer.version,
    provider: pointer.provider,
    fromMs: Math.min(pointer.startMs, wasThere ? read.startMs : pointer.startMs),
    toMs: Math.max(pointer.endMs, wasThere ? read.endMs : pointer.endMs),
    dates: [...dates].sort(),
  };
}
