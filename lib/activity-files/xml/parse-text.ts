import { EARLIEST_SAMPLE_MS } from '../../../contracts/limits.ts';
import type { EpochMs } from '../../core/instants.ts';
import { MINUTE_MS } from '../../core/instants.ts';
import { parseIsoTime } from '../../core/iso-time.ts';

/** A decimal number as XML Schema writes it; undefined for anything else. */
export function parseNumber(text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text.length > 40) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

export const parsePositive = (text: string | undefined): number | undefined => {
  const value = parseNumber(text);
  return value !== undefined && value > 0 ? value : undefined;
};

/** As `parsePositive`; a number above `max` is no measure and is left out. */
export const parseUpTo = (text: string | undefined, max: number): number | undefined => {
  const value = parsePositive(text);
  return value !== undefined && value <= max ? value : undefined;
};

/** 9999-01-01: what lasts two days from before it still has a year of four digits. */
const LATEST_MS = 253_370_764_800_000;

/**
 * An ISO instant; one without an offset is taken as UTC, as GPX says that its times are. Undefined
 * before 2000: a device without a fix or a set clock writes 1970 or 1989.
 */
export function parseInstant(text: string | undefined): EpochMs | undefined {
  const time = parseIsoTime(text?.trim() ?? '');
  if (time === undefined) return undefined;
  const instantMs = typeof time.offset === 'number' ? time.wallMs - time.offset * MINUTE_MS : time.wallMs;
  return instantMs >= EARLIEST_SAMPLE_MS && instantMs < LATEST_MS ? (instantMs as EpochMs) : undefined;
}

/** The offset that a time is written with; undefined for `Z` and for none. */
export function offsetOf(text: string | undefined): number | undefined {
  const offset = parseIsoTime(text?.trim() ?? '')?.offset;
  return typeof offset === 'number' ? offset : undefined;
}

/** The first characters of a text, at most `maxCount` UTF-16 units and none of them half a character. */
export const beginningOf = (text: string | undefined, maxCount: number): string | undefined =>
  text?.slice(0, maxCount).replace(/[\uD800-\uDBFF]$/, '');
