import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { StoredTokens } from '../model.ts';

/**
 * Tokens in the vault, sealed with the user's data key, the connection id as associated data. The lease keeps
 * others from refreshing at the same time; what is stored is guarded by the version alone, so that a slow
 * winner's only valid token is never thrown away (connections.md 2).
 */
export interface TokenStore {
  /** Strongly consistent; undefined: none, or the user's key is gone. */
  load(scope: UserScope, connectionId: ConnectionId): Promise<StoredTokens | undefined>;
  /** After a consent: replaces whatever is there, with a version above it. */
  put(
    scope: UserScope,
    connectionId: ConnectionId,
    tokens: Omit<StoredTokens, 'version'>,
  ): Promise<StoredTokens>;
  /**
   * `held` until another's lease ends; `moved` when the version is not the one read any more. `taken_over`: the
   * lease of somebody who did not let go had run out, and who may still be under way.
   */
  takeRefreshLease(
    scope: UserScope,
    connectionId: ConnectionId,
    lease: {
      readonly readVersion: number;
      readonly owner: string;
      readonly nowMs: EpochMs;
      readonly untilMs: EpochMs;
    },
  ): Promise<'taken' | 'taken_over' | 'held' | 'moved'>;
  /** Conditional on the version it came from; ends the lease. `moved`: another token was stored meanwhile. */
  save(
    scope: UserScope,
    connectionId: ConnectionId,
    fromVersion: number,
    tokens: Omit<StoredTokens, 'version'>,
  ): Promise<'saved' | 'moved'>;
  /** Ends one's own lease without a token. A repeat does nothing. */
  releaseRefreshLease(scope: UserScope, connectionId: ConnectionId, owner: string): Promise<void>;
  /** A repeat does nothing; with `ifVersion` nothing is done to others either, which is `moved`. */
  remove(scope: UserScope, connectionId: ConnectionId, ifVersion?: number): Promise<'removed' | 'moved'>;
}
