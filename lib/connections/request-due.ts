import { jitteredDelayMs } from '../core/backoff.ts';
import { type EpochMs, MINUTE_MS } from '../core/instants.ts';
import { changeConnection } from './change-connection.ts';
import { firstEntryId, newSync, newSyncId } from './pick-sync.ts';
import { silentSince } from './schedule.ts';
import { WATCH_MS } from './sync-limits.ts';
import type { SyncSession } from './sync-session.ts';

/** A connection whose time has come: a poll is requested, as a silent one where pushes are missing (CON35). */
export async function requestDue(session: SyncSession): Promise<boolean> {
  const { deps, scope, connection, provider, correlationId } = session;
  const nowMs = deps.clock.now();
  if (connection.status !== 'connected' || connection.dueAtMs === undefined || connection.dueAtMs > nowMs) {
    return false;
  }
  if (await postponeDue(session, connection.dueAtMs)) return false;
  const isSilent = silentSince(connection, provider.definition.windows, nowMs) !== undefined;
  const trigger = isSilent ? 'silence' : 'schedule';
  const syncId = newSyncId(nowMs, deps.randomness);
  const entry = {
    entryId: firstEntryId(syncId),
    receivedAtMs: nowMs,
    kind: 'sync',
    syncId,
    trigger,
    correlationId,
  } as const;
  await deps.syncs.request(scope, newSync(connection, { syncId, trigger, nowMs, correlationId }), entry);
  return true;
}

/** A sync is there already: the schedule looks after it again in an hour, and not with every minute. */
export async function keepWatch(session: SyncSession): Promise<void> {
  const nowMs = session.deps.clock.now();
  if ((session.connection.dueAtMs ?? nowMs + 1) > nowMs) return;
  await changeConnection(session, (stored) =>
    stored.dueAtMs === undefined ? undefined : { ...stored, dueAtMs: (nowMs + WATCH_MS) as EpochMs },
  );
}

/** A poll that could only wait costs nothing yet: it is due again when the provider may be called (CON34). */
async function postponeDue(session: SyncSession, dueAtMs: EpochMs): Promise<boolean> {
  const { deps, provider } = session;
  const nowMs = deps.clock.now();
  const { openUntilMs = 0, pausedUntilMs = 0 } = await deps.slots.load(provider.definition.name);
  const untilMs = Math.max(openUntilMs, pausedUntilMs);
  if (untilMs <= nowMs) return false;
  const spread = { baseMs: MINUTE_MS, capMs: MINUTE_MS };
  const nextMs = (untilMs + jitteredDelayMs(0, spread, deps.randomness)) as EpochMs;
  await changeConnection(session, (stored) =>
    stored.dueAtMs === dueAtMs ? { ...stored, dueAtMs: nextMs } : undefined,
  );
  return true;
}
