import { resolveId } from '../store/id-map.ts';
import type { QueueState } from '../store/local-store.ts';
import { loadPending } from '../store/queue.ts';
import { type ClientContext, transact } from './client-context.ts';

/** A write that the server has not taken, as an app may show it. */
export interface QueuedWrite {
  readonly entityType: string;
  readonly id: string;
  readonly op: 'create' | 'update' | 'delete';
  readonly state: Exclude<QueueState, 'acked'>;
  readonly attemptCount: number;
  /** Why it waits or was refused: a code of the protocol. */
  readonly code: string | undefined;
  readonly conflictId: string | undefined;
}

export async function listQueuedWrites(context: ClientContext): Promise<readonly QueuedWrite[]> {
  const pending = await transact(context, (transaction) => loadPending(transaction));
  return pending.flatMap(({ type, id, change, state, attemptCount, code, conflictId }) =>
    state === 'acked' ? [] : [{ entityType: type, id, op: change.op, state, attemptCount, code, conflictId }],
  );
}

/** CLI10: what the server has is not undone, and what is on its way cannot be called back. */
export async function discardRow(context: ClientContext, type: string, id: string): Promise<number> {
  return transact(context, async (transaction, touched) => {
    const resolved = await resolveId(transaction, type, id);
    const queue = await transaction.listQueue(type, resolved);
    const unsent = queue.filter(({ state }) => state !== 'acked' && state !== 'sending');
    await transaction.removeQueued(unsent.map(({ requestId }) => requestId));
    if (unsent.length > 0) touched.add(type);
    return unsent.length;
  });
}
