import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { newSortableId, newUuid } from '../../core/ids.ts';
import type { EpochMs } from '../../core/instants.ts';
import { applyChange } from '../../sync/merge/apply-change.ts';
import { diffRow } from '../../sync/merge/diff-row.ts';
import { hlcMsOf, tickHlc } from '../../sync/merge/hlc.ts';
import type { ChangeOp, Hlc, RowChange, RowData } from '../../sync/merge/row.ts';
import { validateChange } from '../../sync/merge/validate-change.ts';
import { deltaOf } from '../../sync/merge/wire-forms.ts';
import { HeadwaterError } from '../client-error.ts';
import { resolveId } from '../store/id-map.ts';
import type { LocalTransaction, ServerRow } from '../store/local-store.ts';
import { loadPending, type PendingChange, replacePending, savePending } from '../store/queue.ts';
import { knownVersion, viewRow } from '../store/row-view.ts';
import { loadClock, saveClock } from '../store/sync-state.ts';
import { type ClientContext, transact } from './client-context.ts';
import { foldChanges } from './fold-changes.ts';

interface RowContents {
  readonly id: string;
  readonly row: ServerRow | undefined;
  readonly pending: readonly PendingChange[];
}

/**
 * CLI2: every write is validated as the server will, and is one transaction with its place in the queue. A
 * creation of a row that is there is an update of what it says.
 */
export async function writeCreate(
  context: ClientContext,
  type: string,
  data: RowData,
  id: string | undefined,
): Promise<string> {
  const entity = entityOf(context, type);
  return transact(context, async (transaction, touched) => {
    const name = id ?? (entity.id === 'me' ? 'me' : newUuid(context.clock.now(), context.randomness));
    const contents = await loadContents(transaction, type, name);
    const there = viewRow(entity, contents.row, contents.pending);
    touched.add(type);
    const write =
      there === undefined
        ? { op: 'create' as const, data }
        : { op: 'update' as const, data: diffRow(entity, there.data, { ...there.data, ...data }) };
    await enqueue(context, transaction, entity, { ...contents, ...write });
    return contents.id;
  });
}

/** Plain values of the fields that change, null to clear one; counters as a number or as {delta}. */
export async function writeUpdate(
  context: ClientContext,
  type: string,
  id: string,
  patch: RowData,
): Promise<void> {
  const entity = entityOf(context, type);
  await transact(context, async (transaction, touched) => {
    const contents = await loadContents(transaction, type, id);
    const there = viewRow(entity, contents.row, contents.pending);
    // The one row of its type is there for everybody, made or not.
    if (there === undefined && entity.id !== 'me') {
      throw new HeadwaterError('ROW_NOT_FOUND', `no row of ${type} with this id`);
    }
    touched.add(type);
    const write =
      there === undefined
        ? { op: 'create' as const, data: patch }
        : { op: 'update' as const, data: patchOf(entity, there.data, patch) };
    await enqueue(context, transaction, entity, { ...contents, ...write });
  });
}

/** A row that is not there is deleted already. */
export async function writeDelete(context: ClientContext, type: string, id: string): Promise<void> {
  const entity = entityOf(context, type);
  await transact(context, async (transaction, touched) => {
    const contents = await loadContents(transaction, type, id);
    touched.add(type);
    if (viewRow(entity, contents.row, contents.pending) === undefined) {
      await retryRefused(context, transaction, contents);
      return;
    }
    await enqueue(context, transaction, entity, { ...contents, op: 'delete', data: {} });
  });
}

export function entityOf(context: ClientContext, type: string): EntityDefinition {
  const entity = context.schema.entities.get(type);
  if (entity === undefined) throw new HeadwaterError('UNKNOWN_ENTITY_TYPE', `no entity type ${type}`);
  return entity;
}

async function loadContents(transaction: LocalTransaction, type: string, id: string): Promise<RowContents> {
  const resolved = await resolveId(transaction, type, id);
  return {
    id: resolved,
    row: await transaction.loadRow(type, resolved),
    pending: await loadPending(transaction, type, resolved),
  };
}

function patchOf(entity: EntityDefinition, before: RowData, patch: RowData): RowData {
  const deltas = Object.entries(patch).filter(([, value]) => deltaOf(value) !== undefined);
  const plain = Object.fromEntries(Object.entries(patch).filter(([, value]) => deltaOf(value) === undefined));
  return { ...diffRow(entity, before, { ...before, ...plain }), ...Object.fromEntries(deltas) };
}

