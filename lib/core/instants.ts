import type { Brand } from './brand.ts';

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Brand<number, 'EpochMs'>;
/** Seconds since 1970-01-01T00:00:00Z: only for DynamoDB's TTL attribute and webhook headers. */
export type EpochSec = Brand<number, 'EpochSec'>;
/** A calendar day `YYYY-MM-DD` on somebody's local clock. */
export type LocalDate = Brand<string, 'LocalDate'>;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export const toEpochSec = (instantMs: EpochMs): EpochSec => Math.floor(instantMs / SECOND_MS) as EpochSec;

/** `2026-11-21T13:00:00.000Z`. */
export const toIso = (instantMs: EpochMs): string => new Date(instantMs).toISOString();

/** What `toIso` writes, read back; for times of our own server only: of others parseIsoTime tells the calendar. */
export function fromIso(text: string): EpochMs | undefined {
  const instantMs = Date.parse(text);
  return Number.isNaN(instantMs) ? undefined : (instantMs as EpochMs);
}

/** The day that a clock `offsetMinutes` east of UTC shows at `instantMs`. */
export const localDateOf = (instantMs: EpochMs, offsetMinutes: number): LocalDate =>
  new Date(instantMs + offsetMinutes * MINUTE_MS).toISOString().slice(0, 10) as LocalDate;

/** Midnight UTC of that calendar day; subtract the offset for the local midnight. */
export const utcMidnightOf = (date: LocalDate): EpochMs => Date.parse(`${date}T00:00:00Z`) as EpochMs;

/** 9999-12-31; a year later has more digits than four. */
const LAST_DATE_MS = 253_402_214_400_000;

export const addDays = (date: LocalDate, days: number): LocalDate =>
  new Date(utcMidnightOf(date) + days * DAY_MS).toISOString().slice(0, 10) as LocalDate;

/** Each date from the first to the last, both included; it ends with year 9999, behind which no date is written. */
export function* datesBetween(first: LocalDate, last: LocalDate): Generator<LocalDate> {
  for (let ms: number = utcMidnightOf(first); ms <= utcMidnightOf(last) && ms <= LAST_DATE_MS; ms += DAY_MS)
    yield localDateOf(ms as EpochMs, 0);
}

/** The date when it exists in the calendar (2025-02-29 does not), else undefined. */
export function parseLocalDate(text: string): LocalDate | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text
    ? undefined
    : (text as LocalDate);
}

/**
 * A wall clock reading `2016-04-02T09:49:00` or `2016-04-02 09:49:00` (fraction allowed) as if it were UTC;
 * undefined when there is no such reading, as on 2025-02-29 or at 25:00.
 */
export function parseWallClock(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?$/.exec(text);
  if (match === null || parseLocalDate(match[1] ?? '') === undefined) return undefined;
  const [hour, minute, second] = [Number(match[2]), Number(match[3]), Number(match[4])];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const wallMs = Date.parse(`${match[1]}T${match[2]}:${match[3]}:${match[4]}Z`);
  return wallMs + Math.floor(Number(match[5] ?? 0) * SECOND_MS);
}

/** `2016-04-02T09:49:00-04:00`; milliseconds only where there are some. */
export function toIsoWithOffset(instantMs: EpochMs, offsetMinutes: number): string {
  const local = new Date(instantMs + offsetMinutes * MINUTE_MS)
    .toISOString()
    .replace('.000Z', '')
    .replace('Z', '');
  const absolute = Math.abs(offsetMinutes);
  const hours = String(Math.floor(absolute / 60)).padStart(2, '0');
  const minutes = String(absolute % 60).padStart(2, '0');
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${hours}:${minutes}`;
}
