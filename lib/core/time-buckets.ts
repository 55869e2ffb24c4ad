import { DAY_MS, type EpochMs, HOUR_MS, toIso } from './instants.ts';
import { daysFromCivil } from './iso-time.ts';

/** Characters of an ISO instant that name a bucket: `2026-11`, `2026-11-21` or `2026-11-21T13`, by UTC. */
const NAME_CHARS = { month: 7, day: 10, hour: 13 } as const;

/** The bucket of that width that an instant lies in. Names of one width sort by time. */
export const bucketAt = (instantMs: number, width: keyof typeof NAME_CHARS): string =>
  toIso(instantMs as EpochMs).slice(0, NAME_CHARS[width]);

/** First instant of a bucket: the inverse of `bucketAt`. */
export function bucketStartMs(bucket: string): EpochMs {
  const [year = 0, month = 1, day = 1, hour = 0] = bucket.split(/[-T]/).map(Number);
  return (daysFromCivil(year, month, day) * DAY_MS + hour * HOUR_MS) as EpochMs;
}

/** First instant after a bucket. */
export function bucketEndMs(bucket: string): EpochMs {
  const startMs = bucketStartMs(bucket);
  if (bucket.length === NAME_CHARS.hour) return (startMs + HOUR_MS) as EpochMs;
  if (bucket.length === NAME_CHARS.day) return (startMs + DAY_MS) as EpochMs;
  const [year = 0, month = 1] = bucket.split('-').map(Number);
  return (daysFromCivil(month === 12 ? year + 1 : year, (month % 12) + 1, 1) * DAY_MS) as EpochMs;
}
