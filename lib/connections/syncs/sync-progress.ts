import type { EpochMs } from '../../core/instants.ts';
import type { TimeWindow } from '../../providers/model.ts';
import { NO_COUNTS, type Sync, type SyncCounts, type SyncError, type TypeProgress } from '../model.ts';

/** What a type still needs: calls, pushes, or nothing any more. */
export const isOpen = ({ status }: TypeProgress): boolean => status === 'waiting' || status === 'running';
export const isAwaited = ({ status }: TypeProgress): boolean => status === 'requested';
/** Asked for at least in part: pushes of the type belong to the sync. */
export const isAsked = (progress: TypeProgress): boolean =>
  progress.requestedAtMs !== undefined && (isOpen(progress) || isAwaited(progress));
export const isBegun = (sync: Sync): boolean => sync.types.length > 0;

export const addCounts = (left: SyncCounts, right: SyncCounts): SyncCounts => ({
  fetched: left.fetched + right.fetched,
  accepted: left.accepted + right.accepted,
  updated: left.updated + right.updated,
  duplicate: left.duplicate + right.duplicate,
  refused: left.refused + right.refused,
  deleted: left.deleted + right.deleted,
  pages: left.pages + right.pages,
});

export const newProgress = (type: string, window: TimeWindow): TypeProgress => ({
  type,
  status: 'waiting',
  window,
  chunkFromMs: window.fromMs,
  cursor: undefined,
  requestedAtMs: undefined,
  arrivedAtMs: undefined,
  counts: NO_COUNTS,
  error: undefined,
});

/** The sync with one type replaced; its counts are the sum of the types'. */
export function withType(sync: Sync, index: number, progress: TypeProgress): Sync {
  const types = sync.types.map((known, at) => (at === index ? progress : known));
  return { ...sync, types, counts: types.reduce((sum, { counts }) => addCounts(sum, counts), NO_COUNTS) };
}

/** The sync with every type that has not ended ended as failed. */
export const failOpenTypes = (sync: Sync, error: SyncError): Sync => ({
  ...sync,
  types: sync.types.map((progress) =>
    isOpen(progress) || isAwaited(progress) ? { ...progress, status: 'failed', error } : progress,
  ),
});

/**
 * The sync as it ends: `succeeded` when every type did or was not asked for, `failed` when none did, else
 * `partial`. `error`: of the sync as a whole, else the first of a type.
 */
export function endSync(sync: Sync, nowMs: EpochMs, error?: SyncError): Sync {
  const failed = sync.types.filter(({ status }) => status === 'failed');
  const hasSuccess = sync.types.some(({ status }) => status === 'succeeded');
  const isFailure = failed.length > 0 || error !== undefined;
  return {
    ...sync,
    status: !isFailure ? 'succeeded' : hasSuccess ? 'partial' : 'failed',
    finishedAtMs: nowMs,
    waitingUntilMs: undefined,
    error: error ?? failed[0]?.error,
  };
}
