/**
 * Additive metrics over all sources' intervals of one local date (SRC1 to SRC4). In every moment the
 * highest-priority source that covers it counts, partial intervals prorated by time:
 *
 *   watch   |--- 600 ---|           |--- 300 ---|
 *   phone         |-------- 900 --------|              a third of it lies where the watch has nothing
 *   counts  |--- 600 ---|--- 300 ---|--- 300 ---|      1200
 */
import type { LocalDate } from '../core/instants.ts';
import type { CountedSample, DayDecision, SetAside } from './counted-sample.ts';
import type { SourceSamples } from './day-samples.ts';
import { isTouched, lengthOf, type Segment, subtractSegments, uniteSegments } from './segments.ts';
import { type Claims, claimTime, shareOf } from './source-claims.ts';

/** What sources of higher priority hold. Instants take no time from intervals. */
interface Taken {
  readonly time: readonly Segment[];
  readonly instants: ReadonlySet<number>;
}

/**
 * What of each sample counts towards the date's total, and what was set aside and why. `sources` come
 * highest priority first, each with the living samples that touch the date. The total is at least the first
 * source's own and at most the plain sum; one source without overlaps comes out to the last bit.
 */
export function sweepDay(date: LocalDate, sources: readonly SourceSamples[]): DayDecision {
  const counted: CountedSample[] = [];
  let taken: Taken = { time: [], instants: new Set() };
  const setAside = sources.map(({ samples }, source) => {
    const aside: SetAside[] = [];
    const claims = claimTime(date, samples, aside);
    countIntervals(claims, taken, { source, counted, aside });
    countInstants(claims, taken, { source, counted, aside });
    taken = takeMore(taken, claims);
    return aside;
  });
  return { counted, setAside };
}

interface Ledger {
  readonly source: number;
  readonly counted: CountedSample[];
  readonly aside: SetAside[];
}

function countIntervals(claims: Claims, taken: Taken, { source, counted, aside }: Ledger): void {
  for (const { sample, segments } of claims.intervals) {
    const free = segments.flatMap((segment) => subtractSegments(segment, taken.time));
    const freeMs = lengthOf(free);
    const lostMs = lengthOf(segments) - freeMs;
    if (lostMs > 0) aside.push({ reason: 'lower_priority', amount: shareOf(sample, lostMs) });
    if (freeMs > 0) counted.push({ source, sample, segments: free, amount: shareOf(sample, freeMs) });
  }
}

function countInstants(claims: Claims, taken: Taken, { source, counted, aside }: Ledger): void {
  for (const sample of claims.instants) {
    const moment = { startMs: sample.startMs, endMs: sample.startMs + 1 };
    if (taken.instants.has(sample.startMs) || isTouched(taken.time, moment)) {
      aside.push({ reason: 'lower_priority', amount: sample.value });
    } else {
      counted.push({ source, sample, segments: [], amount: sample.value });
    }
  }
}

function takeMore(taken: Taken, claims: Claims): Taken {
  const own = claims.intervals
    .flatMap(({ segments }) => segments)
    .sort((left, right) => left.startMs - right.startMs);
  return {
    time: uniteSegments(taken.time, own),
    instants: new Set([...taken.instants, ...claims.instants.map(({ startMs }) => startMs)]),
  };
}
