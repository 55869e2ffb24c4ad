import { jitteredDelayMs } from '../../core/backoff.ts';
import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import { changeConnection } from '../change-connection.ts';
import type { SyncTrigger } from '../model.ts';
import { firstEntryId, newSync, newSyncId } from '../syncs/pick-sync.ts';
import { WATCH_MS } from '../syncs/sync-limits.ts';
import type { SyncDependencies, SyncSession } from '../syncs/sync-session.ts';
import { silentSince } from './schedule.ts';

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
  await requestAs(trigger, { deps, scope, connection, correlationId });
  return true;
}

/**
 * A connection that is due and of which nothing was ever asked: whoever kept its consent died before the first
 * sync was requested. It is requested here, without a lease, which there is none of yet; of a repeat it is the
 * one that waits. False when there is nothing to request. Throws AppError user.not_found, server.unavailable.
 */
export async function requestMissed(
  deps: SyncDependencies,
  { scope, connectionId, correlationId }: Pick<SyncSession, 'scope' | 'connectionId' | 'correlationId'>,
): Promise<boolean> {
  const connection = await deps.connections.load(scope, connectionId);
  if (connection?.status !== 'connected' || (connection.dueAtMs ?? Infinity) > deps.clock.now()) return false;
  await requestAs('connect', { deps, scope, connection, correlationId });
  return true;
}

async function requestAs(
  trigger: SyncTrigger,
  at: Pick<SyncSession, 'deps' | 'scope' | 'connection' | 'correlationId'>,
): Promise<void> {
  const { deps, scope, connection, correlationId } = at;
  const nowMs = deps.clock.now();
  const syncId = newSyncId(nowMs, deps.randomness);
  const entryId = firstEntryId(syncId);
  const entry = { entryId, receivedAtMs: nowMs, kind: 'sync', syncId, trigger, correlationId } as const;
  await deps.syncs.request(scope, newSync(connection, { syncId, trigger, nowMs, correlationId }), entry);
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
