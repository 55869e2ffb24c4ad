import type { Aggregation, BucketWidth, Metric, MetricKind } from './metric.ts';
import { conversionsInto, type Quantity } from './units.ts';

const HOUR_MS = 3_600_000;
/** The longest local day: 24 hours and the one that ends daylight saving. */
export const LONGEST_DAY_MS = 25 * HOUR_MS;
export const ONCE_A_DAY = 1 / 24;

interface KindDefaults {
  readonly aggregation: Aggregation;
  readonly bucket: BucketWidth;
  readonly maxDurationMs: number;
  readonly expectedSamplesPerHour: number;
}

/** What a kind says unless the metric says otherwise. */
const KIND_DEFAULTS: Readonly<Record<MetricKind, KindDefaults>> = {
  sum: { aggregation: 'sum', bucket: 'day', maxDurationMs: LONGEST_DAY_MS, expectedSamplesPerHour: 4 },
  mean: { aggregation: 'point', bucket: 'day', maxDurationMs: LONGEST_DAY_MS, expectedSamplesPerHour: 12 },
  last: {
    aggregation: 'point',
    bucket: 'month',
    maxDurationMs: LONGEST_DAY_MS,
    expectedSamplesPerHour: ONCE_A_DAY,
  },
  daily: {
    aggregation: 'daily',
    bucket: 'month',
    maxDurationMs: LONGEST_DAY_MS,
    expectedSamplesPerHour: ONCE_A_DAY,
  },
  minmax: {
    aggregation: 'point',
    bucket: 'month',
    maxDurationMs: 48 * HOUR_MS,
    expectedSamplesPerHour: ONCE_A_DAY,
  },
  interval: {
    aggregation: 'none',
    bucket: 'month',
    maxDurationMs: 24 * HOUR_MS,
    expectedSamplesPerHour: ONCE_A_DAY,
  },
  series: { aggregation: 'point', bucket: 'hour', maxDurationMs: HOUR_MS, expectedSamplesPerHour: 3600 },
  category: {
    aggregation: 'none',
    bucket: 'day',
    maxDurationMs: 24 * HOUR_MS,
    expectedSamplesPerHour: 2,
  },
};

type Overrides = Partial<
  Pick<
    Metric,
    | 'bucket'
    | 'maxDurationMs'
    | 'expectedSamplesPerHour'
    | 'categories'
    | 'loinc'
    | 'healthKit'
    | 'healthKitAliases'
    | 'healthConnect'
  >
>;

/** One row of the catalogue: what the table says, then what differs from the kind's defaults. */
export function defineMetric(
  [code, title]: readonly [code: string, title: string],
  kind: MetricKind,
  measure: {
    readonly unit: string;
    readonly of: Quantity;
    readonly bounds: readonly [min: number, max: number];
  },
  overrides: Overrides = {},
): Metric {
  return {
    code,
    title,
    kind,
    unit: measure.unit,
    acceptedUnits: conversionsInto(measure.unit, measure.of),
    bounds: { min: measure.bounds[0], max: measure.bounds[1] },
    acceptedAsSample: kind !== 'interval',
    ...KIND_DEFAULTS[kind],
    ...overrides,
  };
}

/** Full HealthKit identifier of a quantity type. */
export const hk = (name: string): string => `HKQuantityTypeIdentifier${name}`;
