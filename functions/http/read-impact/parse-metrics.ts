import type { Metric } from '../../../contracts/metrics/metric.ts';
import { hasImpact } from '../../../lib/impact/impact-metrics.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import { invalidQuery, requireMetric } from '../../../lib/reads/parse-query.ts';

/** Codes with commas between, each once; `read.metric_unknown`. */
export function parseMetrics(name: string, text: string, maxCount: number): readonly Metric[] {
  const codes = [...new Set(text.split(','))];
  if (codes.length > maxCount) throw invalidQuery(name, 'too_big', `at most ${maxCount} metrics`);
  return codes.map(requireMetric);
}

/** Also `read.metric_not_rolled_up` for metrics that sessions are not compared by (SIP4). */
export function parseImpactMetrics(name: string, text: string, maxCount: number): readonly Metric[] {
  const metrics = parseMetrics(name, text, maxCount);
  const other = metrics.find((metric) => !hasImpact(metric));
  if (other === undefined) return metrics;
  throw new AppError(
    'read.metric_not_rolled_up',
    `"${other.code}" is not read often enough to compare hours by it.`,
  );
}
