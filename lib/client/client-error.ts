/**
 * What can go wrong for an app, by a code that stays. `retryable`: the same call may succeed later, without
 * anybody changing anything. Nothing of this ever loses a write: what was queued stays queued.
 */
export const CLIENT_ERRORS = {
  /** No answer: offline, broken off, no name. */
  NETWORK_ERROR: { retryable: true },
  TIMEOUT: { retryable: true },
  /** 429 or an explicit "later"; `retryAfterMs` is the server's wish and wins over any backoff. */
  RATE_LIMITED: { retryable: true },
  /** 5xx. */
  SERVER_ERROR: { retryable: true },
  /** The operation is being worked on by the server; its answer comes with the next attempt. */
  OPERATION_RUNNING: { retryable: true },
  /** Signed out, or not allowed: sign in again, then sync again. */
  AUTH: { retryable: false },
  /** An answer that is none of the protocol's. */
  PROTOCOL_ERROR: { retryable: true },
  /** The request as such was refused; the server's code is in `serverCode`. */
  REQUEST_REFUSED: { retryable: false },
  /** The cursor is of another time: the next run takes a snapshot by itself. */
  RESYNC_REQUIRED: { retryable: true },
  CURSOR_BACKWARD: { retryable: true },
  /** Rows arrived whose parents did not; the cursor stays where it is. */
  INTEGRITY_VIOLATION: { retryable: true },
  /** The check itself failed: nothing was committed. */
  INTEGRITY_UNKNOWN: { retryable: true },
  /** What was written breaks the entity's rules; the server's code is in `serverCode`. */
  VALIDATION_FAILED: { retryable: false },
  UNKNOWN_ENTITY_TYPE: { retryable: false },
  ROW_NOT_FOUND: { retryable: false },
  CONFLICT_NOT_FOUND: { retryable: false },
  /** The local database failed; nothing of the call was kept. */
  STORAGE_ERROR: { retryable: true },
  /** The local database was written by a newer build: nothing was touched. */
  STORE_TOO_NEW: { retryable: false },
  /** The local database holds another user's rows and unsent writes: nothing was touched. */
  STORE_OF_ANOTHER_USER: { retryable: false },
  CLIENT_CLOSED: { retryable: false },
  UNEXPECTED_ERROR: { retryable: true },
} as const satisfies Record<string, { readonly retryable: boolean }>;
export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

export interface ClientErrorFacts {
  readonly retryAfterMs?: number;
  readonly status?: number;
  /** The code of the server's problem, or of the change that it refused. */
  readonly serverCode?: string;
  readonly cause?: unknown;
}

/** Every error of this package. Messages name fields and codes, never values. */
export class HeadwaterError extends Error {
  override readonly name = 'HeadwaterError';
  readonly code: ClientErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;
  readonly serverCode: string | undefined;

  constructor(code: ClientErrorCode, message: string, facts: ClientErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.retryAfterMs = facts.retryAfterMs;
    this.status = facts.status;
    this.serverCode = facts.serverCode;
  }

  get retryable(): boolean {
    return CLIENT_ERRORS[this.code].retryable;
  }
}

/** What a Transport rejects with when there was no answer; `timedOut` where it gave up waiting. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly timedOut: boolean;

  constructor(message: string, options: { readonly cause?: unknown; readonly timedOut?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.timedOut = options.timedOut ?? false;
  }
}
