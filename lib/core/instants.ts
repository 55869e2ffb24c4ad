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

/** The day that a clock `offsetMinutes` east of UTC shows at `instantMs`. */
export const localDateOf = (instantMs: EpochMs, offsetMinutes: number): LocalDate =>
  new Date(instantMs + offsetMinutes * MINUTE_MS).toISOString().slice(0, 10) as LocalDate;

/** Midnight UTC of that calendar day; subtract the offset for the local midnight. */
export const utcMidnightOf = (date: LocalDate): EpochMs => Date.parse(`${date}T00:00:00Z`) as EpochMs;

export const addDays = (date: LocalDate, days: number): LocalDate =>
  new Date(utcMidnightOf(date) + days * DAY_MS).toISOString().slice(0, 10) as LocalDate;

/** The date when it exists in the calendar (2025-02-29 does not), else undefined. */
export function parseLocalDate(text: string): LocalDate | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text
    ? undefined
    : (text as LocalDate);
}
