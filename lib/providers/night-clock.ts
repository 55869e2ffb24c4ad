import { type EpochMs, MINUTE_MS } from '../core/instants.ts';

/** What nights tell of the wearer's clock, for readings that do not say where they were taken. */
export interface NightClock {
  /** Minutes east of UTC at an instant; undefined when no night says. */
  at(atMs: EpochMs): number | undefined;
  /** The same when the wearer's clock showed `wallMs`, taken as if it were UTC. */
  atWall(wallMs: number): number | undefined;
}

/**
 * The offset of the last going to bed or getting up before a reading, else of the first after it. Bedtimes come
 * in any order; one without an offset says nothing.
 */
export function nightClockOf(
  bedtimes: readonly { readonly atMs: EpochMs; readonly offsetMinutes: number | undefined }[],
): NightClock {
  const told = bedtimes
    .flatMap(({ atMs, offsetMinutes }) => (offsetMinutes === undefined ? [] : [{ atMs, offsetMinutes }]))
    .sort((a, b) => a.atMs - b.atMs);
  const offsetWhere = (isBefore: (one: (typeof told)[number]) => boolean): number | undefined =>
    (told.findLast(isBefore) ?? told[0])?.offsetMinutes;
  return {
    at: (instantMs) => offsetWhere(({ atMs }) => atMs <= instantMs),
    atWall: (wallMs) => offsetWhere(({ atMs, offsetMinutes }) => atMs + offsetMinutes * MINUTE_MS <= wallMs),
  };
}
