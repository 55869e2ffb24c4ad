/** Numbers of ingestion that callers do not meet; those they meet are in contracts/limits.ts. */

/** ING12: what a part is cut to. DynamoDB bills writes by the KB, so a touched part should be small. */
export const PART_TARGET_BYTES = 4_096;
/** A part is cut when it grows past this, so that one growing at its end is not cut on every write. */
export const PART_SPLIT_BYTES = 6_144;
/** ING12: the most a part holds. */
export const PART_MAX_BYTES = 16_384;
/** Bound the CPU of rewriting a part that compresses to almost nothing: 68 minutes at 1 Hz. */
export const PART_TARGET_SAMPLE_COUNT = 4_096;
export const PART_SPLIT_SAMPLE_COUNT = 6_144;

/** ING15: tries of one transaction before 503; with the backoff below about 2 s. */
export const MAX_COMMIT_TRIES = 8;
export const COMMIT_BACKOFF = { baseMs: 20, capMs: 800 } as const;
export const CONTENTION_RETRY_AFTER_SEC = 2;

/** ING8: what a caller is told to wait before asking again for a queued request. */
export const QUEUED_RETRY_AFTER_MS = 2_000;

/** ING6: answers above this lie in S3. */
export const MAX_INLINE_ANSWER_BYTES = 64_000;
/** Refusals an answer lists; `counts.refused` has them all. 2.5 MB, of the 6 MB that Lambda answers. */
export const MAX_LISTED_REFUSAL_COUNT = 10_000;

/** Units of work read together while a transaction fills: DynamoDB reads 100 items at once. */
export const UNITS_PER_LOAD = 96;
/** Bytes of an item beside its payload: keys, attribute names, numbers, sealing. */
export const BLOCK_OVERHEAD_BYTES = 400;

/** A deletion by record id and range reads at most this much of the range at once (ING4). */
export const SEARCH_BYTES = 16_000_000;

/** Sources of one user: they lie on the head, which every transaction writes. */
export const MAX_SOURCES_PER_USER = 500;
export const MAX_RECORD_ID_CHARS = 512;
/**
 * Sources and counted series of a head: a DynamoDB item has at most 400 KB, of which priorities take up to
 * 32 KB, and counts grow by some digits. A hundred sources of twenty metrics have about 120 KB.
 */
export const MAX_HEAD_SERIES_BYTES = 300_000;
