import type { EpochMs } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';

/** A consent that was begun and has not come back: what its `state` is bound to. */
export interface PendingConsent {
  readonly scope: UserScope;
  readonly provider: string;
  /** Where the person goes afterwards, from the workspace's list; undefined: our own page. */
  readonly returnTo: string | undefined;
  readonly expiresAtMs: EpochMs;
  /** Sealed where they lie: the PKCE verifier, or the secret of an OAuth 1.0a request token. */
  readonly secrets: { readonly codeVerifier?: string; readonly requestTokenSecret?: string };
}

/** A browser's leave to begin one consent for a user. */
export interface ConnectTicket {
  readonly scope: UserScope;
  readonly provider: string;
  readonly returnTo: string | undefined;
  readonly expiresAtMs: EpochMs;
}

/**
 * Consents under way and tickets. Both are kept under the hash of what the browser brings back, for as long
 * as they hold, and are taken once: the first `take` gets it, whoever comes later gets undefined, as for one
 * that never was, has expired, or whose user was erased.
 */
export interface ConsentStore {
  /** `state` has at least 128 bits of randomness. */
  putPending(state: string, consent: PendingConsent): Promise<void>;
  takePending(state: string, nowMs: EpochMs): Promise<PendingConsent | undefined>;
  putTicket(ticket: string, granted: ConnectTicket): Promise<void>;
  takeTicket(ticket: string, nowMs: EpochMs): Promise<ConnectTicket | undefined>;
}
