import type { ConnectionId, SyncId } from '../../../contracts/primitives/ids.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { InboxEntry, Lease } from '../model.ts';

/** The inbox of a connection and the lease on working it off (CON12). */
export interface RunStore {
  /** A repeat of the same entry changes nothing. Throws user.not_found when the user is gone or erased. */
  addToInbox(scope: UserScope, connectionId: ConnectionId, entries: readonly InboxEntry[]): Promise<void>;
  /** In the order received, strongly consistent, at most `limit`. */
  readInbox(scope: UserScope, connectionId: ConnectionId, limit: number): Promise<readonly InboxEntry[]>;
  /** Repeats do nothing. */
  removeFromInbox(scope: UserScope, connectionId: ConnectionId, entryIds: readonly string[]): Promise<void>;
  /**
   * Taken when nobody holds it, its time is over, or `owner` holds it already (then the fence stays). `held` sets
   * `again` on the holder's lease in the same write, so that the holder looks into the inbox before it lets go;
   * `isFirst` says that it was not set before. `none`: nothing was ever put into the inbox, or the user is gone.
   */
  takeLease(
    scope: UserScope,
    connectionId: ConnectionId,
    wanted: { readonly owner: SyncId; readonly nowMs: EpochMs; readonly untilMs: EpochMs },
  ): Promise<
    | { readonly kind: 'taken'; readonly lease: Lease }
    | {
        readonly kind: 'held';
        readonly by: SyncId;
        readonly untilMs: EpochMs;
        readonly isFirst: boolean;
      }
    | { readonly kind: 'none' }
  >;
  /** Longer, and `again` cleared when asked; `lost` when it is no longer this owner's with this fence. */
  renewLease(
    scope: UserScope,
    connectionId: ConnectionId,
    lease: Lease,
    next: { readonly untilMs: EpochMs; readonly clearAgain: boolean },
  ): Promise<'renewed' | 'lost'>;
  /** `again`: somebody came meanwhile, the lease is kept and the inbox is to be read again. A repeat is `released`. */
  releaseLease(
    scope: UserScope,
    connectionId: ConnectionId,
    lease: Lease,
  ): Promise<'released' | 'again' | 'lost'>;
  loadLease(scope: UserScope, connectionId: ConnectionId): Promise<Lease | undefined>;
}
