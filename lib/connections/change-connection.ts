import { jitteredDelayMs } from '../core/backoff.ts';
import { type EpochMs, HOUR_MS } from '../core/instants.ts';
import { AppError } from '../problems/app-error.ts';
import type { Connection, StatusReason, Sync, SyncError } from './model.ts';
import { nextDueMs, silentSince } from './schedule/schedule.ts';
import { WATCH_MS } from './syncs/sync-limits.ts';
import { reloadConnection, type SyncSession } from './syncs/sync-session.ts';

/** Consents, pushes and syncs of one connection hardly ever meet. */
const MAX_ROUND_COUNT = 6;
const ROUND_DELAY = { baseMs: 30, capMs: 500 };

/**
 * Changes the connection as it is stored now: read, changed, written on the version that was read. `change`
 * answers undefined for "leave it". A change of status or reason is announced. Ends quietly when it is gone.
 */
export async function changeConnection(
  session: Pick<SyncSession, 'deps' | 'scope' | 'connectionId' | 'correlationId'>,
  change: (connection: Connection) => Connection | undefined,
): Promise<void> {
  const { deps, scope, correlationId } = session;
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const stored = await reloadConnection(session);
    const changed = change(stored);
    if (changed === undefined) return;
    const isAnnounced = changed.status !== stored.status || changed.reason !== stored.reason;
    const announce = isAnnounced ? { correlationId, nowMs: deps.clock.now() } : undefined;
    const next = { ...changed, version: stored.version + 1 };
    if ((await deps.connections.save(scope, next, announce)) !== 'conflict') return;
    await deps.clock.sleep(jitteredDelayMs(round, ROUND_DELAY, deps.randomness));
  }
  throw new AppError('server.unavailable', 'The connection keeps changing.', { retryAfterSec: 5 });
}

/**
 * The person has to consent again (CON8). Only if the consent is still the one that the calls were made under:
 * somebody who reconnected meanwhile is not thrown out by the old grant's end. Answers why nothing can be
 * fetched now: who disconnected took the grant along.
 */
export async function askForConsent(
  session: SyncSession,
  reason: StatusReason,
): Promise<'needs_reauth' | 'disconnected'> {
  const { deps, connection: usedWith } = session;
  let isNew = false;
  let hasEnded = false;
  await changeConnection(session, (stored) => {
    hasEnded = stored.status === 'disconnected';
    isNew = stored.status === 'connected' && stored.connectedAtMs === usedWith.connectedAtMs;
    return isNew ? { ...stored, status: 'needs_reauth', reason, dueAtMs: undefined } : undefined;
  });
  if (isNew) {
    const { correlationId } = session;
    deps.meter.add('ConnectionsNeedReauth', 1);
    deps.log.write('CONNECTION_NEEDS_REAUTH', { correlationId, provider: usedWith.provider, reason });
  }
  return hasEnded ? 'disconnected' : 'needs_reauth';
}

/** A sync begins: seen in the connection, and watched until it ends. */
export const noteBegin = (session: SyncSession, { syncId, counts }: Sync): Promise<void> =>
  changeConnection(session, (stored) =>
    stored.status !== 'connected'
      ? undefined
      : {
          ...stored,
          lastSync: { syncId, status: 'running', finishedAtMs: undefined, counts },
          dueAtMs: (session.deps.clock.now() + WATCH_MS) as Connection['dueAtMs'],
        },
  );

/**
 * A sync ended: what was fetched to which instant per type that succeeded, when to look again, and whether
 * pushes are missing. A backfill or replay moves no instant, nor does what began before the present consent.
 */
export const noteEnd = (session: SyncSession, sync: Sync): Promise<void> =>
  changeConnection(session, (stored) => {
    const { windows } = session.provider.definition;
    const nowMs = session.deps.clock.now();
    const silentSinceMs = silentSince(stored, windows, nowMs);
    const next = { ...stored, silentSinceMs };
    if (silentSinceMs !== undefined && stored.silentSinceMs === undefined) {
      session.deps.meter.add('SilentConnections', 1);
    }
    const { syncId, status, finishedAtMs, counts } = sync;
    return {
      ...next,
      lastSync: { syncId, status, finishedAtMs, counts },
      syncedTo:
        sync.origin === 'live' && stored.status !== 'disconnected'
          ? syncedToAfter(stored, sync)
          : stored.syncedTo,
      dueAtMs: dueAfter(sync, nextDueMs(next, windows, nowMs), nowMs),
    };
  });

/** What failed for a reason that passes is tried again soon, and not only with the next poll. */
const PASSING: ReadonlySet<SyncError | undefined> = new Set([
  'rate_limited',
  'unavailable',
  'malformed',
  'interrupted',
  'internal',
]);
const RETRY_MS = HOUR_MS;

const dueAfter = ({ error }: Sync, pollMs: EpochMs | undefined, nowMs: EpochMs): EpochMs | undefined =>
  pollMs === undefined || !PASSING.has(error) ? pollMs : (Math.min(pollMs, nowMs + RETRY_MS) as EpochMs);

/**
 * What was stored under an earlier consent may have been erased since: who disconnects can have that done, and
 * what is fetched again is stored once all the same. A live window ends where its sync began.
 */
function syncedToAfter(stored: Connection, sync: Sync): Connection['syncedTo'] {
  const syncedTo = { ...stored.syncedTo };
  for (const { type, status, window } of sync.types) {
    if (status !== 'succeeded' || window.toMs < stored.connectedAtMs) continue;
    const known = syncedTo[type];
    syncedTo[type] = known === undefined || known < window.toMs ? window.toMs : known;
  }
  return syncedTo;
}
