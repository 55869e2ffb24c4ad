import type { ConnectionId, SyncId } from '../../contracts/primitives/ids.ts';
import type { EpochMs, LocalDate } from '../core/instants.ts';
import type { ProviderAccount, TimeWindow } from '../providers/model.ts';

/**
 * `needs_reauth`: the person has to consent again; nothing is fetched until then. `disconnected`: ended by the
 * user, or with the user. Outages and limits change no status (CON8).
 */
export type ConnectionStatus = 'connected' | 'needs_reauth' | 'disconnected';

export const STATUS_REASONS = [
  /** The token endpoint said invalid_grant, and the stored token was the newest. */
  'grant_revoked',
  /** The provider told us that the person removed the app, and a call confirmed it. */
  'deauthorized',
  /** 401 with a fresh token. */
  'unauthorized',
  /** The provider gave no refresh token, or it is past its time. */
  'grant_expired',
  /** None of the data types' scopes is granted. */
  'scope_missing',
  /** The provider requires a membership that has ended. */
  'membership_expired',
  /** No account of this service behind the login (Google: ACCOUNT_NOT_LINKED). */
  'account_not_linked',
  /** Asked for by DELETE. */
  'disconnected_by_request',
] as const;
export type StatusReason = (typeof STATUS_REASONS)[number];

/** One person's grant at one provider. */
export interface Connection {
  readonly connectionId: ConnectionId;
  readonly provider: string;
  readonly status: ConnectionStatus;
  readonly reason: StatusReason | undefined;
  /** The last consent. */
  readonly connectedAtMs: EpochMs;
  readonly createdAtMs: EpochMs;
  /** 1 when made, one more with each write. */
  readonly version: number;
  /** Sealed where it lies. */
  readonly account: ProviderAccount;
  /** Per data type: everything before this instant was fetched once. */
  readonly syncedTo: Readonly<Record<string, EpochMs>>;
  readonly lastSync: LastSync | undefined;
  readonly lastPushAtMs: EpochMs | undefined;
  /** When the schedule looks at it next; undefined: never (not connected). */
  readonly dueAtMs: EpochMs | undefined;
  /** Set while pushes that should come do not: it is polled meanwhile. */
  readonly silentSinceMs: EpochMs | undefined;
}

/** `running` from the request on. `partial`: some types ended, others did not or were not waited for. */
export type SyncStatus = 'running' | 'succeeded' | 'partial' | 'failed';

export interface SyncCounts {
  readonly fetched: number;
  readonly accepted: number;
  readonly updated: number;
  readonly duplicate: number;
  readonly refused: number;
  /** Not in the public counts: removed readings and records, and pages read. */
  readonly deleted: number;
  readonly pages: number;
}

export const NO_COUNTS: SyncCounts = {
  fetched: 0,
  accepted: 0,
  updated: 0,
  duplicate: 0,
  refused: 0,
  deleted: 0,
  pages: 0,
};

export interface LastSync {
  readonly syncId: SyncId;
  readonly status: SyncStatus;
  readonly finishedAtMs: EpochMs | undefined;
  readonly counts: SyncCounts;
}

export type SyncTrigger = 'connect' | 'manual' | 'push' | 'schedule' | 'silence' | 'backfill' | 'replay';

/** Why a sync or one of its types ended as it did: a code of ours, never the provider's text. */
export const SYNC_ERRORS = [
  'needs_reauth',
  'forbidden',
  'not_found',
  'rejected',
  'rate_limited',
  'unavailable',
  'malformed',
  'endless_pages',
  'not_permitted',
  'pushes_missing',
  'interrupted',
  'disconnected',
  'upload_disabled',
  'internal',
] as const;
export type SyncError = (typeof SYNC_ERRORS)[number];

/** One data type within a sync, with where it goes on. */
export interface TypeProgress {
  readonly type: string;
  readonly status: 'waiting' | 'running' | 'requested' | 'succeeded' | 'failed' | 'skipped';
  readonly window: TimeWindow;
  /** The part of the window that is being fetched, and the page within it. */
  readonly chunkFromMs: EpochMs;
  readonly cursor: string | undefined;
  readonly requestedAtMs: EpochMs | undefined;
  /** Of a requested type: when the last of its pushes was stored. */
  readonly arrivedAtMs: EpochMs | undefined;
  readonly counts: SyncCounts;
  readonly error: SyncError | undefined;
}

