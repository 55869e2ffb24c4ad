import { DAY_MS, type EpochMs, type LocalDate, localDateOf, MINUTE_MS } from '../core/instants.ts';
import { DAYTIME, NIGHT_SHIFT_MS } from './limits.ts';
import type { Span } from './model.ts';
import type { Clock } from './source-items.ts';

export interface NightDate {
  readonly night: LocalDate;
  readonly endDate: LocalDate;
  readonly isDaytime: boolean;
}

const middleOf = ({ startMs, endMs }: Span): EpochMs => Math.floor((startMs + endMs) / 2) as EpochMs;

/**
 * Whose night a sleep is (SLP5): its midpoint lies between 18:00 of the day before and 18:00, on the clock that
 * the wearer woke up by, which is the clock of the piece that ends last. Of a session whose end is on another
 * date by its own clock, or that names no clock, the provider's date is the night: the clock was changed
 * asleep, by travel, and the provider knows to which.
 */
export function dateSleep(sleep: Span, { endMs, offsetMinutes, date }: Clock): NightDate {
  const offset = offsetMinutes ?? 0;
  const middleMs = middleOf(sleep);
  const clockMs = middleMs + offset * MINUTE_MS;
  const sinceMidnightMs = clockMs - Math.floor(clockMs / DAY_MS) * DAY_MS;
  const isDaytime = sinceMidnightMs >= DAYTIME.fromMs && sinceMidnightMs < DAYTIME.toMs;
  const isElsewhere = offsetMinutes === undefined || date !== localDateOf(endMs as EpochMs, offset);
  if (date !== undefined && isElsewhere) return { night: date, endDate: date, isDaytime };
  const night = localDateOf((middleMs + NIGHT_SHIFT_MS) as EpochMs, offset);
  return { night, endDate: localDateOf(sleep.endMs as EpochMs, offset), isDaytime };
}

/** The last of the clocks that a sleep was read by; of two at one moment the one further east. */
export function wakingClock(clocks: readonly Clock[]): Clock | undefined {
  return [...clocks].sort(
    (left, right) => right.endMs - left.endMs || (right.offsetMinutes ?? 0) - (left.offsetMinutes ?? 0),
  )[0];
}
