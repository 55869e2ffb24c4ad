import type { RowData } from '../../sync/merge/row.ts';
import type { MaybePromise } from '../storage/sql-database.ts';

export interface LocalKey {
  readonly type: string;
  readonly id: string;
}

/** A row as the server last gave it; tombstones stay until the next snapshot, so that no older page wakes them. */
export interface ServerRow extends LocalKey {
  readonly version: number;
  readonly deleted: boolean;
  /** Empty of a deleted row. Fields that this build does not know are kept. */
  readonly data: RowData;
  readonly updatedAtMs: number;
  /** Which snapshot it was seen in or after; rows of an older one go when a newer one has ended. */
  readonly generation: number;
}

/**
 * - `pending`: not sent, or sent and answered with "later".
 * - `sending`: part of the operation under way.
 * - `acked`: the server has it; it lies over the row until the row itself arrives.
 * - `conflicted`: a person has to decide.
 * - `refused`: the server will not take it as it is, or did not within the bound of attempts.
 */
export type QueueState = 'pending' | 'sending' | 'acked' | 'conflicted' | 'refused';

/** One write of the user, from its transaction to its outcome. */
export interface QueuedChange extends LocalKey {
  /** Order of the writes on this device, unique. */
  readonly order: number;
  readonly requestId: string;
  readonly state: QueueState;
  /** JSON of what is sent (op, data, hlc, baseVersion); a text, so that a damaged one harms only itself. */
  readonly payload: string;
  /** Answers that said "later", since the payload last changed. */
  readonly attemptCount: number;
  /** 0: at once. */
  readonly nextAttemptAtMs: number;
  /** Why it is refused or waits; a code of the protocol. */
  readonly code: string | undefined;
  /** Of `acked`: the version that the server made of it. */
  readonly version: number | undefined;
  /** Of `conflicted`. */
  readonly conflictId: string | undefined;
}

/**
 * Reads and writes of one transaction; used only until its `work` has ended. Lists are in the order of ids,
 * queued changes in the order of their writes.
 */
export interface LocalTransaction {
  loadRow(type: string, id: string): MaybePromise<ServerRow | undefined>;
  /** Those that are there, tombstones too, in any order. Any number of ids. */
  loadRows(type: string, ids: readonly string[]): MaybePromise<readonly ServerRow[]>;
  /** Of these ids those of which there is no living row. Any number of ids. */
  listMissing(type: string, ids: readonly string[]): MaybePromise<readonly string[]>;
  /** Living rows of a type. */
  listRows(type: string): MaybePromise<readonly ServerRow[]>;
  /** Types of which there is any row. */
  listTypes(): MaybePromise<readonly string[]>;
  /**
   * Takes a row where its generation or, in the same one, its version is greater than what is there; else only
   * raises the generation. No key twice in one call.
   */
  saveRows(rows: readonly ServerRow[]): MaybePromise<void>;
  /** Removes all rows of generations before; answers their types. */
  removeRowsBefore(generation: number): MaybePromise<readonly string[]>;
  /** Living rows of `child` whose `field` names a row of `parent` that is not there or deleted; at most `limit` ids. */
  listOrphans(relation: LocalRelation, limit: number): MaybePromise<readonly string[]>;
  /** Living rows of `child` whose `field` is one of `parentIds`: their ids, at most `limit`. */
  listChildren(
    relation: LocalRelation,
    parentIds: readonly string[],
    limit: number,
  ): MaybePromise<readonly string[]>;

  /** All queued changes, of one type, or of one row. */
  listQueue(type?: string, id?: string): MaybePromise<readonly QueuedChange[]>;
  /** By request id: made, or replaced as a whole. */
  saveQueued(changes: readonly QueuedChange[]): MaybePromise<void>;
  removeQueued(requestIds: readonly string[]): MaybePromise<void>;

  /** Small values by name: cursor, clock, operation under way, id map, conflict notes. */
  loadValue(name: string): MaybePromise<string | undefined>;
  /** Undefined removes it. */
  saveValue(name: string, text: string | undefined): MaybePromise<void>;
  /** Names and values that begin with `prefix`, in the order of names. */
  listValues(prefix: string): MaybePromise<readonly (readonly [name: string, text: string])[]>;
}

/** A reference as the store needs it to look for rows whose parent is missing. */
export interface LocalRelation {
  readonly child: string;
  readonly field: string;
  readonly parent: string;
}

/**
 * What a device keeps (CLI1): rows of the server, writes that are not there yet, and small values. One
 * implementation in memory, one over SqlDatabase; one contract suite for both.
 */
export interface LocalStore {
  /**
   * Makes what is missing and says which version of the layout is there, before anything else is asked;
   * undefined: it was empty. Changes nothing of a layout that is newer than `version`.
   */
  open(version: number): Promise<number | undefined>;
  /**
   * All of `work` or nothing: what rejects, and what never ends because the process dies, leaves no trace.
   * Transactions run one after the other. A transaction within a transaction waits for ever.
   */
  transaction<Value>(work: (transaction: LocalTransaction) => MaybePromise<Value>): Promise<Value>;
  close(): Promise<void>;
}
