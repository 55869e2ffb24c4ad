import type { SyncSchema } from '../../contracts/sync/entity.ts';
import { DEVICE_ID } from '../../contracts/sync/protocol.ts';
import type { Randomness } from '../core/randomness.ts';
import { hlcMsOf } from '../sync/merge/hlc.ts';
import type { RowData } from '../sync/merge/row.ts';
import { HeadwaterError } from './client-error.ts';
import { type ClientContext, inStorage } from './engine/client-context.ts';
import { discardRow, listQueuedWrites, type QueuedWrite } from './engine/discard-row.ts';
import { type Resolution, resolveConflict } from './engine/follow-conflicts.ts';
import { createLiveQueries, type LiveQueries } from './engine/live-queries.ts';
import { writeCreate, writeDelete, writeUpdate } from './engine/local-writes.ts';
import { type RowQuery, readRow, readRows } from './engine/read-rows.ts';
import { readStatus } from './engine/read-status.ts';
import { runSync } from './engine/sync-coordinator.ts';
import { type DigestVerdict, verifyDigest } from './engine/verify-digest.ts';
import type { ConflictNote, QueueStatus, SyncReport } from './report.ts';
import { listConflictNotes } from './store/conflict-notes.ts';
import type { LocalStore } from './store/local-store.ts';
import type { LocalRow } from './store/row-view.ts';
import { passStartupGate } from './store/startup-gate.ts';
import { loadClock } from './store/sync-state.ts';
import type { Transport } from './transport.ts';

export interface HeadwaterClientOptions {
  /** Where rows and unsent writes live: `createSqlStore`, or `createMemoryStore` for tests. */
  readonly storage: LocalStore;
  /** How requests reach the server: `createFetchTransport`, or one of your own. */
  readonly transport: Transport;
  /** The entities that this app syncs. */
  readonly schema: SyncSchema;
  /** Of this installation, the same at each start: 1 to 100 of `A-Z a-z 0-9 . _ : -`. */
  readonly deviceId: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. May be wrong: the client learns how far from the server. */
  readonly clock: { now(): number };
  readonly randomness: Randomness;
  /** Whose rows the storage may hold. A storage of another user is refused, and nothing of it is touched. */
  readonly userId?: string;
  /** After each run of `sync`; what it throws is ignored. */
  readonly onReport?: (report: SyncReport) => void;
}

/**
 * Local-first rows: every write is on the device at once and kept until the server has answered it; every read
 * is of the device. Errors are HeadwaterError with a stable `code` and a `retryable` flag.
 */
export interface HeadwaterClient {
  /**
   * Makes a row and answers its id, a new UUIDv7 unless `options.id` says another. Of a row that is there it
   * updates what `data` says. Rejects with VALIDATION_FAILED (`serverCode` says why) and keeps nothing then.
   */
  create(type: string, data: RowData, options?: { readonly id?: string }): Promise<string>;
  /**
   * Changes the fields that `patch` names: plain values, null to clear, arrays and objects whole (only what
   * differs is sent), counters as a number or as `{delta}`. Rejects with ROW_NOT_FOUND and VALIDATION_FAILED.
   */
  update(type: string, id: string, patch: RowData): Promise<void>;
  /** Deletes a row; of one that is not there nothing happens. */
  delete(type: string, id: string): Promise<void>;
  /** The row with this device's writes over it, and in which state it is. */
  get(type: string, id: string): Promise<LocalRow | undefined>;
  query(type: string, query?: RowQuery): Promise<readonly LocalRow[]>;
  /**
   * Tells `listener` the rows of a query now and after every change of them, its own writes and the server's.
   * Answers what ends it.
   */
  subscribe(type: string, query: RowQuery, listener: (rows: readonly LocalRow[]) => void): () => void;
  /** Conflicts that this device's writes came into, oldest first, and what became of them. */
  conflicts(): Promise<readonly ConflictNote[]>;
  /** Decides a conflict that waits for a person; needs the network. */
  resolve(conflictId: string, resolution: Resolution): Promise<void>;
  /** Every write that the server has not taken yet, oldest first, with its state and code. */
  queue(): Promise<readonly QueuedWrite[]>;
  /**
   * Gives up what this device wrote to a row and the server does not have; what is being sent stays. Answers
   * how many writes went. The only way in which an unsent write is ever thrown away.
   */
  discard(type: string, id: string): Promise<number>;
  status(): Promise<QueueStatus>;
  /**
   * Sends what is queued and fetches what is new. Never rejects for the network or the server: the report says
   * what was done and why it stopped. A call during a run is answered with that run's report.
   */
  sync(): Promise<SyncReport>;
  /** Whether the device has exactly the server's rows; `unknown` while something is queued or under way. */
  verify(): Promise<DigestVerdict>;
  /** Waits for a run under way and closes the storage. */
  close(): Promise<void>;
}

