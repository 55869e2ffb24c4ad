/** Polar's ways to write time: ISO 8601 durations, wall clocks without an offset, HH:MM keys that wrap at midnight. */
import { wallClock } from '../people/zones.ts';

/** `PT1H2M3S`; nothing is `PT0S`. */
export function isoDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3600), 'H'],
    [Math.floor((seconds % 3600) / 60), 'M'],
    [seconds % 60, 'S'],
  ];
  const text = parts.map(([amount, letter]) => (amount === 0 ? '' : `${amount}${letter}`)).join('');
  return `PT${text === '' ? '0S' : text}`;
}

/** `2026-11-18T07:20:11`, without an offset. */
export const wallText = (zone: string, atMs: number): string =>
  wallClock(zone, atMs).toISOString().slice(0, 19);

/** `00:39` */
export const hourMinute = (zone: string, atMs: number): string => wallText(zone, atMs).slice(11, 16);
