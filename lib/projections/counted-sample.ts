import type { Sample } from '../samples/model.ts';
import type { SetAsideReason } from './model.ts';
import type { Segment } from './segments.ts';

/** A sample that counts towards a local date, in whole or in part. */
export interface CountedSample {
  /** Index of its source, highest priority first. */
  readonly source: number;
  readonly sample: Sample;
  /** The time it counts for; empty for a reading or an instant, which stand at the sample's start. */
  readonly segments: readonly Segment[];
  /** Its value, or the share of it that counts. */
  readonly amount: number;
}

/** What did not count: an amount of an additive metric, 1 for each reading of any other. */
export interface SetAside {
  readonly reason: SetAsideReason;
  readonly amount: number;
}

export interface DayDecision {
  readonly counted: readonly CountedSample[];
  /** One list per source, in the order of the sources. */
  readonly setAside: readonly (readonly SetAside[])[];
}
