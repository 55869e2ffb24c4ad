import { MINUTE_MS } from '../core/instants.ts';
import { TOTALS_TOLERANCE_MS } from './limits.ts';
import type { StageTimes } from './model.ts';
import type { StagedSession } from './source-items.ts';
import { lengthOf } from './spans.ts';

export interface SessionTotals {
  readonly times: StageTimes;
  readonly totalMs: number | null;
  readonly bedMs: number;
  /** From the start to falling asleep; null when it is not told, or not believed. */
  readonly latencyMs: number | null;
  /** They claim more than the session is long, so none of them is believed. */
  readonly isContradiction: boolean;
}

const NOTHING: StageTimes = { rem: null, deep: null, light: null, unspecified: null, awake: null };

/**
 * What a session tells without stages (SLP6). Asleep is what it says, at least the stages that it tells, else their
 * sum when it names all three. Awake is at least the latency. Time in bed is what it says, at least what it accounts
 * for and at most its own length; 0 says nothing. A session that accounts for more than its length tells its times
 * alone.
 */
export function totalsOf(session: Pick<StagedSession, 'startMs' | 'endMs' | 'totals'>): SessionTotals {
  const ms = (minutes: number | undefined): number | null =>
    minutes === undefined ? null : Math.round(minutes * MINUTE_MS);
  const { totals } = session;
  const [rem, deep, light] = [ms(totals.remMin), ms(totals.deepMin), ms(totals.lightMin)];
  const staged = sumOf([rem, deep, light]);
  const isStaged = rem !== null && deep !== null && light !== null;
  const asleep = ms(totals.asleepMin);
  const totalMs = asleep === null ? (isStaged ? staged : null) : Math.max(asleep, staged ?? 0);
  const awake = ms(totals.awakeMin);
  const latencyMs = ms(totals.latencyMin);
  const spanMs = lengthOf(session);
  const claimedMs = Math.max(totalMs ?? 0, staged ?? 0) + Math.max(awake ?? 0, latencyMs ?? 0);
  if (claimedMs > spanMs + TOTALS_TOLERANCE_MS) {
    return { times: NOTHING, totalMs: null, bedMs: spanMs, latencyMs: null, isContradiction: true };
  }
  const bedMs = Math.max(Math.min(ms(totals.inBedMin) || spanMs, spanMs), claimedMs);
  const unspecified = staged === null ? totalMs : null;
  return {
    times: { rem, deep, light, unspecified, awake },
    totalMs,
    bedMs,
    latencyMs,
    isContradiction: false,
  };
}

/** Of what is told; null when nothing is. */
export function sumOf(parts: readonly (number | null)[]): number | null {
  const told = parts.filter((part) => part !== null);
  return told.length === 0 ? null : told.reduce((sum, part) => sum + part, 0);
}
