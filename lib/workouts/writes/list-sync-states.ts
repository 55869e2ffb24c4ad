import type { WorkoutSyncState } from '../../../contracts/http/workout-writes.ts';
import { toIso } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { HeadStore } from '../../samples/head-store.ts';
import type { UserScope } from '../../samples/model.ts';
import type { SyncState } from './sync-state.ts';
import type { WorkoutWriteStore } from './write-store.ts';

/**
 * A page of the sources that sent batches, by source id, and where the next one goes on; undefined on the last.
 * Throws AppError user.not_found, read.metric_blocked.
 */
export async function listSyncStates(
  deps: {
    readonly store: Pick<WorkoutWriteStore, 'listSyncStates'>;
    readonly heads: Pick<HeadStore, 'load'>;
  },
  scope: UserScope,
  { afterId, limit }: { readonly afterId: string | undefined; readonly limit: number },
): Promise<{ readonly sources: readonly WorkoutSyncState[]; readonly nextAfterId: string | undefined }> {
  const head = await deps.heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined)
    throw new AppError('user.not_found', 'There is no user by this id.');
  if (head.privacy.blockedMetrics.includes('workout'))
    throw new AppError('read.metric_blocked', 'The user has blocked "workout".');
  const found = await deps.store.listSyncStates(scope, { afterId, limit: limit + 1 });
  const page = found.slice(0, limit);
  return {
    sources: page.map(toAnswer),
    nextAfterId: found.length > limit ? page.at(-1)?.source.sourceId : undefined,
  };
}

function toAnswer({ source, anchor, lastStatus, lastSyncedAtMs, counts }: SyncState): WorkoutSyncState {
  const { sourceId: _sourceId, ...named } = source;
  return {
    source: named,
    anchor: anchor ?? null,
    lastStatus,
    lastSyncedAt: toIso(lastSyncedAtMs),
    counts: { ...counts },
  };
}
