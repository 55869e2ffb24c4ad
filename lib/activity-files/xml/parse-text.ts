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

/** An ISO instant; one without an offset is taken as UTC, as GPX says that its times are. */
export function parseInstant(text: string | undefined): EpochMs | undefined {
  const time = parseIsoTime(text?.trim() ?? '');
  if (time === undefined) return undefined;
  return (typeof time.offset === 'number' ? time.wallMs - time.offset * MINUTE_MS : time.wallMs) as EpochMs;
}

/** The offset that a time is written with; undefined for `Z` and for none. */
export function offsetOf(text: string | undefined): number | undefined {
  const offset = parseIsoTime(text?.trim() ?? '')?.offset;
  return typeof offset === 'number' ? offset : undefined;
}
