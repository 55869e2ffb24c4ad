import { DAY_MS, type EpochMs, MINUTE_MS, toIso } from '../../core/instants.ts';
import { isTimeZone, resolveWallClock } from '../../core/zones.ts';
import type { SleepStage, StageSegment } from '../model.ts';

/** 2 and 3 are both light; 5 was not told apart. */
const STAGES: readonly SleepStage[] = ['awake', 'rem', 'light', 'light', 'deep', 'asleep'];
/** A clock reading so little before the beginning is the minute that the night began in. */
const SLACK_MS = 30 * MINUTE_MS;

export interface NightSpan {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** Of the wearer's clock at the beginning. */
  readonly offsetMinutes: number;
}

/**
 * Stages by the minute on the wearer's clock as segments, each until the next, the last until the end. The
 * readings wrap at midnight and lie within a day behind the beginning; in a known zone a clock that was changed
 * in the night is followed. What names no minute or no stage is left out; nothing leaves the night.
 */
export function segmentsOf(
  hypnogram: Readonly<Record<string, number>>,
  span: NightSpan,
  timeZone: string | undefined,
): readonly StageSegment[] {
  const toInstant = clockOf(span, timeZone);
  const changes = Object.entries(hypnogram)
    .flatMap(([reading, code]) => {
      const minutes = minutesOf(reading);
      const stage = STAGES[code];
      return minutes === undefined || stage === undefined ? [] : [{ stage, atMs: toInstant(minutes) }];
    })
    .filter(({ atMs }) => atMs < span.endMs)
    .sort((a, b) => a.atMs - b.atMs);
  const segments: { stage: SleepStage; startMs: EpochMs; endMs: EpochMs }[] = [];
  changes.forEach(({ stage, atMs }, index) => {
    const endMs = changes[index + 1]?.atMs ?? span.endMs;
    const last = segments.at(-1);
    if (endMs <= atMs) return;
    if (last?.stage === stage) last.endMs = endMs;
    else segments.push({ stage, startMs: atMs, endMs });
  });
  return segments.map(({ stage, startMs, endMs }) => ({ stage, start: toIso(startMs), end: toIso(endMs) }));
}

/** `00:39` as minutes of the day. */
function minutesOf(reading: string): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?$/.exec(reading);
  return match === null ? undefined : Number(match[1]) * 60 + Number(match[2]);
}

/** The instant of a reading: the first such minute from the beginning on. */
function clockOf({ startMs, offsetMinutes }: NightSpan, timeZone: string | undefined) {
  const startWallMs = startMs + offsetMinutes * MINUTE_MS;
  const midnightMs = Math.floor(startWallMs / DAY_MS) * DAY_MS;
  return (minutes: number): EpochMs => {
    const sameDayMs = midnightMs + minutes * MINUTE_MS;
    const wallMs = sameDayMs < startWallMs - SLACK_MS ? sameDayMs + DAY_MS : sameDayMs;
    const plainMs = wallMs - offsetMinutes * MINUTE_MS;
    const isKnown = timeZone !== undefined && isTimeZone(timeZone);
    const zonedMs = isKnown ? resolveWallClock(timeZone, wallMs).instantMs : plainMs;
    // A traveller's clock is not that of the zone: the night's own offset is believed then.
    const atMs = Math.abs(zonedMs - plainMs) <= CLOCK_CHANGE_MS ? zonedMs : plainMs;
    return Math.max(atMs, startMs) as EpochMs;
  };
}

/** Clocks are changed by an hour, in one zone by half of one. */
const CLOCK_CHANGE_MS = 60 * MINUTE_MS;
