import { localDate, offsetSec, wallClock } from '../people/zones.ts';

/** Parts of civil times that are zero are left out, as protobuf's JSON does. */
const nonZero = (parts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== 0));

export function dateShape(date: string) {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return { year, month, day };
}

export function civilTime(zone: string, atMs: number) {
  const wall = wallClock(zone, atMs);
  const time = nonZero({
    hours: wall.getUTCHours(),
    minutes: wall.getUTCMinutes(),
    seconds: wall.getUTCSeconds(),
  });
  return { date: dateShape(localDate(zone, atMs)), ...(Object.keys(time).length > 0 ? { time } : {}) };
}

/** `2026-11-18T08:29:00`: also what civil filters compare with. */
export const civilText = (zone: string, atMs: number): string =>
  wallClock(zone, atMs).toISOString().slice(0, 19);

export const instantText = (atMs: number): string => new Date(atMs).toISOString().replace('.000Z', 'Z');

export const offsetShape = (zone: string, atMs: number): string => `${offsetSec(zone, atMs)}s`;

export const intervalShape = (zone: string, startMs: number, endMs: number) => ({
  startTime: instantText(startMs),
  startUtcOffset: offsetShape(zone, startMs),
  endTime: instantText(endMs),
  endUtcOffset: offsetShape(zone, endMs),
  civilStartTime: civilTime(zone, startMs),
  civilEndTime: civilTime(zone, endMs),
});

export const sampleShape = (zone: string, atMs: number) => ({
  physicalTime: instantText(atMs),
  utcOffset: offsetShape(zone, atMs),
  civilTime: civilTime(zone, atMs),
});

/** int64 fields are texts in JSON. */
export const int64 = (value: number): string => String(Math.round(value));
