import type { Metric } from '../../contracts/metrics/metric.ts';
import { type EpochMs, type LocalDate, localDateOf, MINUTE_MS } from '../core/instants.ts';
import { bucketAt } from '../core/time-buckets.ts';
import type { BlockRange } from '../samples/sample-store.ts';
import { MAX_OFFSET_MS, MAX_SESSION_MS, WINDOW_MS } from './limits.ts';
import type { CountedSession, SessionFacts, WindowName } from './model.ts';

/** Only what ended counts, and ended after it began (SIP2). */
export const isCounted = (session: SessionFacts): session is CountedSession =>
  session.status === 'COMPLETED' &&
  session.endedAtMs !== undefined &&
  session.endedAtMs >= session.startedAtMs;

export const isTooLong = ({ startedAtMs, endedAtMs }: CountedSession): boolean =>
  endedAtMs - startedAtMs > MAX_SESSION_MS;

/** [start - 60 min, start), [start, end], (end, end + 60 min] (SIP1). */
export interface SessionWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** Of one that is too long its first day: an end may be years away. */
export const windowOf = ({ startedAtMs, endedAtMs }: CountedSession): SessionWindow => ({
  startMs: startedAtMs,
  endMs: Math.min(endedAtMs, startedAtMs + MAX_SESSION_MS),
});

/** Where an instant lies; undefined outside of all three. */
export function placeOf({ startMs, endMs }: SessionWindow, atMs: number): WindowName | undefined {
  if (atMs < startMs - WINDOW_MS || atMs > endMs + WINDOW_MS) return undefined;
  if (atMs < startMs) return 'before';
  return atMs <= endMs ? 'during' : 'after';
}

export const lengthMsOf = ({ startMs, endMs }: SessionWindow, name: WindowName): number =>
  name === 'during' ? endMs - startMs : WINDOW_MS;

/**
 * When a sample may start whose midpoint lies in one of the windows: whole minutes, so that the choice
 * between sources, which is made per minute, sees all of each.
 */
export function startsOf(
  { startMs, endMs }: SessionWindow,
  { maxDurationMs }: Pick<Metric, 'maxDurationMs'>,
): { readonly fromMs: number; readonly untilMs: number } {
  const earliestMs = startMs - WINDOW_MS - maxDurationMs / 2;
  const latestMs = endMs + WINDOW_MS;
  return {
    fromMs: Math.floor(earliestMs / MINUTE_MS) * MINUTE_MS,
    untilMs: (Math.floor(latestMs / MINUTE_MS) + 1) * MINUTE_MS,
  };
}

/** The blocks that such a sample can lie in, and the local dates, on any clock, that it can have. */
export interface InputRange extends BlockRange {
  readonly firstDate: LocalDate;
  readonly lastDate: LocalDate;
}

export function inputRangeOf(
  window: SessionWindow,
  metric: Pick<Metric, 'code' | 'bucket' | 'maxDurationMs'>,
): InputRange {
  const { fromMs, untilMs } = startsOf(window, metric);
  return {
    metric: metric.code,
    fromBucket: bucketAt(fromMs, metric.bucket),
    toBucket: bucketAt(untilMs - 1, metric.bucket),
    firstDate: localDateOf((fromMs - MAX_OFFSET_MS) as EpochMs, 0),
    lastDate: localDateOf((untilMs - 1 + MAX_OFFSET_MS) as EpochMs, 0),
  };
}
