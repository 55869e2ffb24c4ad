import type { Metric } from '../../contracts/metrics/metric.ts';
import { assertNever } from '../core/assert.ts';
import type { LocalDate } from '../core/instants.ts';
import type { DayDecision } from './counted-sample.ts';
import type { SourceSamples } from './day-samples.ts';
import { decideDaily, decidePoints } from './point-metrics.ts';
import { sweepDay } from './sweep-line.ts';

/**
 * Which samples of a local date count. `sources` come highest priority first, each with its living samples
 * that touch the date. Nothing else goes in, so the date's figures have no hidden input (PRJ3). Metrics
 * with aggregation `none` have no figures: the caller does not ask.
 */
export function decideDay(
  metric: Pick<Metric, 'aggregation'>,
  date: LocalDate,
  sources: readonly SourceSamples[],
): DayDecision {
  switch (metric.aggregation) {
    case 'sum':
      return sweepDay(date, sources);
    case 'point':
      return decidePoints(sources);
    case 'daily':
      return decideDaily(sources);
    case 'none':
      return { counted: [], setAside: sources.map(() => []) };
    default:
      return assertNever(metric.aggregation);
  }
}
