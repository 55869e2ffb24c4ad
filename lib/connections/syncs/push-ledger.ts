import type { SyncId } from '../../../contracts/primitives/ids.ts';
import type { InboxEntry, Sync, SyncCounts, SyncError } from '../model.ts';
import { NO_COUNTS } from '../model.ts';
import type { GroupPlace } from './page-group.ts';
import { addCounts, endSync, isAsked, newProgress, withType } from './sync-progress.ts';
import { commitSync, type SyncSession } from './sync-session.ts';

/** What a push asked for: data of one type, by window, id, address or as it is. */
export type TargetEntry = Extract<InboxEntry, { readonly dataType: string }>;

/**
 * Where the pushes of a session are counted: with the sync that waits for pushes of their type, else in a row
 * of their own, which is a whole ended sync after each commit, so that none is ever left half.
 */
export interface PushLedger {
  readonly pushSyncId: SyncId;
  /** The sync that waits for pushes. */
  awaited: Sync | undefined;
  /** The row of this session's other pushes, once there was one. */
  push: Sync | undefined;
}

const awaitsType = ({ awaited }: PushLedger, dataType: string): number =>
  awaited === undefined ? -1 : awaited.types.findIndex((each) => each.type === dataType && isAsked(each));

/** Pushes that a backfill waits for are a part of it, as far as anybody can tell. */
export function placeOf(ledger: PushLedger, { entryId, dataType }: TargetEntry, part = ''): GroupPlace {
  const isAwaitedType = awaitsType(ledger, dataType) >= 0;
  const sync = isAwaitedType ? ledger.awaited : undefined;
  return {
    syncId: sync?.syncId ?? ledger.pushSyncId,
    origin: sync?.origin ?? 'live',
    groupKey: `${entryId.replaceAll(/[^\w.-]/g, '_').slice(0, 60)}${part}`,
  };
}

/** Commits what an entry came to, and its removal with it. Without counts it only goes. */
export async function recordPush(
  session: SyncSession,
  ledger: PushLedger,
  done: {
    readonly entry: TargetEntry;
    readonly counts: SyncCounts | undefined;
    /** What is left of the entry; it has the entry's id. */
    readonly rest?: TargetEntry | undefined;
    readonly error?: SyncError;
  },
): Promise<void> {
  const { entry, counts, rest, error } = done;
  if (counts === undefined) {
    await session.deps.runs.removeFromInbox(session.scope, session.connectionId, [entry.entryId]);
    return;
  }
  const step = rest === undefined ? { done: [entry] } : { added: [rest] };
  const index = awaitsType(ledger, entry.dataType);
  const progress = ledger.awaited?.types[index];
  if (ledger.awaited !== undefined && progress !== undefined && error === undefined) {
    const arrived = {
      ...progress,
      arrivedAtMs: session.deps.clock.now(),
      counts: addCounts(progress.counts, counts),
    };
    ledger.awaited = await commitSync(session, withType(ledger.awaited, index, arrived), step);
    return;
  }
  ledger.push = await commitSync(session, pushRow(session, ledger, entry.dataType, { counts, error }), step);
}

function pushRow(
  session: SyncSession,
  ledger: PushLedger,
  dataType: string,
  { counts, error }: { readonly counts: SyncCounts; readonly error: SyncError | undefined },
): Sync {
  const nowMs = session.deps.clock.now();
  const row = ledger.push ?? newPushRow(session, ledger.pushSyncId);
  const known = row.types.findIndex(({ type }) => type === dataType);
  const index = known >= 0 ? known : row.types.length;
  const before = row.types[known] ?? newProgress(dataType, { fromMs: nowMs, toMs: nowMs });
  const progress = {
    ...before,
    counts: addCounts(before.counts, counts),
    ...(error === undefined
      ? { status: before.status === 'failed' ? before.status : ('succeeded' as const) }
      : { status: 'failed' as const, error }),
  };
  const types = known >= 0 ? row.types : [...row.types, progress];
  return endSync(withType({ ...row, types }, index, progress), nowMs);
}

function newPushRow({ deps, connection, correlationId }: SyncSession, syncId: SyncId): Sync {
  return {
    syncId,
    connectionId: connection.connectionId,
    provider: connection.provider,
    trigger: 'push',
    origin: 'live',
    status: 'running',
    startedAtMs: deps.clock.now(),
    finishedAtMs: undefined,
    counts: NO_COUNTS,
    types: [],
    error: undefined,
    waitingUntilMs: undefined,
    stallCount: 0,
    executionCount: 0,
    correlationId,
    version: 0,
  };
}
