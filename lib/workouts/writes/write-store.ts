import type { ChangeEntry } from '../../outbox/model.ts';
import type { RecordPointer } from '../../records/model.ts';
import type { RecordWrite } from '../../records/record-store.ts';
import type { Head, RequestId, SourceId, UserScope } from '../../samples/model.ts';
import type { CommitOutcome, IngestCommit } from '../../samples/sample-store.ts';
import type { SyncState } from './sync-state.ts';

/** What a batch of workouts needs of storage: records, ledger and sync state in one transaction. */
export interface WorkoutWriteStore {
  /**
   * Head, ledger row of the request, what is known of the records (the deleted ones too) and the source's sync
   * state; all strongly consistent, but not of one instant: the conditions of `commit` make up for that.
   */
  load(
    scope: UserScope,
    asked: {
      readonly requestId: RequestId;
      readonly recordIds: readonly string[];
      readonly sourceId: SourceId;
    },
  ): Promise<LoadedWrites>;
  /**
   * All of it or nothing, in one transaction:
   * - the ledger row replaces the one that was read, as in SampleStore;
   * - the head: settingsVersion is the one read and the user is not erased; with a `change`, its seq goes on to
   *   the entry's, on the condition that it stands one before;
   * - each record as in RecordStore, at most MAX_RECORDS_PER_COMMIT;
   * - the sync state: its version is one above the one read, absent before for version 1.
   */
  commit(scope: UserScope, commit: WorkoutCommit): Promise<CommitOutcome>;
  /** Sync states of the user's sources by source id, behind `afterId`, at most `limit`. */
  listSyncStates(
    scope: UserScope,
    page: { readonly afterId: string | undefined; readonly limit: number },
  ): Promise<readonly SyncState[]>;
}

export interface LoadedWrites {
  readonly head: Head | undefined;
  readonly ledger: IngestCommit['ledger']['row'] | undefined;
  readonly known: ReadonlyMap<string, RecordPointer>;
  readonly syncState: SyncState | undefined;
}

export interface WorkoutCommit {
  readonly requestId: RequestId;
  readonly ledger: IngestCommit['ledger'];
  readonly readHead: Pick<Head, 'seq' | 'settingsVersion'>;
  /** Undefined: nothing changes, and the head is only checked. */
  readonly change: Extract<ChangeEntry, { readonly kind: 'records' }> | undefined;
  readonly writes: readonly RecordWrite[];
  readonly syncState: SyncState | undefined;
}
