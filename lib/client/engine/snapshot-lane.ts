import { MAX_PULL_ROWS } from '../../../contracts/sync/protocol.ts';
import type { LocalTransaction } from '../store/local-store.ts';
import {
  loadCursor,
  loadIntegrity,
  loadSnapshot,
  type SnapshotState,
  saveCursor,
  saveIntegrity,
  saveSnapshot,
} from '../store/sync-state.ts';
import { callServer } from './call-server.ts';
import { type ClientContext, serverNowMs, transact } from './client-context.ts';
import { toServerRow } from './to-server-row.ts';
import { SnapshotAnswer } from './wire.ts';

/**
 * CLI12: one page of a snapshot, which goes on where the last run left it. Rows get the generation of the
 * snapshot; when its last page is in, rows of older generations are gone on the server and go here (queued
 * writes stay), and the log goes on from where the snapshot began. Until then everything stays readable.
 */
export async function pullSnapshotPage(
  context: ClientContext,
  counts: { snapshotPageCount: number; snapshotRowCount: number },
): Promise<void> {
  const state = await transact(context, (transaction) => begin(transaction, serverNowMs(context)));
  const query = {
    limit: String(MAX_PULL_ROWS),
    ...(state.cursor === undefined ? {} : { cursor: state.cursor }),
  };
  const answer = await callServer(
    context,
    { method: 'GET', path: '/v1/sync/snapshot', query },
    SnapshotAnswer,
  );
  await transact(context, async (transaction, touched) => {
    const current = await loadSnapshot(transaction);
    if (current?.generation !== state.generation || current.cursor !== state.cursor) return;
    const rows = answer.rows.map(({ entityType, ...row }) =>
      toServerRow(entityType, { ...row, deleted: false }, state.generation),
    );
    await transaction.saveRows(rows);
    for (const { type } of rows) touched.add(type);
    await advance(transaction, touched, { state, answer });
  });
  counts.snapshotPageCount += 1;
  counts.snapshotRowCount += answer.rows.length;
}

async function begin(transaction: LocalTransaction, nowMs: number): Promise<SnapshotState> {
  const current = await loadSnapshot(transaction);
  if (current !== undefined) return current;
  const cursor = await loadCursor(transaction);
  // The instant, so that it is greater than any before it also where the last one was lost with its record.
  const generation = Math.max(cursor.generation + 1, nowMs);
  const state = { generation, cursor: undefined, thenCursor: undefined, rowCount: 0, rowsTotal: 0 };
  await saveCursor(transaction, { ...cursor, generation });
  await saveSnapshot(transaction, state);
  return state;
}

async function advance(
  transaction: LocalTransaction,
  touched: Set<string>,
  page: { readonly state: SnapshotState; readonly answer: SnapshotAnswer },
): Promise<void> {
  const { state, answer } = page;
  // Where the first page says: what changed while the snapshot was read is in the log from there on.
  const thenCursor = state.thenCursor ?? answer.thenCursor;
  if (answer.hasMore && answer.cursor) {
    const rowsTotal = answer.progress?.rowsTotal ?? state.rowsTotal;
    const rowCount = state.rowCount + answer.rows.length;
    await saveSnapshot(transaction, { ...state, cursor: answer.cursor, thenCursor, rowCount, rowsTotal });
    return;
  }
  for (const type of await transaction.removeRowsBefore(state.generation)) touched.add(type);
  await saveSnapshot(transaction, undefined);
  await saveCursor(transaction, { cursor: thenCursor, generation: state.generation, past: [] });
  await saveIntegrity(transaction, { ...(await loadIntegrity(transaction)), suspects: [], checkAll: true });
}
