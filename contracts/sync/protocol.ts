/**
 * The version of the protocol between devices and server, sent as `X-Headwater-Sync-Protocol` by clients and
 * in every answer. A server takes all versions listed here; a client that is sent a newer one goes on, because
 * what is added is optional (fields and entity types that it does not know it keeps and ignores).
 *
 * | version | since | what changed |
 * | 1 | 2026-11 | the first one |
 */
export const PROTOCOL_VERSION = 1;
export const SUPPORTED_PROTOCOL_VERSIONS: readonly number[] = [1];
export const PROTOCOL_HEADER = 'x-headwater-sync-protocol';
/** With an API key: the user whose devices sync. */
export const USER_HEADER = 'x-headwater-user';
/** In every answer: the server's clock, unix ms, by which a device learns how far its own is off. */
export const TIME_HEADER = 'x-headwater-time';
/** Of a push: the lease that it is counted under; other requests name it in the query. */
export const LEASE_HEADER = 'x-headwater-lease';

export const MAX_PUSH_CHANGE_COUNT = 1_000;
/** A row as canonical JSON of its data (SYN1). */
export const MAX_ROW_BYTES = 64_000;
/** Rows up to this lie in the log entry as well, so that a pull is one query (SYN1). */
export const MAX_INLINE_ROW_BYTES = 1_024;
/** DynamoDB takes 100 items per transaction: counter, log entry and ledger leave 97 (SYN1). */
export const MAX_CHANGES_PER_CHUNK = 97;
export const MAX_CHUNK_BYTES = 3_000_000;
export const MAX_PULL_ROWS = 1_000;
export const DEFAULT_PULL_ROWS = 500;
/**
 * Lambda answers at most 6,291,556 bytes (AWS Lambda quotas), and hands a body on as a text within JSON, where
 * each quote and each backslash takes two: half of it, and what one last row has above.
 */
export const MAX_PULL_BYTES = 3_000_000;
/** Compaction (SYN12): log entries and tombstones older than this go. */
export const SYNC_HORIZON_DAYS = 90;
/** Beyond the horizon, so that a counter's delta never counts twice (SYN5). */
export const OPERATION_LEDGER_DAYS = SYNC_HORIZON_DAYS + 30;
/** A clock that is further ahead than this is taken as the server's (SYN3). */
export const MAX_CLOCK_LEAD_MS = 300_000;
export const MAX_RESOLUTION_COUNT = 100;
/** A row id that is no UUID is a client's own name for it: printable ASCII without spaces, `#` or `/`. */
export const ROW_ID = /^[!-"$-.0-~]{1,128}$/;
export const DEVICE_ID = /^[A-Za-z0-9._:-]{1,100}$/;
/** `<unix ms, 13 digits>-<counter, 4 hex>-<deviceId>`: sorts as text in the order of time. */
export const HLC = /^\d{13}-[0-9a-f]{4}-[A-Za-z0-9._:-]{1,100}$/;