async function enqueue(
  context: ClientContext,
  transaction: LocalTransaction,
  entity: EntityDefinition,
  write: RowContents & { readonly op: ChangeOp; readonly data: RowData },
): Promise<void> {
  if (write.op === 'update' && Object.keys(write.data).length === 0) return;
  const clock = await loadClock(transaction);
  const hlc = tickHlc(clock.hlc, context.clock.now() + clock.offsetMs, context.deviceId);
  const change = validate(context, entity, write, hlc);
  checkRow(entity, write, change.data);
  context.serverClock.lastWriteMs = hlcMsOf(hlc);
  await saveClock(transaction, { ...clock, hlc, order: clock.order + 1 });
  const before = await retryRefused(context, transaction, write);
  await joinQueue(transaction, entity, before, {
    type: entity.type,
    id: write.id,
    order: clock.order + 1,
    requestId: newRequestId(context),
    state: 'pending',
    change,
    attemptCount: 0,
    nextAttemptAtMs: 0,
    code: undefined,
    version: undefined,
    conflictId: undefined,
    isUncertain: false,
  });
}

function validate(
  context: ClientContext,
  entity: EntityDefinition,
  write: RowContents & { readonly op: ChangeOp; readonly data: RowData },
  hlc: Hlc,
): RowChange {
  const { id, op, data } = write;
  const baseVersion = knownVersion(write.row, write.pending);
  const raw = { entityType: entity.type, id, op, baseVersion, data, hlc };
  // The device's own order counts here; what runs ahead the server bounds.
  const valid = validateChange(context.schema, raw, { nowMs: hlcMsOf(hlc) });
  if (valid.ok) return valid.value.change;
  throw new HeadwaterError('VALIDATION_FAILED', valid.failure.message, { serverCode: valid.failure.code });
}

/**
 * CLI5: with the last write of the row where both go as one, so that a row that is written a thousand times
 * while offline has one write in the queue, and every read of it stays as fast as the first.
 */
async function joinQueue(
  transaction: LocalTransaction,
  entity: EntityDefinition,
  before: readonly PendingChange[],
  next: PendingChange,
): Promise<void> {
  const last = before.at(-1);
  if (last?.state !== 'pending') return savePending(transaction, [next]);
  const { head, superseded } = foldChanges(entity, [last, next]);
  if (head === undefined) await transaction.removeQueued([last.requestId]);
  else await savePending(transaction, superseded.length === 0 ? [next] : [head]);
}

/**
 * CLI10: what was refused goes again with the edit that mends it, and on what this device has seen by now: the
 * edit was made on the row that showed both. Answers what is queued of the row then.
 */
async function retryRefused(
  context: ClientContext,
  transaction: LocalTransaction,
  { row, pending }: RowContents,
): Promise<readonly PendingChange[]> {
  const baseVersion = knownVersion(row, pending);
  const retried = pending.map((change): PendingChange => {
    if (change.state !== 'refused') return change;
    return {
      ...change,
      requestId: newRequestId(context),
      state: 'pending',
      change: { ...change.change, baseVersion },
      attemptCount: 0,
      nextAttemptAtMs: 0,
      code: undefined,
    };
  });
  const refused = pending.filter(({ state }) => state === 'refused');
  const requestIds = new Set(pending.map(({ requestId }) => requestId));
  await replacePending(
    transaction,
    refused,
    retried.filter(({ requestId }) => !requestIds.has(requestId)),
  );
  return retried;
}

export const newRequestId = (context: ClientContext): string =>
  newSortableId(context.clock.now() as EpochMs, context.randomness);

/** What the values must be among each other is judged on the row that the write makes. */
function checkRow(
  entity: EntityDefinition,
  write: RowContents & { readonly op: ChangeOp },
  data: RowData,
): void {
  if (entity.check === undefined || write.op === 'delete') return;
  const before = viewRow(entity, write.row, write.pending)?.data ?? {};
  const after = applyChange(entity, before, { op: write.op, data, hlc: '', baseVersion: undefined });
  const fault = entity.check(after);
  if (fault !== undefined) {
    throw new HeadwaterError('VALIDATION_FAILED', fault, { serverCode: 'sync.invalid_data' });
  }
}
