/** Records of one transaction: each is a pointer and a body, and a move deletes a body (DynamoDB takes 100). */
export const MAX_RECORDS_PER_COMMIT = 25;
/** Each sleep session also marks its date and the one that it leaves, in months that may all differ: 97 items. */
export const MAX_SLEEP_RECORDS_PER_COMMIT = 19;
/** A night by the minute; sealed and encoded it stays below 60 KB. */
export const MAX_STAGE_COUNT = 2_000;
/** The longest of the table of metrics: a workout of two days, and sleep of one. */
export const MAX_WORKOUT_HOURS = 48;
export const MAX_SLEEP_HOURS = 24;
export const MAX_EXTERNAL_ID_CHARS = 512;
export const MAX_TITLE_CHARS = 200;
export const MAX_PROVIDER_TYPE_CHARS = 128;
/** Tries of one commit while other writers of the user are faster; with the backoff about 2 s. */
export const MAX_COMMIT_TRIES = 8;
export const COMMIT_BACKOFF = { baseMs: 20, capMs: 800 } as const;
/** Laps of one workout that are kept; a body with all of them stays below 40 KB, and 25 fit a transaction. */
export const MAX_LAP_COUNT = 200;
