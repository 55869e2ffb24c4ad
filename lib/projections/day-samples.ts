import type { Metric } from '../../contracts/metrics/metric.ts';
import {
  addDays,
  DAY_MS,
  type EpochMs,
  type LocalDate,
  localDateOf,
  MINUTE_MS,
  utcMidnightOf,
} from '../core/instants.ts';
import type { Sample, Source } from '../samples/model.ts';
import { LONGEST_DAY_MS, SHORTEST_DAY_MS } from './limits.ts';
import type { Segment } from './segments.ts';

/** The living samples of one source that touch one local date. */
export interface SourceSamples {
  readonly source: Source;
  readonly samples: readonly Sample[];
}

/** A local date on the clock that the sample was taken by, as time in UTC (ING14). */
export function spanOfDate(date: LocalDate, offsetMinutes: number): Segment {
  const startMs = utcMidnightOf(date) - offsetMinutes * MINUTE_MS;
  return { startMs, endMs: startMs + DAY_MS };
}

/**
 * The local dates whose figures a sample is part of: for an additive metric every date that its interval
 * touches on its own clock, for all others the date of its start.
 */
export function datesOfSample(sample: Sample, metric: Pick<Metric, 'aggregation'>): readonly LocalDate[] {
  const first = localDateOf(sample.startMs, sample.offsetMinutes);
  if (metric.aggregation !== 'sum' || sample.endMs <= sample.startMs) return [first];
  const last = localDateOf((sample.endMs - 1) as EpochMs, sample.offsetMinutes);
  const dates = [first];
  for (let date = first; date < last; ) {
    date = addDays(date, 1);
    dates.push(date);
  }
  return dates;
}

/** Order of samples that does not depend on how they were stored: by time, then by all that tells them apart. */
export function bySampleOrder(left: Sample, right: Sample): number {
  return (
    left.startMs - right.startMs ||
    left.endMs - right.endMs ||
    left.offsetMinutes - right.offsetMinutes ||
    compare(left.recordHash, right.recordHash) ||
    left.value - right.value ||
    left.seq - right.seq
  );
}

/** Within one source the newest wins: the higher revision, then the higher seq (ING2). Negative: left wins. */
export function byNewest(left: Sample, right: Sample): number {
  const leftRevision = left.revision ?? Number.NEGATIVE_INFINITY;
  const rightRevision = right.revision ?? Number.NEGATIVE_INFINITY;
  return compare(rightRevision, leftRevision) || right.seq - left.seq || bySampleOrder(left, right);
}

function compare<Ordered extends number | bigint>(left: Ordered, right: Ordered): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/**
 * The local day as it was lived: from midnight on the clock of its first sample to midnight on the clock of
 * its last. 23 and 25 hours when the clocks change, shorter or longer for a traveller. Clamped, because two
 * devices may disagree about the zone.
 */
export function livedDay(date: LocalDate, sources: readonly SourceSamples[]): Segment {
  let first: Sample | undefined;
  let last: Sample | undefined;
  for (const { samples } of sources) {
    for (const sample of samples) {
      if (first === undefined || bySampleOrder(sample, first) < 0) first = sample;
      if (last === undefined || bySampleOrder(sample, last) > 0) last = sample;
    }
  }
  const { startMs } = spanOfDate(date, first?.offsetMinutes ?? 0);
  const { endMs } = spanOfDate(date, last?.offsetMinutes ?? 0);
  const lengthMs = Math.min(LONGEST_DAY_MS, Math.max(SHORTEST_DAY_MS, endMs - startMs));
  return { startMs, endMs: startMs + lengthMs };
}