export interface Sync {
  readonly syncId: SyncId;
  readonly connectionId: ConnectionId;
  readonly provider: string;
  readonly trigger: SyncTrigger;
  readonly origin: 'live' | 'backfill';
  readonly status: SyncStatus;
  readonly startedAtMs: EpochMs;
  readonly finishedAtMs: EpochMs | undefined;
  readonly counts: SyncCounts;
  readonly types: readonly TypeProgress[];
  readonly error: SyncError | undefined;
  /** What a quota or the provider makes it wait for. */
  readonly waitingUntilMs: EpochMs | undefined;
  /** Times in a row that it had to stop without having stored anything. */
  readonly stallCount: number;
  /** Set where a state machine takes it on: how often one was started. */
  readonly executionCount: number;
  readonly correlationId: string;
  readonly version: number;
}

/**
 * What waits to be done for one connection, written before anything else happens to it, so that nothing
 * accepted is lost: requests for a sync, and what pushes named. Whoever holds the connection's lease drains it;
 * an entry goes when what it asked for is committed. The id is a hash of the content: a repeat is the same entry.
 */
export type InboxEntry = { readonly entryId: string; readonly receivedAtMs: EpochMs } & (
  | {
      readonly kind: 'sync';
      readonly syncId: SyncId;
      readonly trigger: SyncTrigger;
      readonly correlationId: string;
    }
  | {
      readonly kind: 'backfill';
      readonly syncId: SyncId;
      readonly window: TimeWindow;
      readonly types: readonly string[];
      readonly correlationId: string;
    }
  | {
      readonly kind: 'window';
      readonly dataType: string;
      readonly window: TimeWindow;
      readonly replaces: boolean;
    }
  | { readonly kind: 'record'; readonly dataType: string; readonly id: string }
  | { readonly kind: 'deletion'; readonly dataType: string; readonly id: string }
  | { readonly kind: 'callback'; readonly dataType: string; readonly origin: string; readonly url: string }
  /** The data itself lies sealed in the raw store. */
  | { readonly kind: 'payload'; readonly dataType: string; readonly rawKey: string }
  | { readonly kind: 'deauthorized' }
  | { readonly kind: 'permissions'; readonly grantedScopes: readonly string[] }
  /** Map kept payloads again: those that were fetched on the days from `from` to `to` (UTC, both inside). */
  | {
      readonly kind: 'replay';
      readonly syncId: SyncId;
      readonly from: LocalDate;
      readonly to: LocalDate;
      readonly correlationId: string;
    }
  /** Remove what the provider's sources hold, after DELETE with data=erase. */
  | { readonly kind: 'erase_data'; readonly syncId: SyncId; readonly correlationId: string }
);

/** Who may work on a connection now. One at a time (CON12). */
export interface Lease {
  readonly owner: SyncId;
  readonly untilMs: EpochMs;
  /** Rises by one each time it changes hands. */
  readonly fence: number;
  /** Somebody came while it was held: look into the inbox before letting go. */
  readonly again: boolean;
}

/** A record set aside: what it was, where its payload lies, and why. */
export interface QuarantinedRecord {
  readonly quarantineId: string;
  readonly connectionId: ConnectionId;
  readonly syncId: SyncId;
  readonly dataType: string;
  readonly externalId: string | undefined;
  /** Field and fault, or the ingest core's refusal reason; never a value. */
  readonly reason: string;
  /** Of the raw store; with the position in the page's list. */
  readonly rawKey: string;
  readonly index: number;
  readonly atMs: EpochMs;
}

/** What the vault holds for a connection. */
export interface StoredTokens {
  /** Rises by one with each token that is stored. */
  readonly version: number;
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly tokenSecret: string | undefined;
  readonly expiresAtMs: EpochMs | undefined;
  readonly userId: string | undefined;
  readonly scope: string | undefined;
}
