import type { Metric } from '../../contracts/metrics/metric.ts';
import { type EpochMs, HOUR_MS, type LocalDate } from '../core/instants.ts';
import type { CountedSample, SetAside } from './counted-sample.ts';
import { decideDay } from './day-decision.ts';
import { bySampleOrder, livedDay, type SourceSamples } from './day-samples.ts';
import type { DailyFigures, SetAsideReason, SourceFigures } from './model.ts';
import { lengthOf, type Segment } from './segments.ts';
import { amountInDate } from './source-claims.ts';
import { describeValues, sumOf } from './statistics.ts';

/** The figures of a date without data: every figure null, never 0 (P3). */
export const NO_FIGURES: DailyFigures = {
  count: 0,
  min: null,
  max: null,
  mean: null,
  variance: null,
  first: null,
  last: null,
  coverage: 0,
  sources: [],
};

/**
 * Figures of one (metric, local date) from the living samples that touch it. `sources` come highest
 * priority first. The order of samples within a source does not matter, so neither do the order, splitting
 * and duplication of the batches that brought them (PRJ6). An additive metric's count, extremes, mean and
 * variance are those of the amounts that counted, so that mean * count is the sum.
 */
export function computeDailyFigures(
  metric: Pick<Metric, 'aggregation'>,
  date: LocalDate,
  sources: readonly SourceSamples[],
): DailyFigures {
  const present = sources.filter(({ samples }) => samples.length > 0);
  const decision = decideDay(metric, date, present);
  const counted = [...decision.counted].sort(byTime);
  const [first] = counted;
  if (first === undefined) return NO_FIGURES;
  const { sum, ...description } = describeValues(counted.map(({ amount }) => amount));
  return {
    ...description,
    ...(metric.aggregation === 'sum' ? { sum } : {}),
    first: standAt(first),
    last: standAt(counted.at(-1) ?? first),
    coverage: coverageOf(metric, counted, livedDay(date, present)),
    sources: present.map((source, index) =>
      describeSource(metric, date, {
        source,
        counted: counted.filter((one) => one.source === index),
        setAside: decision.setAside[index] ?? [],
      }),
    ),
  };
}

const startOf = ({ sample, segments }: CountedSample): number => segments[0]?.startMs ?? sample.startMs;

const standAt = (counted: CountedSample): { readonly at: EpochMs; readonly value: number } => ({
  at: startOf(counted) as EpochMs,
  value: counted.amount,
});

function byTime(left: CountedSample, right: CountedSample): number {
  return (
    startOf(left) - startOf(right) || left.source - right.source || bySampleOrder(left.sample, right.sample)
  );
}

/**
 * Intervals: counted time over the length of the day. Readings: hours with data over hours of the day.
 * A daily value covers its day. From 0 to 1.
 */
function coverageOf(
  metric: Pick<Metric, 'aggregation'>,
  counted: readonly CountedSample[],
  day: Segment,
): number {
  if (metric.aggregation === 'daily') return 1;
  const dayMs = day.endMs - day.startMs;
  if (metric.aggregation === 'sum') {
    return Math.min(1, lengthOf(counted.flatMap(({ segments }) => segments)) / dayMs);
  }
  const hours = new Set(counted.map(({ sample }) => Math.floor((sample.startMs - day.startMs) / HOUR_MS)));
  return Math.min(1, (hours.size * HOUR_MS) / dayMs);
}

interface SourceShare {
  readonly source: SourceSamples;
  readonly counted: readonly CountedSample[];
  readonly setAside: readonly SetAside[];
}

function describeSource(
  metric: Pick<Metric, 'aggregation'>,
  date: LocalDate,
  { source, counted, setAside }: SourceShare,
): SourceFigures {
  const isSum = metric.aggregation === 'sum';
  const samples = [...source.samples].sort(bySampleOrder);
  const own = describeValues(samples.map((sample) => (isSum ? amountInDate(date, sample) : sample.value)));
  const reasons = foldReasons(setAside);
  return {
    sourceId: source.source.sourceId,
    provider: source.source.provider,
    count: own.count,
    ...(isSum ? { sum: own.sum } : {}),
    min: own.min,
    max: own.max,
    mean: own.mean,
    counted: isSum ? sumOf(counted.map(({ amount }) => amount)) : counted.length,
    setAside: sumOf(reasons.map(({ amount }) => amount)),
    ...(reasons[0] === undefined ? {} : { setAsideReason: reasons[0].reason, setAsideBy: reasons }),
  };
}

function foldReasons(
  setAside: readonly SetAside[],
): readonly { readonly reason: SetAsideReason; readonly amount: number }[] {
  const reasons = [...new Set(setAside.map(({ reason }) => reason))];
  return reasons
    .map((reason) => ({
      reason,
      amount: sumOf(setAside.filter((one) => one.reason === reason).map(({ amount }) => amount)),
    }))
    .sort((left, right) => right.amount - left.amount || (left.reason < right.reason ? -1 : 1));
}
