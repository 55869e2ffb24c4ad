import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS, toIso } from '../core/instants.ts';
import { daysFromCivil, MAX_OFFSET_MINUTES, parseIsoTime } from '../core/iso-time.ts';

/** 2100-01-01: later readings are a fault of their sender. */
export const LATEST_EPOCH_SEC = 4_102_444_800;

/** Whole or fractional seconds since 1970 as ISO text with `Z`. The caller has checked the range. */
export const isoOfEpochSec = (epochSec: number): string => toIso(Math.floor(epochSec * SECOND_MS) as EpochMs);

/** The instant of ISO text with `Z` or an offset; undefined for a bare clock reading or what is no time. */
export function instantOf(text: string): EpochMs | undefined {
  const time = parseIsoTime(text);
  if (time === undefined || time.offset === 'none') return undefined;
  const offsetMinutes = time.offset === 'utc' ? 0 : time.offset;
  return (time.wallMs - offsetMinutes * MINUTE_MS) as EpochMs;
}

/** Minutes east of UTC that ISO text names itself: `…+02:00` is 120. Undefined for `Z` and bare readings. */
export function namedOffsetMinutes(text: string): number | undefined {
  const offset = parseIsoTime(text)?.offset;
  return typeof offset === 'number' ? offset : undefined;
}

/**
 * Minutes east of UTC from `-05:00`, `+0530`, `+02`, `Z` or seconds `3600s`; undefined for anything else and
 * past 18 hours. Seconds are rounded to the minute: no zone in use has a fraction of one.
 */
export function offsetMinutesOf(text: string): number | undefined {
  if (text === 'Z' || text === 'z') return 0;
  const sec = protoDurationSec(text);
  if (sec !== undefined) return boundedOffset(sec / 60);
  const match = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(text);
  if (match === null || Number(match[3] ?? 0) > 59) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return boundedOffset(match[1] === '-' ? -minutes : minutes);
}

/** Minutes east of UTC from seconds; undefined past 18 hours. */
export const offsetMinutesOfSec = (offsetSec: number): number | undefined => boundedOffset(offsetSec / 60);

function boundedOffset(minutes: number): number | undefined {
  const whole = Math.round(minutes);
  return Math.abs(whole) <= MAX_OFFSET_MINUTES ? whole + 0 : undefined;
}

/** Seconds of a protobuf duration in JSON, `7200s` or `-1.5s`; undefined for anything else. */
export function protoDurationSec(text: string): number | undefined {
  return /^-?\d{1,12}(?:\.\d{1,9})?s$/.test(text) ? Number(text.slice(0, -1)) + 0 : undefined;
}

/** Seconds of `P1DT2H3M4.5S` (ISO 8601); undefined for months and years, which have no length, and for no part. */
export function isoDurationSec(text: string): number | undefined {
  const match = /^P(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,10}(?:\.\d{1,9})?)S)?)?$/.exec(
    text,
  );
  if (match === null || text.endsWith('P') || text.endsWith('T')) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  const wholeMs = (days ?? 0) * DAY_MS + (hours ?? 0) * HOUR_MS + (minutes ?? 0) * MINUTE_MS;
  return wholeMs / SECOND_MS + (seconds ?? 0);
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 5.6.7, the one form that senders may write). */
export function httpDateMs(text: string): EpochMs | undefined {
  const match = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/.exec(
    text.trim(),
  );
  const month = MONTHS.indexOf(match?.[2] ?? '-');
  if (match === null || month < 0 || month % 3 !== 0) return undefined;
  const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map((group) => Number(match[group]));
  const days = daysFromCivil(year ?? 0, month / 3 + 1, day ?? 0);
  const clockMs = (hour ?? 0) * HOUR_MS + (minute ?? 0) * MINUTE_MS + (second ?? 0) * SECOND_MS;
  return (days * DAY_MS + clockMs) as EpochMs;
}
