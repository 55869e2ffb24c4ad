import type { RefusalReason } from '../../contracts/problems/catalog.ts';
import type { EpochMs } from '../core/instants.ts';
import type { SourceId } from './model.ts';

/** A sample that passed the door: canonical unit, resolved zone, hashed record id. */
export interface SampleOp {
  /** Position in the request's `samples`. */
  readonly index: number;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly value: number;
  readonly offsetMinutes: number;
  readonly recordHash: bigint;
  readonly revision: number | undefined;
  /** As sent, counted per source (ING9); undefined for category codes. */
  readonly unit: string | undefined;
}

/** A deletion of one identity: by record hash and start, or by start and end. */
export interface DeletionOp {
  /** Position in the request: the samples come first, then the deletions. */
  readonly index: number;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly recordHash: bigint;
  readonly revision: number | undefined;
  /** A search may find one record in several places; its outcome counts at one of them. */
  readonly isCounted: boolean;
}

/** A deletion that knows a record id and a time range, and has to search for the start (ING4). */
export interface RangeDeletion {
  readonly index: number;
  readonly metric: string;
  /** Undefined: every source of the user. */
  readonly sourceId: SourceId | undefined;
  readonly recordHash: bigint;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly revision: number | undefined;
}

export interface BucketRef {
  readonly metric: string;
  readonly bucket: string;
  readonly sourceId: SourceId;
}

/**
 * All that a request has for one bucket of one source: the unit that transactions are made of. Samples
 * are in block order and each identity occurs once among them; they are applied before the deletions.
 */
export interface WorkUnit {
  /** `<metric>/<bucket>#<sourceId>`; units are worked on in the order of their keys. */
  readonly key: string;
  readonly ref: BucketRef;
  readonly samples: readonly SampleOp[];
  readonly deletions: readonly DeletionOp[];
}

export interface Refusal {
  /** Position in the request: the samples come first, then the deletions. */
  readonly index: number;
  readonly reason: RefusalReason;
  readonly message: string;
}
