import type { ChangeEntry } from '../outbox/model.ts';
import type { BlockRef, BlockSummary, Head, Ledger, RequestId, StoredBlock, UserScope } from './model.ts';

/** What ingestion needs of storage. One contract suite (test/contract-suites) holds every adapter to it. */
export interface SampleStore {
  /**
   * The head, the ledger row of `requestId` when it has one (expired rows are absent), and those of
   * `refs` that exist, keyed by `<metric>/<blockName>`. All reads are strongly consistent, but not of one
   * instant: the conditions of `commit` make up for that. No head: the user does not exist.
   */
  load(
    scope: UserScope,
    requestId: RequestId,
    refs: readonly BlockRef[],
  ): Promise<{
    readonly head: Head | undefined;
    readonly ledger: Ledger | undefined;
    readonly blocks: ReadonlyMap<string, StoredBlock>;
  }>;

  /**
   * All of it or nothing, in one transaction:
   * - ledger row: absent before (`replaces: 'nothing'`), or the `queued`/`running` row that was read
   *   (`replaces: <state>:<next>`), so of two workers on one request one wins (ING6);
   * - head, when `advance` is there: seq and settingsVersion are those read, and not erased (ING5);
   *   without `advance` only a ledger row is written (ING11), on the condition that the user is not erased;
   * - each block: its version is the one read, absent for version 1;
   * - the change entry: absent before.
   * `conflict` says that some condition did not hold and nothing was written; the caller loads again.
   * `erased` says that the user is gone. A lost reply may be repeated: the ledger then tells.
   */
  commit(scope: UserScope, commit: IngestCommit): Promise<CommitOutcome>;
}

export interface IngestCommit {
  readonly requestId: RequestId;
  readonly ledger: {
    readonly row: Ledger;
    readonly replaces:
      | 'nothing'
      | { readonly state: 'queued' }
      | { readonly state: 'running'; readonly next: number };
  };
  readonly advance: Advance | undefined;
}

export interface Advance {
  readonly readHead: Pick<Head, 'seq' | 'settingsVersion'>;
  /** `seq` is one above the one read. */
  readonly head: Head;
  readonly change: ChangeEntry;
  /** `version` is one above the one read. */
  readonly blocks: readonly StoredBlock[];
}

export type CommitOutcome = 'committed' | 'conflict' | 'erased';

/** What projections and reads need of the same blocks. */
export interface BlockReader {
  /**
   * Blocks of one metric whose bucket lies in [fromBucket, toBucket], in key order, strongly consistent,
   * without payloads.
   */
  listBlocks(scope: UserScope, range: BlockRange): Promise<readonly BlockSummary[]>;
  /**
   * The first bucket of the metric that has a block and is not before `fromBucket`, strongly consistent:
   * one read of one key. Undefined when there is none. It lets a walk over years pass over what is empty.
   */
  nextBucket(scope: UserScope, metric: string, fromBucket: string): Promise<string | undefined>;
  /**
   * The same with payloads. Stops after `maxBytes` of stored payload: `complete` is then false, and what
   * came before is returned (PRJ1).
   */
  readBlocks(
    scope: UserScope,
    range: BlockRange,
    maxBytes: number,
  ): Promise<{ readonly blocks: readonly StoredBlock[]; readonly complete: boolean }>;
}

export interface BlockRange {
  readonly metric: string;
  readonly fromBucket: string;
  readonly toBucket: string;
}

/** Requests and answers too large for an item: sealed in S3 under the user's key. */
export interface PayloadStore {
  /** Repeats overwrite with the same content. */
  put(scope: UserScope, payloadKey: string, body: Uint8Array): Promise<void>;
  /** Undefined when it is not there. */
  get(scope: UserScope, payloadKey: string): Promise<Uint8Array | undefined>;
}
