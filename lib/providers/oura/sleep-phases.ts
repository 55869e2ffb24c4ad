import { type EpochMs, MINUTE_MS, toIso } from '../../core/instants.ts';
import type { SleepStage, StageSegment } from '../model.ts';

const PHASE_MS = 5 * MINUTE_MS;
const STAGES: Readonly<Record<string, SleepStage>> = { 1: 'deep', 2: 'light', 3: 'rem', 4: 'awake' };

/**
 * One digit for five minutes from going to bed on, as segments: 1 deep, 2 light, 3 REM, 4 awake. Equal ones are
 * joined, other characters leave a gap, and nothing reaches past getting up.
 */
export function segmentsOf(phases: string, startMs: EpochMs, endMs: EpochMs): readonly StageSegment[] {
  const segments: StageSegment[] = [];
  const count = Math.min(phases.length, Math.ceil((endMs - startMs) / PHASE_MS));
  let from = 0;
  while (from < count) {
    const phase = phases.charAt(from);
    let to = from + 1;
    while (to < count && phases.charAt(to) === phase) to += 1;
    const stage = STAGES[phase];
    if (stage !== undefined) {
      segments.push({
        stage,
        start: toIso((startMs + from * PHASE_MS) as EpochMs),
        end: toIso(Math.min(startMs + to * PHASE_MS, endMs) as EpochMs),
      });
    }
    from = to;
  }
  return segments;
}
