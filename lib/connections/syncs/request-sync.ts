import { EARLIEST_SAMPLE_MS } from '../../../contracts/limits.ts';
import type { ConnectionId, SyncId } from '../../../contracts/primitives/ids.ts';
import type { Clock } from '../../core/clock.ts';
import { DAY_MS, type EpochMs, type LocalDate, localDateOf } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { ProviderDefinition } from '../../providers/definition.ts';
import type { TimeWindow } from '../../providers/model.ts';
import type { UserScope } from '../../samples/model.ts';
import type { ConnectionStore } from '../connection-store.ts';
import type { Connection, SyncTrigger } from '../model.ts';
import type { ProviderDirectory } from '../provider-directory.ts';
import { firstEntryId, newSync, newSyncId } from './pick-sync.ts';
import type { SyncEntry } from './plan-sync.ts';
import { RAW_KEPT_DAYS } from './raw-store.ts';
import type { RunStore } from './run-store.ts';
import type { SyncQueue } from './sync-queue.ts';
import type { SyncStore } from './sync-store.ts';

export interface RequestDependencies {
  readonly connections: Pick<ConnectionStore, 'load'>;
  readonly syncs: Pick<SyncStore, 'request'>;
  readonly providers: ProviderDirectory;
  readonly queue: SyncQueue;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** What is asked of the past waits in the inbox, where it takes the place of pushes when there is too much of it. */
export interface PastDependencies extends RequestDependencies {
  readonly runs: Pick<RunStore, 'readInbox'>;
}

/** Backfills and replays that wait for one connection at a time. */
export const MAX_PAST_COUNT = 50;
/** A person or a script that asks for this much is told to come again when some of it is done. */
const PAST_RETRY_SEC = 600;

export interface ConnectionPlace {
  readonly scope: UserScope;
  readonly connectionId: ConnectionId;
  readonly correlationId: string;
}

/**
 * Asks for a sync of everything that is new, and answers the id by which it can be watched at once (CON20). A
 * request while another waits is that one. Throws connection.not_found, connection.needs_reauth,
 * connection.disconnected, user.not_found.
 */
export async function requestSync(
  deps: RequestDependencies,
  place: ConnectionPlace,
  trigger: SyncTrigger = 'manual',
): Promise<SyncId> {
  const connection = await loadLiving(deps, place);
  return request(deps, place, connection, (base) => ({ ...base, kind: 'sync', trigger }), trigger);
}

/**
 * Asks for a window of the past, for the types named or all (CON36). Throws as requestSync does, and
 * backfill.range_invalid, backfill.type_unknown, and request.rate_limited while MAX_PAST_COUNT wait.
 */
export async function requestBackfill(
  deps: PastDependencies,
  place: ConnectionPlace,
  wanted: { readonly window: TimeWindow; readonly types: readonly string[] },
): Promise<SyncId> {
  const connection = await loadLiving(deps, place);
  const { definition } = await deps.providers.get(connection.provider);
  const window = requireRange(definition, wanted.window, deps.clock.now());
  const unknown = wanted.types.filter((code) => !definition.dataTypes.some((type) => type.code === code));
  if (unknown.length > 0) {
    throw new AppError('backfill.type_unknown', 'The provider has no such data type.');
  }
  const types = [...new Set(wanted.types)];
  await requireRoom(deps, place);
  return request(
    deps,
    place,
    connection,
    (base) => ({ ...base, kind: 'backfill', window, types }),
    'backfill',
  );
}

/**
 * Asks for kept payloads of the days from `from` to `to` to be mapped again (CON38). Throws connection.not_found,
 * backfill.range_invalid, and request.rate_limited as requestBackfill does.
 */
export async function requestReplay(
  deps: PastDependencies,
  place: ConnectionPlace,
  days: { readonly from: LocalDate; readonly to: LocalDate },
): Promise<SyncId> {
  const connection = await loadConnection(deps, place);
  requireKept(days, deps.clock.now());
  await requireRoom(deps, place);
  return request(deps, place, connection, (base) => ({ ...base, kind: 'replay', ...days }), 'replay');
}

/** Requests lie first in an inbox: so many entries hold all of them. */
async function requireRoom(
  { runs }: Pick<PastDependencies, 'runs'>,
  { scope, connectionId }: ConnectionPlace,
): Promise<void> {
  const entries = await runs.readInbox(scope, connectionId, MAX_PAST_COUNT + 3);
  const waitingCount = entries.filter(({ kind }) => kind === 'backfill' || kind === 'replay').length;
  if (waitingCount < MAX_PAST_COUNT) return;
  throw new AppError('request.rate_limited', 'Come again when some of the backfills that wait have ended.', {
    retryAfterSec: PAST_RETRY_SEC,
  });
}

type WithoutId<Entry> = Entry extends unknown ? Omit<Entry, never> : never;
type EntryBase = Pick<SyncEntry, 'entryId' | 'receivedAtMs' | 'syncId' | 'correlationId'>;

async function request(
  deps: RequestDependencies,
  { scope, connectionId, correlationId }: ConnectionPlace,
  connection: Connection,
  toEntry: (base: EntryBase) => WithoutId<SyncEntry>,
  trigger: SyncTrigger,
): Promise<SyncId> {
  const nowMs = deps.clock.now();
  const syncId = newSyncId(nowMs, deps.randomness);
  const entry = toEntry({ entryId: firstEntryId(syncId), receivedAtMs: nowMs, syncId, correlationId });
  const sync = newSync(connection, { syncId, trigger, nowMs, correlationId });
  const outcome = await deps.syncs.request(scope, sync, entry);
  await deps.queue.wake(scope, connectionId, { correlationId, delaySec: 0 });
  return outcome.kind === 'added' ? syncId : outcome.syncId;
}

async function loadConnection(
  deps: RequestDependencies,
  { scope, connectionId }: ConnectionPlace,
): Promise<Connection> {
  const connection = await deps.connections.load(scope, connectionId);
  if (connection === undefined) {
    throw new AppError('connection.not_found', 'There is no connection by this id.');
  }
  return connection;
}

async function loadLiving(deps: RequestDependencies, place: ConnectionPlace): Promise<Connection> {
  const connection = await loadConnection(deps, place);
  if (connection.status === 'disconnected') {
    throw new AppError('connection.disconnected', 'The connection has ended.');
  }
  if (connection.status === 'needs_reauth') {
    throw new AppError('connection.needs_reauth', 'The person has to consent again first.');
  }
  return connection;
}

/** What is asked for up to now, and not further back than the provider goes. */
function requireRange({ windows }: ProviderDefinition, window: TimeWindow, nowMs: EpochMs): TimeWindow {
  const invalid = (detail: string) => new AppError('backfill.range_invalid', detail);
  const toMs = Math.min(window.toMs, nowMs) as EpochMs;
  if (window.fromMs >= toMs) throw invalid('The range is empty or lies in the future.');
  if (window.fromMs < EARLIEST_SAMPLE_MS) throw invalid('No sample is taken from before the year 2000.');
  const { backfillDays } = windows;
  // A day of tolerance: callers name local dates.
  if (backfillDays !== undefined && window.fromMs < nowMs - (backfillDays + 1) * DAY_MS) {
    throw invalid(`The provider gives at most the last ${backfillDays} days.`);
  }
  return { fromMs: window.fromMs, toMs };
}

export function requireKept(
  { from, to }: { readonly from: LocalDate; readonly to: LocalDate },
  nowMs: EpochMs,
): void {
  const oldest = localDateOf((nowMs - (RAW_KEPT_DAYS + 1) * DAY_MS) as EpochMs, 0);
  if (from > to || from < oldest || from > localDateOf(nowMs, 0)) {
    throw new AppError('backfill.range_invalid', `Payloads are kept for ${RAW_KEPT_DAYS} days.`);
  }
}
