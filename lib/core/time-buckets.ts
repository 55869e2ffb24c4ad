import { type EpochMs, HOUR_MS, type LocalDate, toIso, utcMidnightOf } from './instants.ts';

/** Characters of an ISO instant that name a bucket: `2026-11`, `2026-11-21` or `2026-11-21T13`, by UTC. */
const NAME_CHARS = { month: 7, day: 10, hour: 13 } as const;

/** The bucket of that width that an instant lies in. Names of one width sort by time. */
export const bucketAt = (instantMs: number, width: keyof typeof NAME_CHARS): string =>
  toIso(instantMs as EpochMs).slice(0, NAME_CHARS[width]);

/** First instant of a bucket: the inverse of `bucketAt`. */
export function bucketStart(bucket: string): number {
  const date = (bucket.length === NAME_CHARS.month ? `${bucket}-01` : bucket.slice(0, 10)) as LocalDate;
  return utcMidnightOf(date) + Number(bucket.slice(11, 13)) * HOUR_MS;
}
