import type { UserScope } from '../samples/model.ts';
import type { ConflictRecord, LogEntry, Operation, RowKey, StoredRow, SyncHead } from './model.ts';

/** One transaction: all of it or nothing (SYN1). */
export interface Commit {
  /** Undefined where the user has no head yet: it is made, unless the user is erased. */
  readonly read: SyncHead | undefined;
  /** `read` one further, with the digests after this commit; equal to `read` where only the ledger is written. */
  readonly head: SyncHead;
  /** Undefined exactly where `rows` is empty. */
  readonly entry: LogEntry | undefined;
  /** Each under the version that it was read with; undefined: it was not there. */
  readonly rows: readonly { readonly row: StoredRow; readonly readVersion: number | undefined }[];
  /** Names of rows that the server knew under another id (`same_by`). */
  readonly aliases: readonly { readonly type: string; readonly clientId: string; readonly id: string }[];
  readonly conflicts: readonly { readonly record: ConflictRecord; readonly isNew: boolean }[];
  /** Undefined for commits of no operation (a cascade that goes on, the plain API without a key). */
  readonly operation: { readonly next: Operation; readonly readToken: string | undefined } | undefined;
}

export type CommitOutcome =
  | 'committed'
  /** Somebody else committed, or another transaction was in the way: read again. */
  | 'conflict'
  /** The operation is another's: it was taken over, or a twin began it. */
  | 'operation_lost'
  /** No such user, or erased. */
  | 'gone';

/** Rows, log, ledger and conflicts of one user's devices. All reads are strongly consistent. */
export interface EntityStore {
  /** Undefined: nothing was ever synced. `gone`: no such user, or erased. */
  loadHead(scope: UserScope): Promise<SyncHead | 'gone' | undefined>;
  /** Those that are there, tombstones too, by any order. At most 1,000 keys. */
  loadRows(scope: UserScope, keys: readonly RowKey[]): Promise<readonly StoredRow[]>;
  /** By the ids that clients named them (`same_by`): `<type>#<client id>` to the row's id. */
  loadAliases(scope: UserScope, keys: readonly RowKey[]): Promise<ReadonlyMap<string, string>>;
  /** Living rows of a type whose reference `field` is one of `ids`, in the order of their ids. Reads the type once. */
  listReferring(
    scope: UserScope,
    type: string,
    field: string,
    ids: readonly string[],
  ): Promise<readonly StoredRow[]>;
  /** Rows of a type in the order of ids, tombstones too, after `afterId`; at most `limit`. */
  listRows(
    scope: UserScope,
    type: string,
    page: { readonly afterId: string | undefined; readonly limit: number },
  ): Promise<readonly StoredRow[]>;
  loadOperation(scope: UserScope, operationId: string): Promise<Operation | undefined>;
  commit(scope: UserScope, commit: Commit): Promise<CommitOutcome>;
  loadConflicts(scope: UserScope, conflictIds: readonly string[]): Promise<readonly ConflictRecord[]>;
  /** Newest first. */
  listConflicts(
    scope: UserScope,
    page: {
      readonly status: 'open' | 'resolved' | 'all';
      readonly limit: number;
      readonly before: string | undefined;
    },
  ): Promise<readonly ConflictRecord[]>;
}

/** What devices pull from. */
export interface ChangeLog {
  /** Entries after `afterSeq` in the order of their numbers, at most `limit`; stops before a missing number. */
  readEntries(scope: UserScope, afterSeq: number, limit: number): Promise<readonly LogEntry[]>;
}
