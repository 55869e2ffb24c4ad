import { jitteredDelayMs } from '../../core/backoff.ts';
import type { ConflictNote } from '../report.ts';
import { saveConflictNote, trimConflictNotes } from '../store/conflict-notes.ts';
import { renameAll } from '../store/id-map.ts';
import type { LocalTransaction } from '../store/local-store.ts';
import {
  groupByRow,
  loadPending,
  type PendingChange,
  replacePending,
  rowNameOf,
  savePending,
} from '../store/queue.ts';
import {
  loadCursor,
  loadOperation,
  loadSnapshot,
  type OperationUnderWay,
  requestSnapshot,
  saveOperation,
} from '../store/sync-state.ts';
import { type ClientContext, serverNowMs, transact } from './client-context.ts';
import { dropCovered } from './drop-covered.ts';
import { newRequestId } from './local-writes.ts';
import { toServerRow } from './to-server-row.ts';
import type { PushAnswer, WireRow } from './wire.ts';

/** Answers of "later" that one write gets before it is shown as refused: with the pauses below, half an hour. */
const MAX_ATTEMPT_COUNT = 10;
const RETRY = { baseMs: 5_000, capMs: 300_000 } as const;

export interface SettledCounts {
  readonly acceptedCount: number;
  readonly conflictCount: number;
  readonly refusedCount: number;
  readonly postponedCount: number;
}

interface Settlement {
  readonly context: ClientContext;
  readonly transaction: LocalTransaction;
  readonly touched: Set<string>;
  readonly sent: ReadonlyMap<string, PendingChange>;
  /** By row: what was written after what is sent. */
  readonly followers: ReadonlyMap<string, readonly PendingChange[]>;
  readonly generation: number;
}

/**
 * CLI4, CLI9, CLI10: what the answer says of each write, and the end of the operation, in one transaction. An
 * answer to an operation that is no longer under way changes nothing.
 */
export async function settlePush(
  context: ClientContext,
  operation: OperationUnderWay,
  answer: PushAnswer,
): Promise<SettledCounts> {
  return transact(context, async (transaction, touched) => {
    const current = await loadOperation(transaction);
    if (current?.operationId !== operation.operationId) return NOTHING;
    const all = await loadPending(transaction);
    const sent = new Map(
      all.filter(({ state }) => state === 'sending').map((change) => [change.requestId, change]),
    );
    for (const change of sent.values()) touched.add(change.type);
    const generation = await imageGeneration(transaction);
    const followers = groupByRow(all.filter(({ state }) => state === 'pending'));
    const settlement = { context, transaction, touched, sent, followers, generation };
    await settleSuccesses(settlement, answer);
    await settleConflicts(settlement, answer);
    const failures = await settleFailures(settlement, answer);
    await saveOperation(transaction, undefined);
    await renameRows(settlement, answer);
    await dropCovered(transaction, touched);
    return { acceptedCount: answer.successful.length, conflictCount: answer.conflicts.length, ...failures };
  });
}

/**
 * Of the row that an answer brings. While a snapshot is under way it is of the time before: what the server
 * deleted meanwhile is in no page, and only rows that the snapshot or the log behind it names may stay.
 */
async function imageGeneration(transaction: LocalTransaction): Promise<number> {
  const { generation } = await loadCursor(transaction);
  return (await loadSnapshot(transaction)) === undefined ? generation : generation - 1;
}

const NOTHING: SettledCounts = { acceptedCount: 0, conflictCount: 0, refusedCount: 0, postponedCount: 0 };

async function settleSuccesses(settlement: Settlement, answer: PushAnswer): Promise<void> {
  const acknowledged = answer.successful.flatMap(({ requestId, version }) => {
    const change = settlement.sent.get(requestId);
    return change === undefined ? [] : acknowledge(settlement, change, version);
  });
  await savePending(settlement.transaction, acknowledged);
  for (const { entityType, id, version } of answer.successful) {
    if (version === 0) await resyncIfKnown(settlement.transaction, entityType, id);
  }
}

/** Version 0 is the deletion of a row that the server never had; a device that has it is of another history. */
async function resyncIfKnown(transaction: LocalTransaction, type: string, id: string): Promise<void> {
  const row = await transaction.loadRow(type, id);
  if (row?.deleted === false) await requestSnapshot(transaction);
}

/**
 * The write stays over the row until the row itself arrives. What was written after it now knows its version
 * (CLI9), but only where nobody else's write lies between what they had seen and what became of this one.
 */
