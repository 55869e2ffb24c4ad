import { MAX_PULL_ROWS } from '../../../contracts/sync/protocol.ts';
import { HeadwaterError } from '../client-error.ts';
import type { PullCounts } from '../report.ts';
import {
  type CursorState,
  loadCursor,
  loadIntegrity,
  requestSnapshot,
  saveCursor,
  saveIntegrity,
} from '../store/sync-state.ts';
import { applyPage } from './apply-page.ts';
import { callServer } from './call-server.ts';
import { type ClientContext, transact } from './client-context.ts';
import { pullSnapshotPage } from './snapshot-lane.ts';
import { ChangesAnswer } from './wire.ts';

/** Of one run: two million rows; the next run goes on where this one ended. */
const MAX_PAGES_PER_RUN = 2_000;
const MAX_SNAPSHOTS_PER_RUN = 3;
/** Runs in a row that end at the same fault before a snapshot is taken. */
const MAX_VIOLATIONS = 3;

export type MutablePullCounts = { -readonly [Name in keyof PullCounts]: number } & {
  warningCount: number;
  acceptedCount: number;
};

/**
 * CLI12, CLI13: pages until the server has no more, each with its cursor in one transaction; a snapshot first
 * where there is no cursor, or the server no longer knows it. Answers whether the bound of one run was reached.
 * Rejects with HeadwaterError where the run has to stop; the cursor then stays at the last page that stood.
 */
export async function pullAll(context: ClientContext, counts: MutablePullCounts): Promise<'done' | 'more'> {
  const { told, tell } = holdBack(context);
  try {
    for (let page = 1; page <= MAX_PAGES_PER_RUN; page += 1) {
      try {
        if ((await pullPage(told, counts)) === 'done') return 'done';
      } catch (error) {
        await recover(told, counts, error);
      }
      // Pages 1, 2, 4, 8 ...: whoever watches a query reads it again a few times, and not once per page.
      if ((page & (page - 1)) === 0) tell();
    }
    return 'more';
  } finally {
    tell();
  }
}

/** CLI17: a context that collects what its transactions touch until it is told. */
function holdBack(context: ClientContext): { readonly told: ClientContext; readonly tell: () => void } {
  const touched = new Set<string>();
  const onChanged = (types: ReadonlySet<string>) => {
    for (const type of types) touched.add(type);
  };
  const tell = () => {
    if (touched.size > 0) context.onChanged(new Set(touched));
    touched.clear();
  };
  return { told: { ...context, onChanged }, tell };
}

async function pullPage(context: ClientContext, counts: MutablePullCounts): Promise<'done' | 'more'> {
  const before = await transact(context, async (transaction) => {
    const queue = await transaction.listQueue();
    const acked = queue.filter(({ state }) => state === 'acked').map(({ requestId }) => requestId);
    return { cursor: await loadCursor(transaction), acked: new Set(acked) };
  });
  const { cursor } = before.cursor;
  if (cursor === undefined) {
    await pullSnapshotPage(context, counts);
    return 'more';
  }
  const query = { cursor, limit: String(MAX_PULL_ROWS) };
  const answer = await callServer(context, { method: 'GET', path: '/v1/sync/changes', query }, ChangesAnswer);
  assertForward(before.cursor, answer);
  const verdict = await applyPage(context, { ...before, answer });
  counts.pageCount += 1;
  counts.changeCount += answer.changes.length;
  counts.warningCount += verdict.warningCount;
  counts.acceptedCount += verdict.acceptedCount;
  return answer.hasMore ? 'more' : 'done';
}

/** CLI14. */
function assertForward(before: CursorState, answer: ChangesAnswer): void {
  if (before.past.includes(answer.cursor) && answer.cursor !== before.cursor) {
    throw new HeadwaterError('CURSOR_BACKWARD', 'the answer is one of the past');
  }
  if (answer.hasMore && answer.cursor === before.cursor) {
    throw new HeadwaterError('PROTOCOL_ERROR', 'more is said to follow, and the cursor stands still');
  }
}

/** Goes on with a snapshot where that helps, else the run stops with the error. */
async function recover(context: ClientContext, counts: MutablePullCounts, error: unknown): Promise<void> {
  if (!(error instanceof HeadwaterError)) throw error;
  if (error.code === 'INTEGRITY_VIOLATION' || error.code === 'CURSOR_BACKWARD') {
    await countViolation(context);
    throw error;
  }
  const isOfCursor = error.status === 410 || error.serverCode === 'request.bad_cursor';
  if (!isOfCursor || counts.resyncCount >= MAX_SNAPSHOTS_PER_RUN) throw error;
  counts.resyncCount += 1;
  await transact(context, async (transaction) => {
    await requestSnapshot(transaction);
    await transaction.saveValue('snapshot', undefined);
  });
}

/** The same fault run after run: what this device has is not what the server means. */
async function countViolation(context: ClientContext): Promise<void> {
  await transact(context, async (transaction) => {
    const state = await loadIntegrity(transaction);
    const violationCount = state.violationCount + 1;
    if (violationCount < MAX_VIOLATIONS) {
      await saveIntegrity(transaction, { ...state, violationCount });
      return;
    }
    await saveIntegrity(transaction, { ...state, violationCount: 0, resyncCount: state.resyncCount + 1 });
    await requestSnapshot(transaction);
    await saveCursor(transaction, { ...(await loadCursor(transaction)), past: [] });
  });
}
