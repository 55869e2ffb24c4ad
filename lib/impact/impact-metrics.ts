import { metricOf } from '../../contracts/metrics/catalog.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import type { Head } from '../samples/model.ts';

/**
 * Whether sessions are compared by the metric (SIP4): readings of which an hour has at least one. What is
 * measured once a day says nothing of an hour, an amount per interval has no mean, and extremes are of days.
 */
export const hasImpact = (metric: Pick<Metric, 'aggregation' | 'expectedSamplesPerHour'>): boolean =>
  metric.aggregation === 'point' && metric.expectedSamplesPerHour >= 1;

/** Such metrics of which the user has, or had, samples, by code. */
export const impactMetricsOf = (head: Pick<Head, 'series'>): readonly Metric[] =>
  Object.keys(head.series)
    .sort()
    .map(metricOf)
    .filter((metric): metric is Metric => metric !== undefined && hasImpact(metric));