function acknowledge(
  settlement: Settlement,
  change: PendingChange,
  version: number,
): readonly PendingChange[] {
  const followers = (settlement.followers.get(rowNameOf(change.type, change.id)) ?? [])
    .filter(({ change: { baseVersion } }) => baseVersion === version || (baseVersion ?? 0) + 1 === version)
    .map((other) => ({ ...other, change: { ...other.change, baseVersion: version } }));
  return [{ ...change, state: 'acked', version, code: undefined, isUncertain: false }, ...followers];
}

async function settleConflicts(settlement: Settlement, answer: PushAnswer): Promise<void> {
  const { transaction, sent } = settlement;
  for (const conflict of answer.conflicts) {
    const change = sent.get(conflict.requestId);
    if (change === undefined) continue;
    const { conflictId, version, outcome } = conflict;
    const isManual = outcome === 'manual';
    const note = {
      conflictId,
      version,
      serverOutcome: outcome,
      outcome: isManual ? 'MANUAL_REQUIRED' : 'ADOPT_SERVER',
    } as const;
    await saveConflictNote(transaction, toNote(settlement.context, change, note));
    if (conflict.server) await saveImage(settlement, change.type, conflict.server);
    if (isManual) await savePending(transaction, [{ ...change, state: 'conflicted', conflictId }]);
    else if (outcome === 'server_wins') await transaction.removeQueued([change.requestId]);
    else await savePending(transaction, acknowledge(settlement, change, version));
  }
  if (answer.conflicts.length > 0) await trimConflictNotes(transaction);
}

export function toNote(
  context: ClientContext,
  change: PendingChange,
  note: Pick<ConflictNote, 'conflictId' | 'outcome' | 'serverOutcome' | 'version'>,
): ConflictNote {
  return {
    ...note,
    entityType: change.type,
    id: change.id,
    data: change.change.data,
    notedAtMs: serverNowMs(context),
  };
}

async function saveImage(settlement: Settlement, type: string, image: WireRow): Promise<void> {
  await settlement.transaction.saveRows([toServerRow(type, image, settlement.generation)]);
}

/** Those that the answer does not name are as those that it postpones. */
async function settleFailures(
  settlement: Settlement,
  answer: PushAnswer,
): Promise<Pick<SettledCounts, 'refusedCount' | 'postponedCount'>> {
  const failures = new Map(answer.failed.map((failure) => [failure.requestId, failure]));
  const settled = new Set([...answer.successful, ...answer.conflicts].map(({ requestId }) => requestId));
  const counts = { refusedCount: 0, postponedCount: 0 };
  for (const change of settlement.sent.values()) {
    if (settled.has(change.requestId)) continue;
    const failure = failures.get(change.requestId) ?? { code: 'sync.unanswered', retryable: true };
    const isLost = failure.code === 'sync.base_from_future';
    if (isLost) await requestSnapshot(settlement.transaction);
    const next = isLost || failure.retryable ? postpone(settlement.context, change, failure.code) : undefined;
    const outcome = next ?? { ...change, state: 'refused' as const, code: failure.code, isUncertain: false };
    counts[outcome.state === 'refused' ? 'refusedCount' : 'postponedCount'] += 1;
    await replacePending(settlement.transaction, [change], [outcome]);
  }
  return counts;
}

/**
 * CLI10: once more after a pause, and refused after MAX_ATTEMPT_COUNT. The request id is a new one: the same
 * change under the same id is the same operation, and its stored answer would come back for ever. A base that
 * the server does not know (its history is another one now) is left out: REBASE_AND_RETRY on what there is.
 */
function postpone(context: ClientContext, change: PendingChange, code: string): PendingChange {
  const attemptCount = change.attemptCount + 1;
  const isOver = attemptCount >= MAX_ATTEMPT_COUNT;
  const isLost = code === 'sync.base_from_future';
  const pauseMs = isLost ? 0 : 1_000 + jitteredDelayMs(attemptCount, RETRY, context.randomness);
  return {
    ...change,
    requestId: isOver ? change.requestId : newRequestId(context),
    state: isOver ? 'refused' : 'pending',
    attemptCount,
    nextAttemptAtMs: serverNowMs(context) + pauseMs,
    code,
    isUncertain: false,
    change: isLost ? { ...change.change, baseVersion: undefined } : change.change,
  };
}

async function renameRows(settlement: Settlement, answer: PushAnswer): Promise<void> {
  const renamed = [...answer.successful, ...answer.conflicts].flatMap(({ entityType, id, clientId }) =>
    clientId === undefined || clientId === id ? [] : [{ type: entityType, clientId, id }],
  );
  await renameAll(settlement.transaction, settlement.context.schema, renamed);
}
