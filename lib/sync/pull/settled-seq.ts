import { MINUTE_MS } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { SyncHead } from '../model.ts';
import type { PullDeps } from './sync-reader.ts';

/**
 * The items of one transaction become visible one by one, within milliseconds (DynamoDB, USENIX ATC 2023,
 * "Distributed Transactions at Scale", 4). After this it is over, slow writers and clocks of hosts included.
 */
const SETTLED_AFTER_MS = MINUTE_MS;

/**
 * A number of the log below which every commit is visible in full: what is read of rows now misses nothing of
 * it. Steps back 1, 2, 4, ... entries from the head until one is older than a minute, or to the horizon; so it
 * may lie twice as far back as it must, and the look costs one entry per step.
 */
export async function findSettledSeq(
  { store, clock }: Pick<PullDeps, 'store' | 'clock'>,
  scope: UserScope,
  head: Pick<SyncHead, 'seq' | 'horizonSeq'>,
): Promise<number> {
  const settledMs = clock.now() - SETTLED_AFTER_MS;
  for (let step = 1, seq = head.seq; seq > head.horizonSeq; seq -= step, step *= 2) {
    const [entry] = await store.readEntries(scope, seq - 1, 1);
    if (entry !== undefined && entry.seq === seq && entry.committedAtMs < settledMs) return seq;
  }
  return head.horizonSeq;
}
