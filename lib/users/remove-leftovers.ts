import { METRICS } from '../../contracts/metrics/catalog.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { UserScope } from '../samples/model.ts';
import type { DataKeys } from '../vault/data-keys.ts';

/**
 * Where an erased user's items lie: the user's own partition, what devices sync, the directory of sessions, and
 * three for each metric.
 */
export type LeftoverPlace =
  | { readonly kind: 'user'; readonly keepSeq: number }
  | { readonly kind: 'rows' }
  | { readonly kind: 'sessions' }
  | { readonly kind: 'impacts'; readonly metric: string }
  | { readonly kind: 'rollups'; readonly metric: string }
  | { readonly kind: 'blocks'; readonly metric: string };

export interface LeftoverStore {
  /**
   * Deletes the items of one place page by page, and answers how many there were. Of the user's partition
   * the head stays as a tombstone, and the change entry `keepSeq`, which says that the user was erased.
   */
  remove(scope: UserScope, place: LeftoverPlace): Promise<number>;
  /** Empties the tombstone: counts, sources, zone and priorities go, `erasedAt` and `seq` stay. */
  emptyHead(scope: UserScope): Promise<void>;
}

export interface UserObjects {
  /** Deletes every object of the user, sealed payloads and uploads as they came; answers how many. */
  removeAll(scope: UserScope): Promise<number>;
}

export interface RemoveLeftoversDependencies {
  readonly heads: Pick<HeadStore, 'load'>;
  readonly dataKeys: Pick<DataKeys, 'shred'>;
  readonly leftovers: LeftoverStore;
  readonly objects: UserObjects;
}

/**
 * Removes what an erased user left behind (USR6), and answers how many items it was. It looks at the head
 * first and throws for a user who is not erased, whatever the message says. Every step may be repeated; what
 * a run that was cut off did not reach, the next one finds, since the head is emptied last.
 *
 * What began before the head was marked may still write behind the sweep: a projector that found the user
 * alive saves one more row, a caller uses an upload address. So the consumer has it run a second time, when
 * all of that is over (`FINAL_SWEEP_DELAY_SEC`).
 */
export async function removeLeftovers(deps: RemoveLeftoversDependencies, scope: UserScope): Promise<number> {
  const head = await deps.heads.load(scope);
  if (head?.erasedAtMs === undefined)
    throw new Error('asked to remove the items of a user who is not erased');
  await deps.dataKeys.shred(scope);
  let removedCount = await deps.objects.removeAll(scope);
  for (const metric of new Set([...METRICS.keys(), ...Object.keys(head.series)])) {
    removedCount += await deps.leftovers.remove(scope, { kind: 'blocks', metric });
    removedCount += await deps.leftovers.remove(scope, { kind: 'rollups', metric });
    removedCount += await deps.leftovers.remove(scope, { kind: 'impacts', metric });
  }
  removedCount += await deps.leftovers.remove(scope, { kind: 'sessions' });
  removedCount += await deps.leftovers.remove(scope, { kind: 'rows' });
  removedCount += await deps.leftovers.remove(scope, { kind: 'user', keepSeq: head.seq });
  await deps.leftovers.emptyHead(scope);
  return removedCount;
}
