import type { ConnectionId, SyncId } from '../../contracts/primitives/ids.ts';
import type { Clock } from '../core/clock.ts';
import { DAY_MS, type EpochMs, type LocalDate, localDateOf } from '../core/instants.ts';
import type { Randomness } from '../core/randomness.ts';
import { AppError } from '../problems/app-error.ts';
import type { ProviderDefinition } from '../providers/definition.ts';
import type { TimeWindow } from '../providers/model.ts';
import type { UserScope } from '../samples/model.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { Connection, SyncTrigger } from './model.ts';
import { firstEntryId, newSync, newSyncId } from './pick-sync.ts';
import type { SyncEntry } from './plan-sync.ts';
import type { ProviderDirectory } from './provider-directory.ts';
import { RAW_KEPT_DAYS } from './raw-store.ts';
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
 * backfill.range_invalid, backfill.type_unknown.
 */
export async function requestBackfill(
  deps: RequestDependencies,
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
  return request(
    deps,
    place,
    connection,
    (base) => ({ ...base, kind: 'backfill', window, types }),
    'backfill',
  );
}

/** Asks for kept payloads of the days from `from` to `to` to be mapped again (CON38). Throws backfill.range_invalid. */
export async function requestReplay(
  deps: RequestDependencies,
  place: ConnectionPlace,
  days: { readonly from: LocalDate; readonly to: LocalDate },
): Promise<SyncId> {
  const connection = await loadConnection(deps, place);
  requireKept(days, deps.clock.now());
  return request(deps, place, connection, (base) => ({ ...base, kind: 'replay', ...days }), 'replay');
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
