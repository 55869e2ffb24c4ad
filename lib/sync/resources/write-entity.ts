import { createHash } from 'node:crypto';
import { canonicalJson, TooDeepError } from '../../core/canonical-json.ts';
import type { EpochMs } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { EntityStore } from '../entity-store.ts';
import { hlcMsOf } from '../merge/hlc.ts';
import type { Hlc, RowData } from '../merge/row.ts';
import { resolveRowId } from '../merge/row-id.ts';
import type { StoredRow } from '../model.ts';
import type { Expectation, OperationRequest, RawChange, WriteResult } from '../push/write-model.ts';
import { writeRows } from '../push/write-rows.ts';
import type { SyncDeps } from '../sync-deps.ts';
import { findRow, isRowId, type RowPlace, requireUser } from './find-entity.ts';
import { newHlc } from './new-hlc.ts';
import { patchToWire, putToWire } from './wire-change.ts';
import { refuse, refuseLost, toVerdict, WriteVerdict } from './write-verdict.ts';

export interface EntityWrite extends RowPlace {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Empty of a DELETE. */
  readonly data: RowData;
  readonly deviceId: string | undefined;
  /** When it was edited; undefined: now. */
  readonly hlc: string | undefined;
  /** Of If-Match and If-None-Match. */
  readonly expected: Expectation | undefined;
  /** Of Idempotency-Key: the same key and payload give the same answer. */
  readonly key: string | undefined;
  readonly correlationId: string;
}

export interface EntityWritten {
  readonly verdict: WriteVerdict;
  /** Undefined for a repeat that the ledger answered. */
  readonly result: WriteResult | undefined;
  readonly retryCount: number;
}

/** Keeps the keys of this door apart from the operation ids of devices. */
const KEY_PREFIX = 'key:';

/**
 * Makes, replaces, edits or deletes one row through the same engine as a push: the same rules, the same log.
 * With `expected` it is based on that version; without, it is concurrent with everything that was written, and
 * merged. A PUT and a PATCH are put into the form of the wire against the row as it is read here.
 *
 * A repeat with `key` is answered by the ledger. Throws AppError `user.not_found`, `request.invalid` (nested too
 * deeply), `sync.payload_conflict`, `sync.operation_running`, `sync.operation_expired`, `sync.contention`;
 * everything else is a verdict.
 */
export async function writeEntity(deps: SyncDeps, write: EntityWrite): Promise<EntityWritten> {
  const { store } = deps;
  const nowMs = deps.clock.now();
  const operation = operationOf(write, nowMs);
  if (!isRowId(write)) return judged(refuse('sync.invalid_id', 'the type has no such ids'));
  const before = await readBefore(store, write);
  const rowId = resolveRowId(write.scope.userId, write.entity.type, write.id);
  const isNew = before === undefined || before.state.deleted;
  const verdict = isNew ? verdictOnNothing(write, before) : undefined;
  if (verdict !== undefined && !(await isRemembered(store, write, operation))) {
    await requireUser(store, write.scope);
    return judged(verdict);
  }
  const settle = (result: WriteResult): WriteVerdict => toVerdict(result, { isNew, rowId });
  const { result, text, retryCount } = await writeRows(deps, write.scope, {
    changes: [changeOf(write, before, write.hlc ?? newHlc(deps, write.deviceId, before))],
    originDeviceId: write.deviceId ?? null,
    correlationId: write.correlationId,
    operation: operation && { ...operation, render: (done) => JSON.stringify(settle(done)) },
    expectVersion: write.expected,
  });
  if (text !== undefined) return { verdict: WriteVerdict.parse(JSON.parse(text)), result, retryCount };
  if (result === undefined) throw new Error('a write outside the ledger has a result');
  return { verdict: settle(result), result, retryCount };
}

const judged = (verdict: WriteVerdict): EntityWritten => ({ verdict, result: undefined, retryCount: 0 });

/** A row under an id that was just made is not looked for. */
const readBefore = async (store: EntityStore, write: EntityWrite): Promise<StoredRow | undefined> =>
  write.method === 'POST' && write.entity.id === 'uuid' ? undefined : findRow(store, write);

/**
 * What can be said where no row lives, `before` being its tombstone; undefined: the engine decides. A deletion
 * with a key and no condition it always does: the ledger has to know it, or a repeat would delete what was made
 * since.
 */
function verdictOnNothing(
  { method, expected, key }: EntityWrite,
  before: StoredRow | undefined,
): WriteVerdict | undefined {
  if (method === 'PATCH') return refuse('sync.row_missing', 'there is no such row: PUT makes it');
  if (method === 'DELETE')
    return key === undefined || expected !== undefined ? { kind: 'deleted' } : undefined;
  if (before === undefined || expected !== undefined) return undefined;
  return refuseLost('server_wins', 'the row was deleted: PUT with If-None-Match: * makes it again');
}

/** A repeat gets its answer from the ledger, whatever became of the row since. */
const isRemembered = async (
  store: EntityStore,
  { scope }: EntityWrite,
  operation: Pick<OperationRequest, 'operationId'> | undefined,
): Promise<boolean> =>
  operation !== undefined && (await store.loadOperation(scope, operation.operationId)) !== undefined;

function changeOf(write: EntityWrite, before: StoredRow | undefined, hlc: Hlc): RawChange {
  const { entity, id, expected } = write;
  const base = typeof expected === 'number' ? expected : before?.state.version;
  return {
    requestId: 'r',
    entityType: entity.type,
    id,
    ...bodyOf(write, before),
    hlc,
    // Without a condition the writer has seen no version.
    baseVersion: expected === undefined ? undefined : base,
  };
}

function bodyOf(
  { method, entity, data }: EntityWrite,
  before: StoredRow | undefined,
): Pick<RawChange, 'op' | 'data'> {
  if (method === 'DELETE') return { op: 'delete' };
  const isLiving = before !== undefined && !before.state.deleted;
  if (!isLiving || method === 'POST') return { op: 'create', data };
  const toWire = method === 'PUT' ? putToWire : patchToWire;
  return { op: 'update', data: toWire(entity, before.state.data, data) };
}

/** Of a POST the id is not what was asked for: each try makes another. */
function operationOf(write: EntityWrite, nowMs: EpochMs): Omit<OperationRequest, 'render'> | undefined {
  const { method, entity, id, data, deviceId, hlc, expected, key } = write;
  const asked = [method, entity.type, method === 'POST' ? null : id, data];
  const payload = canonical([...asked, deviceId ?? null, hlc ?? null, expected ?? null]);
  if (key === undefined) return undefined;
  return {
    operationId: KEY_PREFIX + key,
    payloadHash: createHash('sha256').update(payload).digest('hex'),
    newestHlcMs: hlc === undefined ? nowMs : hlcMsOf(hlc),
  };
}

function canonical(value: unknown): string {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (!(error instanceof TooDeepError)) throw error;
    throw new AppError('request.invalid', 'The data is nested too deeply.', { cause: error });
  }
}