/**
 * Opens the storage and answers the client. Rejects with STORE_TOO_NEW, STORE_OF_ANOTHER_USER, STORAGE_ERROR, or
 * VALIDATION_FAILED for a device id that is none; nothing was touched then. What a client before it had begun, it goes on with at the next
 * `sync`, also when that one was killed in the middle of anything.
 */
export async function createHeadwaterClient(options: HeadwaterClientOptions): Promise<HeadwaterClient> {
  const { storage } = options;
  if (!DEVICE_ID.test(options.deviceId)) {
    throw new HeadwaterError('VALIDATION_FAILED', 'deviceId is 1 to 100 of A-Z a-z 0-9 . _ : -');
  }
  await inStorage(() => passStartupGate(storage, options.userId));
  const clock = await inStorage(() => storage.transaction(loadClock));
  let live: LiveQueries | undefined;
  const context: ClientContext = {
    ...options,
    serverClock: {
      offsetMs: clock.offsetMs,
      lastWriteMs: clock.hlc === undefined ? 0 : hlcMsOf(clock.hlc),
    },
    onChanged: (types) => live?.touch(types),
  };
  live = createLiveQueries((type, query) => readRows(context, type, query));
  return openClient(context, live, options.onReport);
}

function openClient(
  context: ClientContext,
  live: LiveQueries,
  onReport: HeadwaterClientOptions['onReport'],
): HeadwaterClient {
  const runs = createRuns(context, onReport);
  const open = <Value>(work: () => Promise<Value>): Promise<Value> =>
    runs.isClosed() ? Promise.reject(new HeadwaterError('CLIENT_CLOSED', 'the client is closed')) : work();
  return {
    create: (type, data, more = {}) => open(() => writeCreate(context, type, data, more.id)),
    update: (type, id, patch) => open(() => writeUpdate(context, type, id, patch)),
    delete: (type, id) => open(() => writeDelete(context, type, id)),
    get: (type, id) => open(() => readRow(context, type, id)),
    query: (type, query = {}) => open(() => readRows(context, type, query)),
    subscribe: (type, query, listener) => live.subscribe(type, query, listener),
    conflicts: () => open(() => inStorage(() => context.storage.transaction(listConflictNotes))),
    resolve: (conflictId, resolution) => open(() => resolveConflict(context, conflictId, resolution)),
    queue: () => open(() => listQueuedWrites(context)),
    discard: (type, id) => open(() => discardRow(context, type, id)),
    status: () => open(() => readStatus(context, runs.state())),
    sync: () => open(runs.sync),
    verify: () => open(() => verifyDigest(context)),
    async close() {
      if (runs.isClosed()) return;
      await runs.close();
      live.close();
      await inStorage(() => context.storage.close());
    },
  };
}

interface Runs {
  sync(): Promise<SyncReport>;
  state(): { readonly isSyncing: boolean; readonly lastReport: SyncReport | undefined };
  isClosed(): boolean;
  close(): Promise<void>;
}

/** One run at a time. */
function createRuns(context: ClientContext, onReport: HeadwaterClientOptions['onReport']): Runs {
  let running: Promise<SyncReport> | undefined;
  let lastReport: SyncReport | undefined;
  let closed = false;
  const run = async (): Promise<SyncReport> => {
    try {
      const report = await runSync(context);
      lastReport = report;
      tell(onReport, report);
      return report;
    } finally {
      running = undefined;
    }
  };
  return {
    sync() {
      running ??= run();
      return running;
    },
    state: () => ({ isSyncing: running !== undefined, lastReport }),
    isClosed: () => closed,
    async close() {
      closed = true;
      await running;
    },
  };
}

function tell(onReport: HeadwaterClientOptions['onReport'], report: SyncReport): void {
  try {
    onReport?.(report);
  } catch {
    // Monitoring that fails must not make a run fail that did not.
  }
}
