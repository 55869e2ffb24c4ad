import type { SharedSchedule } from './coordination.ts';

/**
 * Why a run is wanted. `write`: the outbox has something. `hint`: the server says that there is something.
 * `manual`: a person asked. `network`, `foreground`: they came back. `periodic`: it has been a while. `retry`:
 * the run before failed.
 */
export type RunCause = 'write' | 'hint' | 'manual' | 'network' | 'foreground' | 'periodic' | 'retry';

/** Reference 1.7. */
export const HARD_FLOOR_MS = 5_000;
const DEBOUNCE_MS = 30_000;
const FOREGROUND_SPACING_MS = 60_000;
const PERIOD_FOREGROUND_MS = 600_000;
const PERIOD_BACKGROUND_MS = 1_200_000;

/** From the start of a run to the start of the next one with this cause. */
function spacingMs(cause: RunCause, inForeground: boolean): number {
  switch (cause) {
    case 'manual':
    case 'network':
    case 'hint':
    case 'retry':
      return HARD_FLOOR_MS;
    case 'write':
      return DEBOUNCE_MS;
    case 'foreground':
      return FOREGROUND_SPACING_MS;
    case 'periodic':
      return inForeground ? PERIOD_FOREGROUND_MS : PERIOD_BACKGROUND_MS;
  }
}

/** Reasons to believe that what failed would now go well. */
const cutsOwnWaitShort = (cause: RunCause): boolean => cause === 'manual' || cause === 'network';

/**
 * CLI49: when a run with this cause may start, at `nowMs` at the earliest. The first write after a quiet time
 * goes at once, those after it go together 30 s after the start of that run; nothing starts within 5 s of
 * the start before. A wait that a server asked for stands whatever the cause; our own after failures yields to a
 * person and to a network that came back. After a clock was set back nothing that was noted before is waited for.
 */
export function earliestStartMs(
  cause: RunCause,
  schedule: SharedSchedule,
  at: { readonly nowMs: number; readonly inForeground: boolean },
): number {
  const lastMs = schedule.lastStartedAtMs;
  const spaced = lastMs === undefined ? at.nowMs : lastMs + spacingMs(cause, at.inForeground);
  if (lastMs !== undefined && lastMs > at.nowMs) return at.nowMs;
  const waits = schedule.serverAsked || !cutsOwnWaitShort(cause);
  return Math.max(at.nowMs, spaced, waits ? schedule.notBeforeMs : 0);
}
