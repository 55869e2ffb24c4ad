/** A long tour of a bicycle computer is 5 MB; TCX of it, packed or not, stays below this. */
export const MAX_ACTIVITY_FILE_BYTES = 25_000_000;
/** How long it can be asked what became of an import. */
export const IMPORT_ROW_DAYS = 30;
/** Samples that go to the ingest core together: one request of its own, read and written in parts. */
export const MAX_SAMPLES_PER_GROUP = 5_000;
