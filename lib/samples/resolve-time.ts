import { type EpochMs, HOUR_MS, MINUTE_MS } from '../core/instants.ts';
import { type IsoTime, parseIsoTime } from '../core/iso-time.ts';
import { offsetMinutesAt, resolveWallClock } from '../core/zones.ts';

/** The user's IANA zone, and whether anything asked for it (ING14). */
export class UserZone {
  readonly name: string | undefined;
  #wasAsked = false;
  /** Offset of an hour that has one from its first to its last minute; Intl costs 2 microseconds a call. */
  readonly #hours = new Map<number, number>();

  constructor(name: string | undefined) {
    this.name = name;
  }

  get wasAsked(): boolean {
    return this.#wasAsked;
  }

  offsetAt(instantMs: EpochMs): number | undefined {
    this.#wasAsked = true;
    if (this.name === undefined) return undefined;
    const hour = Math.floor(instantMs / HOUR_MS);
    const known = this.#hours.get(hour);
    if (known !== undefined) return known;
    const first = offsetMinutesAt(this.name, (hour * HOUR_MS) as EpochMs);
    const last = offsetMinutesAt(this.name, ((hour + 1) * HOUR_MS - MINUTE_MS) as EpochMs);
    if (first !== last) return offsetMinutesAt(this.name, instantMs);
    this.#hours.set(hour, first);
    return first;
  }

  resolve(wallMs: number): { readonly instantMs: EpochMs; readonly offsetMinutes: number } | undefined {
    this.#wasAsked = true;
    return this.name === undefined ? undefined : resolveWallClock(this.name, wallMs);
  }
}

export interface ResolvedTime {
  readonly instantMs: EpochMs;
  readonly offsetMinutes: number;
}

/**
 * The instant of a time as sent and the wearer's offset then (ING14): `zoneOffsetMinutes`, else an explicit
 * offset in the time, else the user's zone. `Z` is no wearer's offset (RFC 9557 2). A bare clock reading is
 * taken in the same order; one that daylight saving skips counts on from before the gap, one that comes
 * twice is the earlier.
 */
export function resolveTime(
  text: string,
  zoneOffsetMinutes: number | undefined,
  zone: UserZone,
): ResolvedTime | 'bad_time' | 'zone_required' {
  const time = parseIsoTime(text);
  if (time === undefined) return 'bad_time';
  const { wallMs, offset } = time;
  if (offset === 'none' && zoneOffsetMinutes === undefined) return zone.resolve(wallMs) ?? 'zone_required';
  const instantMs = instantOf(time, zoneOffsetMinutes ?? 0);
  const offsetMinutes = zoneOffsetMinutes ?? (typeof offset === 'number' ? offset : zone.offsetAt(instantMs));
  return offsetMinutes === undefined ? 'zone_required' : { instantMs, offsetMinutes };
}

/** The instant of an end time: a bare clock reading is on the clock of the start. */
export function resolveEnd(text: string, startOffsetMinutes: number): EpochMs | undefined {
  const time = parseIsoTime(text);
  return time === undefined ? undefined : instantOf(time, startOffsetMinutes);
}

/** The instant of a time that has an offset or `Z`, such as a revision or the end of a range. */
export function resolveInstant(text: string): EpochMs | undefined {
  const time = parseIsoTime(text);
  return time === undefined || time.offset === 'none' ? undefined : instantOf(time, 0);
}

function instantOf({ wallMs, offset }: IsoTime, offsetOfBareMinutes: number): EpochMs {
  if (offset === 'utc') return wallMs as EpochMs;
  const offsetMinutes = offset === 'none' ? offsetOfBareMinutes : offset;
  return (wallMs - offsetMinutes * MINUTE_MS) as EpochMs;
}
