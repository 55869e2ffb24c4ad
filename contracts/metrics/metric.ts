/**
 * sum: additive over intervals. mean: readings. last: latest value wins. daily: one provider-computed
 * value per local day. minmax: an extreme of a day or workout. interval: a record, not a sample.
 * series: a stream inside a workout. category: coded intervals such as sleep stages.
 */
export type MetricKind = 'sum' | 'mean' | 'last' | 'daily' | 'minmax' | 'interval' | 'series' | 'category';

/** How a day folds: additive intervals, a point per minute, or the one value of a provider. */
export type Aggregation = 'sum' | 'point' | 'daily' | 'none';

/** Width of the UTC bucket that one block covers (ingestion.md 2). */
export type BucketWidth = 'hour' | 'day' | 'month';

/** canonical = sent * numerator / denominator + offset, evaluated in that order so that it is exact. */
export interface UnitConversion {
  readonly numerator: number;
  readonly denominator: number;
  readonly offset: number;
}

export interface Metric {
  readonly code: string;
  readonly title: string;
  readonly kind: MetricKind;
  /** UCUM. */
  readonly unit: string;
  /** Every unit taken at the door, canonical and common names included. */
  readonly acceptedUnits: Readonly<Record<string, UnitConversion>>;
  /** Inclusive, in the canonical unit; for one sample. */
  readonly bounds: { readonly min: number; readonly max: number };
  readonly aggregation: Aggregation;
  readonly bucket: BucketWidth;
  readonly expectedSamplesPerHour: number;
  /** Longest sample; readers look back that far (ING2). */
  readonly maxDurationMs: number;
  /** False for records such as sleep sessions and workouts. */
  readonly acceptedAsSample: boolean;
  /** For `category`: codes in the order of their stored index. */
  readonly categories?: readonly string[];
  readonly loinc?: string;
  /** Full identifier, `HKQuantityTypeIdentifier…` or `HKCategoryTypeIdentifier…`. */
  readonly healthKit?: string;
  /** Further identifiers of the same quantity, such as cycling and swimming distance. */
  readonly healthKitAliases?: readonly string[];
  /** Record class of Health Connect. */
  readonly healthConnect?: string;
}
