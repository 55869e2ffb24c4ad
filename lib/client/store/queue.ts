import type { RowChange } from '../../sync/merge/row.ts';
import type { LocalTransaction, QueuedChange } from './local-store.ts';

/** A queued change with its payload read. */
export interface PendingChange extends Omit<QueuedChange, 'payload'> {
  readonly change: RowChange;
  /** It was sent and its answer never came for good: the server may have taken it. */
  readonly isUncertain: boolean;
}

const QUARANTINE = 'quarantine#';

/** CLI6: what of a row, a type or all is queued, in the order of writing. Damaged payloads are put aside. */
export async function loadPending(
  transaction: LocalTransaction,
  type?: string,
  id?: string,
): Promise<readonly PendingChange[]> {
  const pending: PendingChange[] = [];
  for (const queued of await transaction.listQueue(type, id)) {
    const change = decode(queued.payload);
    if (change === undefined) await quarantine(transaction, queued);
    else pending.push(toPending(queued, change));
  }
  return pending;
}

/** By type and id (types hold no space), each in the order of writing. */
export function groupByRow(changes: readonly PendingChange[]): ReadonlyMap<string, readonly PendingChange[]> {
  const rows = new Map<string, PendingChange[]>();
  for (const change of changes) {
    const name = rowNameOf(change.type, change.id);
    const row = rows.get(name);
    if (row === undefined) rows.set(name, [change]);
    else row.push(change);
  }
  return rows;
}

export const rowNameOf = (type: string, id: string): string => `${type} ${id}`;

export async function savePending(
  transaction: LocalTransaction,
  changes: readonly PendingChange[],
): Promise<void> {
  if (changes.length > 0) await transaction.saveQueued(changes.map(fromPending));
}

/** Where a write gets a new request id it is another entry: the one before must not stay beside it. */
export async function replacePending(
  transaction: LocalTransaction,
  before: readonly PendingChange[],
  after: readonly PendingChange[],
): Promise<void> {
  await transaction.removeQueued(before.map(({ requestId }) => requestId));
  await savePending(transaction, after);
}

export async function countQuarantined(transaction: LocalTransaction): Promise<number> {
  return (await transaction.listValues(QUARANTINE)).length;
}

/** The damaged text stays where it can be looked at; nothing of it is ever sent or thrown away. */
async function quarantine(transaction: LocalTransaction, queued: QueuedChange): Promise<void> {
  await transaction.saveValue(`${QUARANTINE}${queued.requestId}`, JSON.stringify(queued));
  await transaction.removeQueued([queued.requestId]);
}

interface Payload {
  readonly op: RowChange['op'];
  readonly data: RowChange['data'];
  readonly hlc: string;
  readonly baseVersion?: number;
  readonly uncertain?: true;
}

function decode(text: string): Payload | undefined {
  try {
    const payload: unknown = JSON.parse(text);
    return isPayload(payload) ? payload : undefined;
  } catch {
    return undefined;
  }
}

function isPayload(value: unknown): value is Payload {
  if (typeof value !== 'object' || value === null) return false;
  const { op, data, hlc, baseVersion } = value as Record<string, unknown>;
  return (
    (op === 'create' || op === 'update' || op === 'delete') &&
    typeof data === 'object' &&
    data !== null &&
    typeof hlc === 'string' &&
    (baseVersion === undefined || typeof baseVersion === 'number')
  );
}

function toPending({ payload: _, ...queued }: QueuedChange, payload: Payload): PendingChange {
  const { op, data, hlc, baseVersion } = payload;
  return { ...queued, change: { op, data, hlc, baseVersion }, isUncertain: payload.uncertain === true };
}

function fromPending({ change, isUncertain, ...queued }: PendingChange): QueuedChange {
  const { op, data, hlc, baseVersion } = change;
  const payload: Payload = {
    op,
    data,
    hlc,
    ...(baseVersion === undefined ? {} : { baseVersion }),
    ...(isUncertain ? { uncertain: true } : {}),
  };
  return { ...queued, payload: JSON.stringify(payload) };
}
