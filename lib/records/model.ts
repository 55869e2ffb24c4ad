import type { EpochMs } from '../core/instants.ts';
import type { RecordKind, SleepRecord, WorkoutRecord } from '../providers/model.ts';

/** What of a record is told: the provider's words in canonical units, without the day values. */
export type RecordBody = Omit<SleepRecord, 'values'> | Omit<WorkoutRecord, 'values'>;

/** A record that passed the door: times are resolved, bounds are checked. */
export interface NormalisedRecord {
  readonly recordId: string;
  readonly kind: RecordKind;
  readonly provider: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** On the wearer's clock at the start; undefined when nobody says. */
  readonly offsetMinutes: number | undefined;
  /** The local date it is shown on. */
  readonly date: string;
  /** An integer, or an instant in milliseconds. */
  readonly revision: number | undefined;
  /** SHA-256 over the canonical JSON of provider, body and metrics of the day values. */
  readonly contentHash: string;
  readonly body: RecordBody;
  /** Metrics that the record gives values of its day for. */
  readonly valueMetrics: readonly string[];
}

/**
 * What is known of a record without opening it; enough to decide what becomes of another copy. A deleted
 * record leaves this behind, so that what arrives late finds it.
 */
export interface RecordPointer {
  readonly recordId: string;
  readonly kind: RecordKind;
  readonly provider: string;
  /** 1 on the first write, one more with each. */
  readonly version: number;
  readonly revision: number | undefined;
  readonly contentHash: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly date: string;
  readonly valueMetrics: readonly string[];
  readonly deletedAtMs: EpochMs | undefined;
}

/** A living record as it is stored. */
export interface StoredRecord
  extends Pick<RecordPointer, 'recordId' | 'kind' | 'provider' | 'version' | 'date'> {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly offsetMinutes: number | undefined;
  /** Sequence number of the transaction that wrote it. */
  readonly seq: number;
  readonly body: RecordBody;
}

export type RecordOutcome = 'accepted' | 'updated' | 'duplicate' | 'superseded' | 'deleted' | 'not_found';
