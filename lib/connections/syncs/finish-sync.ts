import { noteEnd } from '../change-connection.ts';
import type { InboxEntry, Sync, SyncError } from '../model.ts';
import { announceTypes } from './announce-types.ts';
import { endSync, failOpenTypes, isBegun } from './sync-progress.ts';
import { commitSync, type SyncSession } from './sync-session.ts';

/**
 * Ends a sync: its connection says so first, then its row, together with the removal of its inbox entry
 * (CON20). Done again after a crash in between it comes to the same.
 */
export async function finishSync(
  session: SyncSession,
  sync: Sync,
  entry: InboxEntry | undefined,
  error?: SyncError,
): Promise<Sync> {
  const { deps } = session;
  const ended = endSync(failOpenTypes(sync, error ?? 'interrupted'), deps.clock.now(), error);
  await announceTypes(session, ended);
  await noteEnd(session, ended);
  const step = entry === undefined ? {} : { done: [entry], begins: entry.kind === 'sync' && !isBegun(sync) };
  const committed = await commitSync(session, ended, step);
  deps.meter.add(committed.status === 'failed' ? 'ProviderSyncsFailed' : 'ProviderSyncsSucceeded', 1);
  return committed;
}
