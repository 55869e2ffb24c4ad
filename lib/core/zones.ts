import { type EpochMs, MINUTE_MS } from './instants.ts';

/**
 * IANA zones through the platform's own database (Intl): no table of ours to grow old.
 * Formatters are kept per zone, because making one costs about 50 microseconds and using one about 2.
 */
const formatters = new Map<string, Intl.DateTimeFormat>();
/** More zones than there are: what a caller sends is parsed first, so this only bounds a mistake. */
const MAX_FORMATTERS_COUNT = 700;

/** True for a zone that the platform knows, such as `Europe/Berlin` or `UTC`; false for offsets such as `+02:00`. */
export function isTimeZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && formatterOf(name) !== undefined;
}

/** Minutes east of UTC that clocks in `zone` show at `instantMs`. `zone` passed `isTimeZone`. */
export function offsetMinutesAt(zone: string, instantMs: EpochMs): number {
  const formatter = formatterOf(zone);
  if (formatter === undefined) throw new RangeError('unknown time zone');
  const text =
    formatter.formatToParts(instantMs).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const match = /^GMT(?:([+-])(\d{2}):(\d{2})(?::\d{2})?)?$/.exec(text);
  if (match === null) throw new RangeError('unknown form of time zone offset');
  const minutes = Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0);
  return match[1] === '-' ? -minutes : minutes;
}

/**
 * The instant and offset that a wall clock in `zone` meant by `wallMs` (its reading taken as if it were UTC).
 * A reading that happens twice is the earlier one; one that is skipped counts on from before the gap
 * (RFC 5545 3.3.5, which is Temporal's `compatible`).
 */
export function resolveWallClock(
  zone: string,
  wallMs: number,
): { readonly instantMs: EpochMs; readonly offsetMinutes: number } {
  const before = offsetMinutesAt(zone, (wallMs - 24 * 60 * MINUTE_MS) as EpochMs);
  const after = offsetMinutesAt(zone, (wallMs + 24 * 60 * MINUTE_MS) as EpochMs);
  for (const offsetMinutes of [before, after]) {
    const instantMs = (wallMs - offsetMinutes * MINUTE_MS) as EpochMs;
    if (offsetMinutesAt(zone, instantMs) === offsetMinutes) return { instantMs, offsetMinutes };
  }
  const instantMs = (wallMs - before * MINUTE_MS) as EpochMs;
  return { instantMs, offsetMinutes: offsetMinutesAt(zone, instantMs) };
}

function formatterOf(zone: string): Intl.DateTimeFormat | undefined {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  try {
    const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    if (formatters.size < MAX_FORMATTERS_COUNT) formatters.set(zone, made);
    return made;
  } catch {
    return undefined;
  }
}
