import type { EpochMs } from '../core/instants.ts';
import type { ChangeEntry } from '../outbox/model.ts';
import type { RecordKind } from '../providers/model.ts';
import type { UserScope } from '../samples/model.ts';
import type { RecordPointer, StoredRecord } from './model.ts';

export interface RecordWrite {
  /** As it is to be; `version` is one above the one read. */
  readonly pointer: RecordPointer;
  /** The body to keep; undefined: it is deleted. */
  readonly record: StoredRecord | undefined;
  /** The pointer goes too, so that the same revision may come again. */
  readonly isForgotten: boolean;
  /** What was read, where its body lies; undefined: there was none. */
  readonly read: RecordPointer | undefined;
}

export interface RecordStore {
  /** Those of the records that are known, the deleted ones too, strongly consistent. */
  loadPointers(
    scope: UserScope,
    kind: RecordKind,
    recordIds: readonly string[],
  ): Promise<ReadonlyMap<string, RecordPointer>>;
  /**
   * Records, head and change entry in one transaction: each pointer's version is the one read (absent for 1),
   * the head's seq is `change.seq - 1` and the user is not erased. At most MAX_RECORDS_PER_COMMIT writes, with
   * sleep among them MAX_SLEEP_RECORDS_PER_COMMIT. The dates of sleep get the number of the change (REC8).
   */
  commit(
    scope: UserScope,
    change: Extract<ChangeEntry, { readonly kind: 'records' }>,
    writes: readonly RecordWrite[],
  ): Promise<'committed' | 'conflict' | 'erased'>;
  /** Living records that start in [fromMs, toMs), by start then id, behind `after`, at most `limit`. */
  list(
    scope: UserScope,
    kind: RecordKind,
    range: {
      readonly fromMs: EpochMs;
      readonly toMs: EpochMs;
      readonly after: { readonly startMs: EpochMs; readonly recordId: string } | undefined;
      readonly limit: number;
    },
  ): Promise<readonly StoredRecord[]>;
}
