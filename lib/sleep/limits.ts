import { HOUR_MS, MINUTE_MS } from '../core/instants.ts';

/** Raised whenever the night of the same inputs would come out otherwise; older rows are then STALE. */
export const NIGHT_COMPUTE_VERSION = 2;

/** Sleep that goes on within an hour is one sleep (read-models.md 4). */
export const MAX_JOIN_GAP_MS = HOUR_MS;
/** The longest sleep of the table of metrics; what goes on longer is cut there. */
export const MAX_SLEEP_MS = 24 * HOUR_MS;
/** A night lasts from 18:00 to 18:00: six hours later its midpoint lies on the date of waking up. */
export const NIGHT_SHIFT_MS = 6 * HOUR_MS;
/** Shorter sleep in the middle of the day is a nap also when the day has no other. */
export const MIN_DAYTIME_NIGHT_MS = 3 * HOUR_MS;
export const DAYTIME = { fromMs: 10 * HOUR_MS, toMs: 20 * HOUR_MS } as const;
/** A source of higher priority has to tell at least this share of what the longest tells of the same sleep. */
export const MIN_COVERED_SHARE = 0.5;
/** Totals are rounded by minutes; what exceeds the session by more contradicts it. */
export const TOTALS_TOLERANCE_MS = MINUTE_MS;

/**
 * Inputs of night D are those of the local dates D-2 to D+1. Sleep of 24 hours around 18:00 reaches from D-1 to
 * D+1; D-2 is there for who crosses the date line eastwards asleep, and falls asleep two dates earlier.
 */
export const INPUT_DAYS_BEFORE = 2;
export const INPUT_DAYS_AFTER = 1;

/** Stored payload that one reading takes: a night is about 1 KB per source. */
export const MAX_READ_BYTES = 4_000_000;
/** Stages that one night reads; a stage a minute from three sources is 17,000 in its four dates. */
export const MAX_NIGHT_SAMPLE_COUNT = 20_000;
/** Records that one reading takes: some of each date from several sources. */
export const MAX_READ_RECORD_COUNT = 600;
/** Naps of one date: shorter ones than the longest of them are left out above it. */
export const MAX_NAP_COUNT = 24;
/** Nights that are computed from one reading. */
export const MAX_WINDOW_NIGHTS = 31;
/** Nights of one reading of the API. */
export const MAX_INLINE_NIGHT_COUNT = 7;
