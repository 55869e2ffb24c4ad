import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './instants.ts';

/** What an ISO 8601 time says. `wallMs` is the clock reading taken as if it were UTC. */
export interface IsoTime {
  readonly wallMs: number;
  /**
   * Minutes east of UTC when the text has an offset. `utc`: `Z` or `-00:00`, an instant that says nothing
   * about the wearer's clock (RFC 9557 2). `none`: a bare clock reading.
   */
  readonly offset: number | 'utc' | 'none';
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
/** Offsets in use lie in -12:00 to +14:00; java.time takes 18 hours either way, and so is taken here. */
export const MAX_OFFSET_MINUTES = 18 * 60;

/**
 * `YYYY-MM-DDTHH:MM[:SS[.f]]` with `Z`, `±HH:MM`, `±HHMM`, `±HH` or nothing. Digits past the millisecond
 * are dropped. Undefined for anything else: impossible dates, hour 24, second 60, offsets past 18 hours.
 * By hand because it is five times as fast as Date.parse, which also takes what ISO 8601 does not.
 */
export function parseIsoTime(text: string): IsoTime | undefined {
  const date = dateMsOf(text);
  if (date === undefined) return undefined;
  const separator = text.charCodeAt(10) | 32;
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  if (separator !== 116 || hour > 23 || minute > 59 || text.charCodeAt(13) !== 58) return undefined;
  let at = 16;
  let wallMs = date + hour * HOUR_MS + minute * MINUTE_MS;
  if (text.charCodeAt(at) === 58) {
    const second = twoDigits(text, at + 1);
    if (second > 59) return undefined;
    wallMs += second * SECOND_MS;
    at += 3;
    if (text.charCodeAt(at) === 46) {
      const end = endOfDigits(text, at + 1);
      if (end === at + 1 || end > at + 10) return undefined;
      wallMs += Number(text.slice(at + 1, Math.min(end, at + 4)).padEnd(3, '0'));
      at = end;
    }
  }
  const offset = offsetOf(text, at);
  return offset === undefined ? undefined : { wallMs, offset };
}

function dateMsOf(text: string): number | undefined {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45 || year > 9_999) return undefined;
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  return daysFromCivil(year, month, day) * DAY_MS;
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function offsetOf(text: string, at: number): IsoTime['offset'] | undefined {
  if (at === text.length) return 'none';
  const sign = text.charCodeAt(at);
  if ((sign | 32) === 122) return at + 1 === text.length ? 'utc' : undefined;
  if (sign !== 43 && sign !== 45) return undefined;
  const minutesAt = text.charCodeAt(at + 3) === 58 ? at + 4 : at + 3;
  const hours = twoDigits(text, at + 1);
  const minutes = minutesAt === text.length ? 0 : twoDigits(text, minutesAt);
  const end = minutesAt === text.length ? minutesAt : minutesAt + 2;
  const total = hours * 60 + minutes;
  if (end !== text.length || minutes > 59 || total > MAX_OFFSET_MINUTES) return undefined;
  if (text.endsWith(':')) return undefined;
  if (sign === 45) return total === 0 ? 'utc' : -total;
  return total;
}

/** Above 99 when there are not two digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 1_000;
}

function endOfDigits(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at += 1;
  return at;
}
