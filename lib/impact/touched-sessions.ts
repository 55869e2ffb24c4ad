import type { SamplesChangedV1 } from '../../contracts/events/samples-changed.v1.ts';
import { metricOf } from '../../contracts/metrics/catalog.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import type { EpochMs } from '../core/instants.ts';
import { bucketEndMs, bucketStartMs } from '../core/time-buckets.ts';
import { isInRange } from './impact-inputs.ts';
import { hasImpact } from './impact-metrics.ts';
import { MAX_SESSION_MS, WINDOW_MS } from './limits.ts';
import type { CountedSession } from './model.ts';
import { inputRangeOf, windowOf } from './session-window.ts';

/** A block of a metric with impact that an event names. */
export interface ChangedBlock {
  readonly metric: Metric;
  readonly block: string;
  readonly bucket: string;
  readonly dates: readonly string[];
  readonly seq: number;
}

export const changedBlocks = ({ seq, changes }: SamplesChangedV1): readonly ChangedBlock[] =>
  changes.flatMap(({ metric: code, block, dates }) => {
    const metric = metricOf(code);
    const [bucket = ''] = block.split('#');
    return metric === undefined || !hasImpact(metric) ? [] : { metric, block, bucket, dates, seq };
  });

export interface StartSpan {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** When sessions began that look into one of the blocks: spans apart from each other, in order. */
export function startSpans(blocks: readonly ChangedBlock[]): readonly StartSpan[] {
  const spans = blocks
    .map(({ metric, bucket }) => ({
      fromMs: (bucketStartMs(bucket) - WINDOW_MS - MAX_SESSION_MS) as EpochMs,
      toMs: (bucketEndMs(bucket) + WINDOW_MS + metric.maxDurationMs / 2) as EpochMs,
    }))
    .sort((left, right) => left.fromMs - right.fromMs);
  const apart: StartSpan[] = [];
  for (const span of spans) {
    const last = apart.at(-1);
    if (last === undefined || span.fromMs > last.toMs) apart.push(span);
    else apart.splice(-1, 1, { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) as EpochMs });
  }
  return apart;
}

/** What the blocks change of a session: by metric, which block must show which number for which date. */
export function needsOf(
  session: CountedSession,
  blocks: readonly ChangedBlock[],
): ReadonlyMap<Metric, ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const needs = new Map<Metric, Map<string, Map<string, number>>>();
  for (const { metric, block, bucket, dates, seq } of blocks) {
    const range = inputRangeOf(windowOf(session), metric);
    const inReach = dates.filter((date) => date >= range.firstDate && date <= range.lastDate);
    if (!isInRange(range, bucket) || inReach.length === 0) continue;
    const ofMetric = needs.get(metric) ?? new Map<string, Map<string, number>>();
    const ofBlock = ofMetric.get(block) ?? new Map<string, number>();
    for (const date of inReach) ofBlock.set(date, Math.max(seq, ofBlock.get(date) ?? 0));
    needs.set(metric, ofMetric.set(block, ofBlock));
  }
  return needs;
}
