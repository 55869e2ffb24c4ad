import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/instants.ts';

/** Records that are stored together: fewer transactions than page by page, and what one group may weigh. */
export const GROUP_RECORD_COUNT = 1_500;
/** Raw bytes after which a group is stored whatever it counts: bounds the memory of pages of large records. */
export const GROUP_RAW_BYTES = 8_000_000;

/** What a queue consumer runs itself at most; a longer window goes to the state machine (connections.md 3). */
export const INLINE_WINDOW_MS = 7 * DAY_MS;
/** The consumer may run 120 s (its timeout): a slow call of 10 s and a write still fit behind this. */
export const INLINE_BUDGET_MS = 60 * SECOND_MS;
/** A step may run 300 s; what is left lets a page, a write and the commit end. */
export const SLICE_BUDGET_MS = 200 * SECOND_MS;
/** A lease outlives the budget by more than the rest of the function's time. */
export const LEASE_MARGIN_MS = 120 * SECOND_MS;

/** Entries that one session reads; the others are read by the next. */
export const INBOX_READ_COUNT = 200;
/** A push window is fetched in parts of this, each done with once stored. */
export const PUSH_WINDOW_PART_MS = 7 * DAY_MS;
/** What a push asked for and could not be had for so long is given up, and said so. */
export const PUSH_KEPT_MS = DAY_MS;

/** SQS delays a message by at most this (its quota). */
export const MAX_WAKE_DELAY_SEC = 900;
/** A wait of the state machine; longer ones wait again. No provider's quota window is longer than a day. */
export const MAX_WAIT_SEC = 86_400;

/** A sync that waits for quotas longer than this is given up: the next one covers the same window. */
export const MAX_SYNC_AGE_MS = 2 * DAY_MS;
/** Backfills of years meet daily quotas again and again. */
export const MAX_BACKFILL_AGE_MS = 30 * DAY_MS;
/** Waits in a row without anything stored, while the provider is away, until a sync is given up. */
export const MAX_STALL_COUNT = 12;

/** No push of a requested type for so long after the last one: they have come. Providers send them in bursts. */
export const ARRIVAL_QUIET_MS = 15 * SECOND_MS;
/** The same where the window took several requests. */
export const ARRIVAL_QUIET_LONG_MS = 5 * MINUTE_MS;
/**
 * A top-up of a provider that only pushes is a look for what its pushes left out, mostly nothing: when nothing
 * has come for so long, there was nothing. What comes later is stored as any other push.
 */
export const TOP_UP_ARRIVAL_MS = 20 * SECOND_MS;
/** Bounds of the time after which a sync that waits for pushes is looked at again. */
export const ARRIVAL_LOOK_MS = { least: 5 * SECOND_MS, most: 10 * MINUTE_MS } as const;

/** While a sync runs the schedule looks at the connection after this: a run that died is taken up again. */
export const WATCH_MS = HOUR_MS;

/** RawPage: a cursor is at most so long. */
export const MAX_CURSOR_CHARS = 2_000;
/** Executions that are started for one sync before it is given up. */
export const MAX_EXECUTION_COUNT = 5;
