import type { Sync } from '../model.ts';
import type { SyncSession } from './sync-session.ts';

/**
 * One completion event for each type of a backfill that has ended (CON36). Of one that was announced before
 * nothing is written, so it is safe to say it again after a crash.
 */
export async function announceTypes(session: SyncSession, sync: Sync): Promise<void> {
  if (sync.trigger !== 'backfill') return;
  const { deps, scope, connectionId, connection } = session;
  for (const { type, status, window, counts } of sync.types) {
    if (status !== 'succeeded' && status !== 'failed' && status !== 'skipped') continue;
    await deps.announcements.announceBackfill(scope, {
      kind: 'backfill',
      committedAtMs: deps.clock.now(),
      correlationId: sync.correlationId,
      connectionId,
      provider: connection.provider,
      syncId: sync.syncId,
      dataType: type,
      status,
      fromMs: window.fromMs,
      toMs: window.toMs,
      counts: {
        fetched: counts.fetched,
        accepted: counts.accepted,
        updated: counts.updated,
        duplicate: counts.duplicate,
        refused: counts.refused,
      },
    });
  }
}
