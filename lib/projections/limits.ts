import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/instants.ts';
import { MAX_OFFSET_MINUTES } from '../core/iso-time.ts';

/** Raised whenever the figures of the same samples would come out otherwise; older rows are then STALE. */
export const COMPUTE_VERSION = 1;

/** The furthest that a clock may be from UTC at the door (lib/core/iso-time.ts). */
export const MAX_OFFSET_MS = MAX_OFFSET_MINUTES * MINUTE_MS;
/** An interval this long is a provider's total of the day; 20 h leaves room for short and travel days. */
export const DAY_TOTAL_MIN_MS = 20 * HOUR_MS;
/** Stored payload that one key may read (PRJ1): a day of 1 Hz takes about 200 KB. */
export const MAX_DAY_PAYLOAD_BYTES = 8_000_000;
/** Samples that one key may hold in memory (PRJ1): a day of 1 Hz from five devices. */
export const MAX_DAY_SAMPLE_COUNT = 500_000;
/** Neighbouring dates computed from one reading of the blocks. */
export const MAX_WINDOW_DAYS = 31;
/** Dates at most this far apart share a reading: further apart it would read days that nobody asked for. */
export const MAX_WINDOW_GAP_DAYS = 3;
/** Readings in flight at once in one projector: memory is what bounds it. */
export const WINDOW_CONCURRENCY_COUNT = 4;
/** A local day is 23, 24 or 25 h, and between those of a traveller's anything from some hours to two days. */
export const SHORTEST_DAY_MS = HOUR_MS;
export const LONGEST_DAY_MS = 2 * DAY_MS;
