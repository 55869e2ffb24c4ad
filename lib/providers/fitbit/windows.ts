import {
  addDays,
  DAY_MS,
  type EpochMs,
  HOUR_MS,
  type LocalDate,
  localDateOf,
  MINUTE_MS,
  toIso,
} from '../../core/instants.ts';
import { isTimeZone, offsetMinutesAt } from '../../core/zones.ts';
import type { TimeWindow } from '../model.ts';

/** The clocks furthest west and east: what is local somewhere at an instant lies between them. */
const WEST_MINUTES = -12 * 60;
const EAST_MINUTES = 14 * 60;

/** The offsets that local times of a window are read at: the account's, or all there are. */
function offsetsOf(
  window: TimeWindow,
  zone: string | undefined,
): { readonly from: number; readonly to: number } {
  return zone !== undefined && isTimeZone(zone)
    ? { from: offsetMinutesAt(zone, window.fromMs), to: offsetMinutesAt(zone, window.toMs) }
    : { from: WEST_MINUTES, to: EAST_MINUTES };
}

/** The local dates that a window touches; the last is left out. */
export function datesOf(
  window: TimeWindow,
  zone: string | undefined,
): { readonly from: LocalDate; readonly to: LocalDate } {
  const offsets = offsetsOf(window, zone);
  return {
    from: localDateOf(window.fromMs, offsets.from),
    to: addDays(localDateOf((window.toMs - 1) as EpochMs, offsets.to), 1),
  };
}

/** Clock readings `2026-11-18T08:29:00`; travellers are an hour or more off the account's zone, so a day to spare. */
export function clockOf(
  window: TimeWindow,
  zone: string | undefined,
): { readonly from: string; readonly to: string } {
  const offsets = offsetsOf(window, zone);
  const spareMs = zone === undefined ? 0 : DAY_MS;
  const textOf = (instantMs: number, offsetMinutes: number): string =>
    toIso((instantMs + offsetMinutes * MINUTE_MS) as EpochMs).slice(0, 19);
  return {
    from: textOf(window.fromMs - spareMs, offsets.from),
    to: textOf(window.toMs + spareMs + 999, offsets.to),
  };
}

/** The instants that clock readings of no known zone may mean. */
export const windowOfClock = (fromWallMs: number, toWallMs: number): TimeWindow => ({
  fromMs: (fromWallMs - EAST_MINUTES * MINUTE_MS) as EpochMs,
  toMs: (toWallMs + 12 * HOUR_MS) as EpochMs,
});
