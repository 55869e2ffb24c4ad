import type { LocalTransaction, ServerRow } from '../store/local-store.ts';
import { type CursorState, loadCursor, saveCursor } from '../store/sync-state.ts';
import { type ClientContext, transact } from './client-context.ts';
import { dropAcknowledged, dropCovered } from './drop-covered.ts';
import { judgePage, type Verdict } from './integrity-gate.ts';
import { toServerRow } from './to-server-row.ts';
import type { ChangesAnswer } from './wire.ts';

/** Enough to recognise a reply that was held back; a reply older than so many pages is no longer on its way. */
const MAX_PAST_CURSORS = 20;

/**
 * CLI13: the rows of one page, the end of the writes that they cover, the integrity gate and the cursor, all
 * in one transaction. A row counts when its version is greater than the one that is here, so that repeated
 * pages and this device's own writes change nothing. Types and fields that this build does not know are kept.
 */
export async function applyPage(
  context: ClientContext,
  page: {
    readonly cursor: CursorState;
    /** Acknowledged before the page was asked for. */
    readonly acked: ReadonlySet<string>;
    readonly answer: ChangesAnswer;
  },
): Promise<Verdict> {
  return transact(context, async (transaction, touched) => {
    const current = await loadCursor(transaction);
    // Another instance over the same store was here in between: its pages stand.
    if (current.cursor !== page.cursor.cursor) return { warningCount: 0, acceptedCount: 0 };
    const rows = toRows(page.answer, current.generation);
    await transaction.saveRows(rows);
    for (const { type } of rows) touched.add(type);
    await endWrites(transaction, touched, page);
    const isLast = !page.answer.hasMore;
    const verdict = await judgePage(transaction, context.schema, { rows, isLast });
    if (page.answer.cursor !== current.cursor) {
      const past = [...current.past, current.cursor ?? ''].slice(-MAX_PAST_CURSORS);
      await saveCursor(transaction, { ...current, cursor: page.answer.cursor, past });
    }
    return verdict;
  });
}

async function endWrites(
  transaction: LocalTransaction,
  touched: Set<string>,
  page: { readonly acked: ReadonlySet<string>; readonly answer: ChangesAnswer },
): Promise<void> {
  if (page.acked.size === 0) return;
  if (page.answer.hasMore) await dropCovered(transaction, touched);
  else for (const type of await dropAcknowledged(transaction, page.acked)) touched.add(type);
}

/** The last word on each row of the page. */
function toRows({ changes }: ChangesAnswer, generation: number): readonly ServerRow[] {
  const rows = new Map<string, ServerRow>();
  for (const { entityType, op, data, ...change } of changes) {
    const image = { ...change, deleted: op === 'delete', data: data ?? null };
    const key = `${entityType} ${change.id}`;
    if ((rows.get(key)?.version ?? -1) < change.version)
      rows.set(key, toServerRow(entityType, image, generation));
  }
  return [...rows.values()];
}
