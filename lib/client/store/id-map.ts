import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import type { RowData } from '../../sync/merge/row.ts';
import type { LocalTransaction } from './local-store.ts';
import { loadPending, type PendingChange, savePending } from './queue.ts';

const nameOf = (type: string, clientId: string): string => `id#${type}#${clientId}`;

/** The id that the server gave a row that this device names `id`; `id` itself where there is none. */
export async function resolveId(transaction: LocalTransaction, type: string, id: string): Promise<string> {
  return (await transaction.loadValue(nameOf(type, id))) ?? id;
}

export interface RenamedRow {
  readonly type: string;
  readonly clientId: string;
  readonly id: string;
}

/**
 * CLI8: from now on each row is `id`, also for those who still say `clientId`. Queued writes of it move, and
 * references to it in other queued writes name it: all in the transaction of the answer.
 */
export async function renameAll(
  transaction: LocalTransaction,
  schema: SyncSchema,
  renamed: readonly RenamedRow[],
): Promise<void> {
  if (renamed.length === 0) return;
  const names = new Map(renamed.map(({ type, clientId, id }) => [nameOf(type, clientId), id]));
  for (const [name, id] of names) await transaction.saveValue(name, id);
  const changed: PendingChange[] = [];
  for (const queued of await loadPending(transaction)) {
    const id = names.get(nameOf(queued.type, queued.id)) ?? queued.id;
    const data = renameReferences(schema, queued.type, queued.change.data, names);
    if (id !== queued.id || data !== queued.change.data) {
      changed.push({ ...queued, id, change: { ...queued.change, data } });
    }
  }
  await savePending(transaction, changed);
}

function renameReferences(
  schema: SyncSchema,
  type: string,
  data: RowData,
  names: ReadonlyMap<string, string>,
): RowData {
  const fields = Object.entries(schema.entities.get(type)?.references ?? {}).flatMap(([field, { to }]) => {
    const id = names.get(nameOf(to, String(data[field])));
    return id === undefined ? [] : [[field, id] as const];
  });
  return fields.length === 0 ? data : { ...data, ...Object.fromEntries(fields) };
}
