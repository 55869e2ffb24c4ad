import type { EpochMs } from '../core/instants.ts';
import type { ConflictFacts, RowChange, RowState } from './merge/row.ts';

export interface RowKey {
  readonly type: string;
  readonly id: string;
}

/** A row as it is stored: tombstones are rows with `state.deleted`. */
export interface StoredRow extends RowKey {
  readonly state: RowState;
  /** The commit that wrote it last. */
  readonly seq: number;
  readonly createdAtMs: EpochMs;
  readonly updatedAtMs: EpochMs;
  /** Null: the server itself (a cascade, a rule, the plain API without a device). */
  readonly originDeviceId: string | null;
  /** Ids of living references by field, in the open: what lists of children are read from. */
  readonly references: Readonly<Record<string, string>>;
}

export interface TypeDigest {
  /** Living rows. */
  readonly count: number;
  /** SYN9: the sum modulo 2^64, of living rows. */
  readonly hash: bigint;
}

/** The counter item of a user: one sequence of commits, apart from the ingest head. */
export interface SyncHead {
  readonly seq: number;
  /** Made with the head; cursors name it, and another one means that the log began anew. */
  readonly epoch: string;
  /** Log entries up to and with this are gone (SYN12). */
  readonly horizonSeq: number;
  /**
   * The greatest version of any tombstone that compaction forgot; 0: none. A row that is made anew begins behind
   * it, so that no tombstone or copy on a device is newer (SYN12).
   */
  readonly forgottenVersion: number;
  readonly digests: Readonly<Record<string, TypeDigest>>;
  readonly openConflictCount: number;
}

export interface LogChange extends RowKey {
  readonly op: 'upsert' | 'delete';
  readonly version: number;
  /** The row as this commit left it, without stamps and elements; of rows up to MAX_INLINE_ROW_BYTES. */
  readonly row: StoredRow | undefined;
}

/** One per commit, numbered without holes. */
export interface LogEntry {
  readonly seq: number;
  readonly committedAtMs: EpochMs;
  readonly originDeviceId: string | null;
  readonly operationId: string | null;
  readonly correlationId: string;
  readonly changes: readonly LogChange[];
}

/** What of an entry is in the open: enough for the event, without any value. */
export interface LogAnnouncement {
  readonly seq: number;
  readonly committedAtMs: EpochMs;
  readonly originDeviceId: string | null;
  readonly correlationId: string;
  readonly changes: readonly Omit<LogChange, 'row'>[];
}

export interface ConflictRecord extends RowKey {
  readonly conflictId: string;
  readonly status: 'open' | 'resolved';
  readonly facts: ConflictFacts;
  readonly requestId: string;
  readonly deviceId: string;
  readonly change: RowChange;
  /** The row before the change; undefined: none. */
  readonly before: RowState | undefined;
  /** The row after it, resolved. */
  readonly after: RowState | undefined;
  readonly createdAtMs: EpochMs;
  readonly resolvedAtMs: EpochMs | undefined;
}

/** The ledger row of an operation (SYN5). */
export interface Operation {
  readonly operationId: string;
  /** SHA-256 over the canonical JSON of the request, hex. */
  readonly payloadHash: string;
  readonly state: 'running' | 'done';
  /** Whoever holds it may commit; a takeover makes another one, and the commits of the one before fail. */
  readonly token: string;
  readonly leaseUntilMs: EpochMs;
  /** Changes that are decided, in the order of the request. */
  readonly decidedCount: number;
  /** JSON: of a running operation its outcomes so far, of a done one the answer byte for byte. */
  readonly result: string;
}
