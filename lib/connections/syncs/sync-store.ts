import type { ConnectionId, SyncId } from '../../../contracts/primitives/ids.ts';
import type { UserScope } from '../../samples/model.ts';
import type { InboxEntry, Lease, Sync } from '../model.ts';

/** Syncs of connections, running and ended; ended ones are kept for SYNC_KEPT_DAYS. */
export interface SyncStore {
  /**
   * The row and its inbox entry, together. A connection has one sync of kind `sync` that waits to begin: while
   * there is one, nothing is written and its id is answered. Throws user.not_found when the user is gone.
   */
  request(
    scope: UserScope,
    sync: Sync,
    entry: Extract<InboxEntry, { readonly syncId: SyncId }>,
  ): Promise<{ readonly kind: 'added' } | { readonly kind: 'waiting'; readonly syncId: SyncId }>;
  /** Strongly consistent. */
  load(scope: UserScope, connectionId: ConnectionId, syncId: SyncId): Promise<Sync | undefined>;
  /** The newest first, those before `before` (not included). */
  list(
    scope: UserScope,
    connectionId: ConnectionId,
    page: { readonly before: SyncId | undefined; readonly limit: number },
  ): Promise<readonly Sync[]>;
  /**
   * What a step came to, all of it or nothing: the row (stored version `sync.version - 1`, absent for 1), and
   * the inbox entries that are done with it. `lost`: the lease is not this fence's any more, or another wrote
   * the row; nothing was written. A repeat of the very same commit is `saved`.
   */
  commit(scope: UserScope, sync: Sync, step: SyncCommit): Promise<'saved' | 'lost'>;
}

export interface SyncCommit {
  readonly lease: Lease;
  /** At most 90: a transaction takes 100 items (quotas of DynamoDB), row and lease go along. */
  readonly done: readonly InboxEntry[];
  /** Entries that are written along, such as what is left of one that was done in part. */
  readonly added: readonly InboxEntry[];
  /** It begins with this: the next request is another sync's. */
  readonly begins: boolean;
}

export const SYNC_KEPT_DAYS = 90;
