import { sameValue } from '../../sync/merge/wire-forms.ts';
import { resolveId } from '../store/id-map.ts';
import { groupByRow, loadPending } from '../store/queue.ts';
import { type LocalRow, viewRow } from '../store/row-view.ts';
import { type ClientContext, transact } from './client-context.ts';

/** Which rows of a type: those whose fields equal `where`, ordered by a field (else by id). */
export interface RowQuery {
  readonly where?: Readonly<Record<string, unknown>>;
  readonly orderBy?: string;
  readonly descending?: boolean;
  readonly limit?: number;
}

/** The row as the app sees it (CLI3); a name that the server replaced finds it too. */
export async function readRow(
  context: ClientContext,
  type: string,
  id: string,
): Promise<LocalRow | undefined> {
  return transact(context, async (transaction) => {
    const resolved = await resolveId(transaction, type, id);
    const row = await transaction.loadRow(type, resolved);
    return viewRow(context.schema.entities.get(type), row, await loadPending(transaction, type, resolved));
  });
}

export async function readRows(
  context: ClientContext,
  type: string,
  query: RowQuery,
): Promise<readonly LocalRow[]> {
  const rows = await transact(context, (transaction) => listViews(context, transaction, type));
  const found = rows.filter((row) => matches(row, query.where));
  const { orderBy } = query;
  if (orderBy !== undefined)
    found.sort((left, right) => compareValues(left.data[orderBy], right.data[orderBy]));
  if (query.descending === true) found.reverse();
  return query.limit === undefined ? found : found.slice(0, query.limit);
}

async function listViews(
  context: ClientContext,
  transaction: Parameters<Parameters<ClientContext['storage']['transaction']>[0]>[0],
  type: string,
): Promise<LocalRow[]> {
  const entity = context.schema.entities.get(type);
  const pending = new Map(
    [...groupByRow(await loadPending(transaction, type)).values()].map((row) => [row[0]?.id ?? '', row]),
  );
  const views: LocalRow[] = [];
  const add = (view: LocalRow | undefined) => {
    if (view !== undefined) views.push(view);
  };
  for (const row of await transaction.listRows(type)) {
    add(viewRow(entity, row, pending.get(row.id) ?? []));
    pending.delete(row.id);
  }
  // Rows that only this device has, and tombstones with writes over them.
  const rest = [...pending.keys()];
  const hidden = new Map((await transaction.loadRows(type, rest)).map((row) => [row.id, row]));
  for (const [id, changes] of pending) add(viewRow(entity, hidden.get(id), changes));
  return views.sort((left, right) => compareValues(left.id, right.id));
}

const matches = (row: LocalRow, where: RowQuery['where']): boolean =>
  Object.entries(where ?? {}).every(([name, value]) => sameValue(row.data[name] ?? null, value ?? null));

/** Missing values first, then numbers, then everything else by its text. */
function compareValues(left: unknown, right: unknown): number {
  const rank = (value: unknown): number =>
    value === undefined || value === null ? 0 : typeof value === 'number' ? 1 : 2;
  if (rank(left) !== rank(right)) return rank(left) - rank(right);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [before, after] = [String(left ?? ''), String(right ?? '')];
  return before < after ? -1 : before > after ? 1 : 0;
}
