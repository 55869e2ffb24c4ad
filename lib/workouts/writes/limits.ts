/** An anchor is the caller's own word for how far it has sent; UTF-8. */
export const MAX_ANCHOR_BYTES = 1_024;
/** Tries of one transaction before 503, as of samples (ING15); with the backoff below about 2 s. */
export const MAX_COMMIT_TRIES = 8;
export const COMMIT_BACKOFF = { baseMs: 20, capMs: 800 } as const;
export const CONTENTION_RETRY_AFTER_SEC = 2;
