import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import type { RowData } from '../../sync/merge/row.ts';
import type { LocalTransaction } from './local-store.ts';
import { loadPending, type PendingChange, savePending } from './queue.ts';

const nameOf = (type: string, clientId: string): string => `id#${type}#${clientId}`;

/** The id that the server gave a row that this device names `id`; `id` itself where there is none. */
export async function resolveId(transaction: LocalTransaction, type: string, id: string): Promise<string> {
  return (await transaction.loadValue(nameOf(type, id))) ?? id;
}

/**
 * CLI8: from now on the row is `id`, also for those who still say `clientId`. Queued writes of the row move to
 * it, and references to it in other queued writes name it: all in the transaction of the answer.
 */
export async function renameRow(
  transaction: LocalTransaction,
  schema: SyncSchema,
  renamed: { readonly type: string; readonly clientId: string; readonly id: string },
): Promise<void> {
  await transaction.saveValue(nameOf(renamed.type, renamed.clientId), renamed.id);
  const changed: PendingChange[] = [];
  for (const queued of await loadPending(transaction)) {
    const moved = queued.type === renamed.type && queued.id === renamed.clientId;
    const data = renameReferences(schema, queued.type, queued.change.data, renamed);
    if (moved || data !== queued.change.data) {
      const id = moved ? renamed.id : queued.id;
      changed.push({ ...queued, id, change: { ...queued.change, data } });
    }
  }
  await savePending(transaction, changed);
}

function renameReferences(
  schema: SyncSchema,
  type: string,
  data: RowData,
  renamed: { readonly type: string; readonly clientId: string; readonly id: string },
): RowData {
  const references = Object.entries(schema.entities.get(type)?.references ?? {});
  const fields = references
    .filter(([field, { to }]) => to === renamed.type && data[field] === renamed.clientId)
    .map(([field]) => [field, renamed.id] as const);
  return fields.length === 0 ? data : { ...data, ...Object.fromEntries(fields) };
}
