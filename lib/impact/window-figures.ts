import { HOUR_MS } from '../core/instants.ts';
import { RELIABLE_COVERAGE, WINDOW_MS } from './limits.ts';
import type { ImpactFigures, WindowFigures, WindowName } from './model.ts';
import { lengthMsOf, placeOf, type SessionWindow } from './session-window.ts';

/** A reading that the choice between sources left standing. */
export interface ChosenReading {
  readonly midpointMs: number;
  readonly value: number;
}

/**
 * Before, during and after of one session and metric (read-models.md 6). `readings` in a fixed order: the last
 * bit of a sum depends on it. Pure; nothing else goes in.
 */
export function computeFigures(
  window: SessionWindow,
  expectedSamplesPerHour: number,
  readings: readonly ChosenReading[],
): ImpactFigures {
  const byWindow: Record<WindowName, ChosenReading[]> = { before: [], during: [], after: [] };
  for (const reading of readings) {
    const name = placeOf(window, reading.midpointMs);
    if (name !== undefined) byWindow[name].push(reading);
  }
  const describe = (name: WindowName): WindowFigures =>
    describeWindow(byWindow[name], {
      fromMs: fromMsOf(window, name),
      lengthMs: lengthMsOf(window, name),
      slotMs: HOUR_MS / expectedSamplesPerHour,
    });
  const before = describe('before');
  const during = describe('during');
  const after = describe('after');
  const windows = [before, during, after];
  return {
    count: windows.reduce((total, { count }) => total + count, 0),
    before,
    during,
    after,
    ...deltasOf(before, during, after),
    isReliable: windows.every(({ coverage }) => coverage >= RELIABLE_COVERAGE),
  };
}

export const NO_WINDOW: WindowFigures = { mean: null, min: null, max: null, count: 0, coverage: 0 };

/** A delta against nothing, or against 0, is none. */
function deltasOf(before: WindowFigures, during: WindowFigures, after: WindowFigures) {
  const base = before.mean === 0 ? null : before.mean;
  const delta = ({ mean }: WindowFigures) => (base === null || mean === null ? null : mean - base);
  const share = (change: number | null) => (base === null || change === null ? null : (change / base) * 100);
  const [deltaDuring, deltaAfter] = [delta(during), delta(after)];
  return {
    deltaDuring,
    deltaDuringPct: share(deltaDuring),
    deltaAfter,
    deltaAfterPct: share(deltaAfter),
  };
}

function fromMsOf({ startMs, endMs }: SessionWindow, name: WindowName): number {
  switch (name) {
    case 'before':
      return startMs - WINDOW_MS;
    case 'during':
      return startMs;
    case 'after':
      return endMs;
  }
}

interface Slots {
  readonly fromMs: number;
  readonly lengthMs: number;
  /** One reading is expected in each. */
  readonly slotMs: number;
}

function describeWindow(readings: readonly ChosenReading[], slots: Slots): WindowFigures {
  if (readings.length === 0) return NO_WINDOW;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  const filled = new Set<number>();
  for (const { midpointMs, value } of readings) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    filled.add(Math.floor((midpointMs - slots.fromMs) / slots.slotMs));
  }
  // Of a window shorter than a slot one reading is all that can be expected.
  const coverage = Math.min(1, filled.size / Math.max(1, slots.lengthMs / slots.slotMs));
  const mean = Math.min(max, Math.max(min, sum / readings.length));
  return { mean, min, max, count: readings.length, coverage };
}
