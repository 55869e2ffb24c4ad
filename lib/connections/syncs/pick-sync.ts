import type { SyncId } from '../../../contracts/primitives/ids.ts';
import { newSortableId } from '../../core/ids.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { type Connection, type InboxEntry, NO_COUNTS, type Sync, type SyncTrigger } from '../model.ts';
import type { SyncEntry } from './plan-sync.ts';
import { isBegun } from './sync-progress.ts';
import type { SyncSession } from './sync-session.ts';

/** A sync that is to be run, with the entry that asks for it. */
export interface WantedSync {
  readonly entry: SyncEntry;
  readonly sync: Sync;
}

/** Backfills and replays of an inbox that are looked at; of requests for what is new one waits and one runs. */
const MAX_LOOKED_AT_COUNT = 10;

export const isSyncEntry = (entry: InboxEntry): entry is SyncEntry =>
  entry.kind === 'sync' || entry.kind === 'backfill' || entry.kind === 'replay';

/**
 * An inbox is read in the order of the ids, so many at a time: what a person asked for lies before the pushes,
 * whose ids begin with digits, however many of those wait.
 */
export const firstEntryId = (name: string): string => `!${name}`;

export const newSyncId = (nowMs: EpochMs, randomness: Randomness): SyncId =>
  `syn_${newSortableId(nowMs, randomness)}` as SyncId;

/** A sync as it is requested: it has not begun, and is `running` for all who ask. */
export const newSync = (
  connection: Pick<Connection, 'connectionId' | 'provider'>,
  request: {
    readonly syncId: SyncId;
    readonly trigger: SyncTrigger;
    readonly nowMs: EpochMs;
    readonly correlationId: string;
  },
): Sync => ({
  syncId: request.syncId,
  connectionId: connection.connectionId,
  provider: connection.provider,
  trigger: request.trigger,
  origin: request.trigger === 'backfill' || request.trigger === 'replay' ? 'backfill' : 'live',
  status: 'running',
  startedAtMs: request.nowMs,
  finishedAtMs: undefined,
  counts: NO_COUNTS,
  types: [],
  error: undefined,
  waitingUntilMs: undefined,
  stallCount: 0,
  executionCount: 0,
  correlationId: request.correlationId,
  version: 1,
});

/** The sync of an entry: its row, or, where only the entry was written, a row that is yet to be. */
export async function loadWanted(
  { deps, scope, connection }: SyncSession,
  entry: SyncEntry,
): Promise<WantedSync> {
  const { syncId, correlationId, receivedAtMs: nowMs } = entry;
  const stored = await deps.syncs.load(scope, connection.connectionId, syncId);
  const trigger = entry.kind === 'sync' ? entry.trigger : entry.kind;
  const unwritten = { ...newSync(connection, { syncId, trigger, nowMs, correlationId }), version: 0 };
  return { entry, sync: stored ?? unwritten };
}

/** The one to go on with: what has begun, else a top-up, else the oldest. Undefined: none is wanted. */
export async function pickSync(
  session: SyncSession,
  entries: readonly InboxEntry[],
): Promise<WantedSync | undefined> {
  const wanted: WantedSync[] = [];
  const asked = entries.filter(isSyncEntry);
  const live = asked.filter(({ kind }) => kind === 'sync');
  // However much of the past was asked for.
  const past = asked.filter(({ kind }) => kind !== 'sync').slice(0, MAX_LOOKED_AT_COUNT);
  for (const entry of [...live, ...past].toSorted((a, b) => a.receivedAtMs - b.receivedAtMs)) {
    wanted.push(await loadWanted(session, entry));
  }
  return (
    wanted.find(({ sync }) => isBegun(sync)) ?? wanted.find(({ entry }) => entry.kind === 'sync') ?? wanted[0]
  );
}
