/** The numbers callers meet, in one place. Units are in the names; AWS limits say so. */

/** Samples and deletions together that are answered inline (ING8). */
export const MAX_INLINE_ITEM_COUNT = 500;
/** Samples and deletions together that one request may carry; above 500 it is queued (ING8). */
export const MAX_QUEUED_ITEM_COUNT = 10_000;
/** A decoded body above this is queued even with 500 items or fewer (ING8). */
export const MAX_INLINE_BODY_BYTES = 1_000_000;
/** On the wire. Lambda takes 6 MB of request, of which base64 eats a third (AWS Lambda quotas). */
export const MAX_WIRE_BODY_BYTES = 4_000_000;
/** Also of a push that comes as plain JSON, which no base64 makes longer. */
export const MAX_DECODED_BODY_BYTES = 5_000_000;
/** A file that goes through a presigned upload: before and after decompression, and what it may hold. */
export const MAX_UPLOAD_BYTES = 50_000_000;
export const MAX_UPLOAD_ITEM_COUNT = 100_000;
export const MAX_SOURCE_COUNT = 50;
/** DynamoDB takes 100 items per transaction: ledger, head, change entry and a source leave 96. */
export const MAX_BLOCKS_PER_TRANSACTION = 96;
/** DynamoDB takes 4 MB per transaction; larger of old and new images counted (ING5). */
export const MAX_TRANSACTION_BYTES = 3_000_000;
export const LEDGER_DAYS = 30;
export const TOMBSTONE_DAYS = 30;
/** Change entries older than this answer 410 (OBX7); their TTL is a week later. */
export const CHANGE_HORIZON_DAYS = 90;
/** Samples start in [this, now + 1 day] (ING2): 2000-01-01T00:00:00Z. */
export const EARLIEST_SAMPLE_MS = 946_684_800_000;
export const MAX_DELETION_RANGE_DAYS = 31;
/** All orders together, as JSON: they lie on the user's head, an item of at most 400 KB. */
export const MAX_PRIORITIES_BYTES = 32_000;
/** Addresses of a workspace that a consent may end at. */
export const MAX_REDIRECT_URI_COUNT = 20;
/** Entries of a list of syncs or of records set aside, at most. */
export const MAX_SYNC_PAGE_SIZE = 100;
export const DEFAULT_SYNC_PAGE_SIZE = 20;
export const DEFAULT_PAGE_SIZE = 100;
export const MAX_PAGE_SIZE = 1_000;
export const MAX_ROLLUP_RANGE_DAYS = 366;
/** A quarter of a year of nights is one answer, without pages. */
export const MAX_NIGHT_RANGE_DAYS = 92;
/** Points of a track in one answer: of 40 bytes each they stay below a megabyte. */
export const MAX_TRACK_POINT_COUNT = 20_000;
export const KEY_REQUESTS_PER_MINUTE = 600;
export const USER_REQUESTS_PER_MINUTE = 120;
/** The rate that a workspace or a key may ask for, at most. */
export const MAX_REQUESTS_PER_MINUTE = 60_000;
/** How long a rotated key still works: a day unless the caller says otherwise, 30 days at most. */
export const DEFAULT_KEY_OVERLAP_SEC = 86_400;
export const MAX_KEY_OVERLAP_SEC = 30 * 86_400;
