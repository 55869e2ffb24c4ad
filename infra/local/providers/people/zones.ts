const FORMATS = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  FORMATS.set(zone, made);
  return made;
}

const QUARTER_MS = 900_000;
const OFFSETS = new Map<string, Map<number, number>>();

/** How far the zone's wall clock is ahead of UTC at this instant, in seconds. Zones change at quarter hours only. */
export function offsetSec(zone: string, atMs: number): number {
  const known = OFFSETS.get(zone) ?? new Map<number, number>();
  OFFSETS.set(zone, known);
  const quarter = Math.floor(atMs / QUARTER_MS);
  const offset = known.get(quarter) ?? computedOffsetSec(zone, quarter * QUARTER_MS);
  known.set(quarter, offset);
  return offset;
}

function computedOffsetSec(zone: string, atMs: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format(zone).formatToParts(atMs)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return (Date.UTC(year, month - 1, day, hour, minute, second) - atMs) / 1000;
}

/** The instant at which the zone's wall clock shows this date and minute; in a gap, the instant the gap ends on. */
export function localMs(zone: string, date: string, minuteOfDay: number): number {
  const wall = Date.parse(`${date}T00:00:00Z`) + minuteOfDay * 60_000;
  const guess = wall - offsetSec(zone, wall) * 1000;
  return wall - offsetSec(zone, guess) * 1000;
}

/** The wall clock as if it were UTC: for texts without an offset, and Strava's fake Z. */
export const wallClock = (zone: string, atMs: number): Date => new Date(atMs + offsetSec(zone, atMs) * 1000);

export const localDate = (zone: string, atMs: number): string =>
  wallClock(zone, atMs).toISOString().slice(0, 10);

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** `+01:00` */
export function offsetText(seconds: number): string {
  const minutes = Math.round(Math.abs(seconds) / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${seconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** `2026-11-18T22:41:00+01:00` */
export const isoWithOffset = (zone: string, atMs: number): string =>
  wallClock(zone, atMs).toISOString().slice(0, 19) + offsetText(offsetSec(zone, atMs));

/** `2026-11-18T21:41:00Z`, whole seconds. */
export const isoSeconds = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;
