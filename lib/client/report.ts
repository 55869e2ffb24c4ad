import type { ClientErrorCode } from './client-error.ts';

/** What one run of `sync` did; counts and codes only, no value and no id. */
export interface SyncReport {
  /**
   * - `completed`: all that could be sent is sent, and the device has all that the server had.
   * - `partial`: the bound of one run was reached; the next one goes on.
   * - `stopped`: see `error`; what was done is kept, and nothing is lost.
   */
  readonly outcome: 'completed' | 'partial' | 'stopped';
  readonly error?: SyncErrorReport;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly pushMs: number;
  readonly pullMs: number;
  readonly push: PushCounts;
  readonly pull: PullCounts;
  /** `warnings`: rows whose optional parents are not there. */
  readonly integrity: 'ok' | 'warnings' | 'violations' | 'unknown';
  readonly warningCount: number;
}

export interface SyncErrorReport {
  readonly code: ClientErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly serverCode?: string;
}

export interface PushCounts {
  /** Requests that were sent, repeats too. */
  readonly requestCount: number;
  readonly acceptedCount: number;
  readonly conflictCount: number;
  readonly refusedCount: number;
  /** Answered with "later". */
  readonly postponedCount: number;
  /** Writes that went with a later one of the same row. */
  readonly supersededCount: number;
  /** Rows whose writes wait for their time, a parent or a person. */
  readonly deferredCount: number;
}

export interface PullCounts {
  readonly pageCount: number;
  readonly changeCount: number;
  readonly snapshotPageCount: number;
  readonly snapshotRowCount: number;
  /** Snapshots that began in this run because the cursor was of another time. */
  readonly resyncCount: number;
}

/** What waits on this device. */
export interface QueueStatus {
  readonly pendingCount: number;
  readonly sendingCount: number;
  readonly refusedCount: number;
  readonly conflictedCount: number;
  /** Damaged writes that were put aside; nothing of them is thrown away. */
  readonly quarantinedCount: number;
  /** When the first of the writes that wait for their time may go, on the server's clock. */
  readonly nextAttemptAtMs: number | undefined;
  /** Of a snapshot under way. */
  readonly snapshot: { readonly rowCount: number; readonly rowsTotal: number } | undefined;
  readonly isSyncing: boolean;
  readonly lastReport: SyncReport | undefined;
}

/** A write that came to be in conflict, and what became of it on this device. */
export interface ConflictNote {
  readonly conflictId: string;
  readonly entityType: string;
  readonly id: string;
  /**
   * - `ADOPT_SERVER`: the server's row stands, merged with the write or instead of it.
   * - `REBASE_AND_RETRY`: the write goes again, on the server's row.
   * - `MANUAL_REQUIRED`: nothing happens until somebody decides (`resolve`).
   * - `SKIPPED`: decided elsewhere; the write is no longer needed.
   */
  readonly outcome: 'ADOPT_SERVER' | 'REBASE_AND_RETRY' | 'MANUAL_REQUIRED' | 'SKIPPED';
  /** The server's word: merged, client_wins, server_wins, manual. */
  readonly serverOutcome: string;
  /** What this device had written, in the form in which it was sent. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly version: number;
  readonly notedAtMs: number;
}
