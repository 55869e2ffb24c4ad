import type { QueueStatus, SyncReport } from '../report.ts';
import { countQuarantined } from '../store/queue.ts';
import { loadSnapshot } from '../store/sync-state.ts';
import { type ClientContext, transact } from './client-context.ts';

/** What waits on this device, and how far a snapshot is. */
export async function readStatus(
  context: ClientContext,
  runs: { readonly isSyncing: boolean; readonly lastReport: SyncReport | undefined },
): Promise<QueueStatus> {
  return transact(context, async (transaction) => {
    const queue = await transaction.listQueue();
    const count = (state: string) => queue.filter((change) => change.state === state).length;
    const waiting = queue.filter(({ state, nextAttemptAtMs }) => state === 'pending' && nextAttemptAtMs > 0);
    const snapshot = await loadSnapshot(transaction);
    return {
      pendingCount: count('pending'),
      sendingCount: count('sending'),
      refusedCount: count('refused'),
      conflictedCount: count('conflicted'),
      quarantinedCount: await countQuarantined(transaction),
      nextAttemptAtMs:
        waiting.length === 0 ? undefined : Math.min(...waiting.map((change) => change.nextAttemptAtMs)),
      snapshot:
        snapshot === undefined ? undefined : { rowCount: snapshot.rowCount, rowsTotal: snapshot.rowsTotal },
      ...runs,
    };
  });
}
