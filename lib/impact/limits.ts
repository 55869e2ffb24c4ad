import { HOUR_MS, MINUTE_MS } from '../core/instants.ts';
import { MAX_OFFSET_MINUTES } from '../core/iso-time.ts';

/** Raised whenever the figures of the same inputs would come out otherwise; older rows are then STALE. */
export const IMPACT_COMPUTE_VERSION = 1;
/** read-models.md 6: how long before and after a session is looked at. */
export const WINDOW_MINUTES = 60;
export const WINDOW_MS = WINDOW_MINUTES * MINUTE_MS;
/** read-models.md 6: of every window, for a session to be reliable. */
export const RELIABLE_COVERAGE = 0.6;
/** A longer one was forgotten rather than lived; its impact is PARTIAL without being read (PRJ1). */
export const MAX_SESSION_MS = 24 * HOUR_MS;
/** Stored payload that one key may read (PRJ1): three days of 1 Hz take about 600 KB a source. */
export const MAX_IMPACT_BYTES = 8_000_000;
/** The furthest that a clock may be from UTC at the door. */
export const MAX_OFFSET_MS = MAX_OFFSET_MINUTES * MINUTE_MS;
/** Keys computed at once in one projector: each holds some days of one metric in memory. */
export const KEY_CONCURRENCY_COUNT = 4;
/** Log entries of a page, of up to 97 rows each: for a follower, and for a reader, who is waited for. */
export const LOG_PAGE_COUNT = 64;
export const READER_LOG_PAGE_COUNT = 16;
/** Rows after which a page ends: each is a small transaction. */
export const LOG_PAGE_ROW_COUNT = 300;
