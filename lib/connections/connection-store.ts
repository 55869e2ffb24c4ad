import type { ConnectionId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import type { Connection, ConnectionStatus, StatusReason } from './model.ts';

/** Connections of users. Sealed under the user's data key: the account at the provider. */
export interface ConnectionStore {
  /** Strongly consistent. */
  load(scope: UserScope, connectionId: ConnectionId): Promise<Connection | undefined>;
  /** All of a user, the disconnected ones too, in the order they were made; at most 100. */
  list(scope: UserScope): Promise<readonly Connection[]>;
  /**
   * Writes it on the condition that the stored version is `connection.version - 1` (absent for version 1), that
   * the user is not erased, and that a user has one connection per (provider, account): version 1 together with
   * its lookup by provider user. With `announce` the head's next seq and a change entry of kind `connection` go
   * along in the same transaction (the event connection.changed.v1); needed whenever status or reason changes.
   */
  save(
    scope: UserScope,
    connection: Connection,
    announce: { readonly correlationId: string; readonly nowMs: EpochMs } | undefined,
  ): Promise<'saved' | 'conflict' | 'erased'>;
  /** `lastPushAtMs` alone, only forward, without a version: pushes must not disturb a sync. A repeat does nothing. */
  notePush(scope: UserScope, connectionId: ConnectionId, atMs: EpochMs): Promise<void>;
  /**
   * Every living or ended connection whose account is this one: one person may be connected by several users
   * or workspaces. The lookup is a hash; eventually consistent reads are not used.
   */
  findByProviderUser(
    provider: string,
    providerUserId: string,
  ): Promise<readonly { readonly scope: UserScope; readonly connectionId: ConnectionId }[]>;
  /**
   * Whether another connection than this one is connected with the account, whosever it is. Strongly consistent,
   * and read from the lookup alone: no other workspace's data is touched.
   */
  isUsedElsewhere(
    provider: string,
    providerUserId: string,
    except: { readonly scope: UserScope; readonly connectionId: ConnectionId },
  ): Promise<boolean>;
  /** Connections whose `dueAtMs` has come, in the order of their time, of one of the 64 shards. */
  listDue(
    shard: number,
    nowMs: EpochMs,
    limit: number,
  ): Promise<readonly { readonly scope: UserScope; readonly connectionId: ConnectionId }[]>;
}

export type { ConnectionStatus, StatusReason };
