import type { Clock } from '../../core/clock.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { UserScope } from '../../samples/model.ts';
import type { Connection } from '../model.ts';
import { firstEntryId, newSyncId } from './pick-sync.ts';
import type { RunStore } from './run-store.ts';
import type { SyncQueue } from './sync-queue.ts';

export interface EraseDataDependencies {
  readonly runs: Pick<RunStore, 'addToInbox'>;
  readonly queue: SyncQueue;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/**
 * Asks for everything to be removed that the provider's sources hold. The entry is one per consent: a repeat
 * while it waits adds none. Throws AppError user.not_found, server.unavailable.
 */
export async function requestErasure(
  { runs, queue, clock, randomness }: EraseDataDependencies,
  scope: UserScope,
  { connectionId, connectedAtMs }: Connection,
  correlationId: string,
): Promise<void> {
  const nowMs = clock.now();
  await runs.addToInbox(scope, connectionId, [
    {
      kind: 'erase_data',
      entryId: firstEntryId(`erase-${connectedAtMs}`),
      receivedAtMs: nowMs,
      syncId: newSyncId(nowMs, randomness),
      correlationId,
    },
  ]);
  await queue.wake(scope, connectionId, { correlationId, delaySec: 0 });
}
