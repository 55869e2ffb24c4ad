import type { RecordChange } from '../../contracts/events/records-changed.v1.ts';
import type { EpochMs } from '../core/instants.ts';
import type { RecordKind } from '../providers/model.ts';
import { decideRecord, decideRecordDeletion } from './decide-record.ts';
import { MAX_RECORDS_PER_COMMIT, MAX_SLEEP_RECORDS_PER_COMMIT } from './limits.ts';
import type { NormalisedRecord, RecordOutcome, RecordPointer } from './model.ts';
import { changedDates } from './record-days.ts';
import type { RecordWrite } from './record-store.ts';

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

export const idOf = (op: RecordOp): string => (op.kind === 'put' ? op.record.recordId : op.recordId);
export const kindOf = (op: RecordOp): RecordKind => (op.kind === 'put' ? op.record.kind : op.of);

/** The next ops that one transaction takes: up to the limit, each record once. */
export function takeBatch(ops: readonly RecordOp[], from: number): readonly RecordOp[] {
  const seen = new Set<string>();
  const batch: RecordOp[] = [];
  const next = ops.slice(from, from + MAX_RECORDS_PER_COMMIT);
  const hasSleep = next.some((op) => kindOf(op) === 'sleep');
  for (const op of hasSleep ? next.slice(0, MAX_SLEEP_RECORDS_PER_COMMIT) : next) {
    if (seen.has(idOf(op))) break;
    seen.add(idOf(op));
    batch.push(op);
  }
  return batch;
}

/** What a batch comes to: one result for each op, and what is to be written, which may be nothing. */
export interface RecordPlan {
  readonly results: readonly RecordResult[];
  readonly writes: readonly RecordWrite[];
  /** Of the change entry, one for each write. */
  readonly changes: readonly RecordChange[];
}

/**
 * Decides a batch of `takeBatch` against what is `known` of its records (REC3, REC4); `seq` is that of the
 * transaction to come.
 */
export function planRecords(
  batch: readonly RecordOp[],
  known: ReadonlyMap<string, RecordPointer>,
  at: { readonly nowMs: EpochMs; readonly seq: number },
): RecordPlan {
  const decided = batch.map((op) => decideOp(op, known.get(idOf(op)), at));
  const writes = decided.flatMap(({ write }) => (write === undefined ? [] : [write]));
  return { results: decided.map(({ result }) => result), writes, changes: writes.map(toChange) };
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

function toChange(write: RecordWrite): RecordChange {
  const { pointer, record, read } = write;
  const wasThere = read !== undefined && read.deletedAtMs === undefined;
  return {
    kind: pointer.kind,
    recordId: pointer.recordId,
    change: record === undefined ? 'deleted' : wasThere ? 'updated' : 'created',
    version: pointer.version,
    provider: pointer.provider,
    fromMs: Math.min(pointer.startMs, wasThere ? read.startMs : pointer.startMs),
    toMs: Math.max(pointer.endMs, wasThere ? read.endMs : pointer.endMs),
    dates: [...changedDates(write)],
  };
}
