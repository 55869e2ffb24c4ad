import type { MaybePromise } from '../storage/sql-database.ts';
import type { HealthBatch, HealthPart, PartState } from './health-part.ts';

/** The lanes, each with an anchor of its own. */
export type HealthLaneName = 'hot' | 'cold' | 'change';

export interface HealthCounts {
  readonly pending: number;
  readonly sending: number;
  readonly sent: number;
  readonly refused: number;
}

/** Reads and writes of one transaction. */
export interface HealthStagingTransaction {
  loadAnchor(lane: HealthLaneName): MaybePromise<string | undefined>;
  /** Undefined removes it: the lane begins anew. */
  saveAnchor(lane: HealthLaneName, anchor: string | undefined): MaybePromise<void>;
  /** All parts of these native records. */
  listParts(recordIds: readonly string[]): MaybePromise<readonly HealthPart[]>;
  /** Those of these keys that are there. */
  loadParts(keys: readonly string[]): MaybePromise<readonly HealthPart[]>;
  /** Of one state, in the order in which they were first staged. */
  listByState(state: PartState, limit: number): MaybePromise<readonly HealthPart[]>;
  /** By key: made, or replaced as a whole. */
  saveParts(parts: readonly HealthPart[]): MaybePromise<void>;
  removeParts(keys: readonly string[]): MaybePromise<void>;
  /** Parts of state `sent` that start before: the index is as long as the lanes look back. */
  removeSentBefore(startMs: number): MaybePromise<void>;
  counts(): MaybePromise<HealthCounts>;
  /** In the order in which they were made. */
  listBatches(): MaybePromise<readonly HealthBatch[]>;
  saveBatch(batch: HealthBatch): MaybePromise<void>;
  removeBatch(requestId: string): MaybePromise<void>;
}

/**
 * Where samples lie between the phone's store and the server, whatever the app's other storage is. All of a
 * transaction or nothing; one after the other. Implementations in memory and over SqlDatabase pass one suite.
 */
export interface HealthStaging {
  transaction<Value>(work: (tx: HealthStagingTransaction) => MaybePromise<Value>): Promise<Value>;
}
