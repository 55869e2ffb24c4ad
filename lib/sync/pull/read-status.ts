import type { SyncStatusAnswer } from '../../../contracts/http/sync.ts';
import { toIso } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import { loadLivingHead, type PullDeps } from './sync-reader.ts';

/** Where the user's log stands, and what the server knows; `user.not_found`. */
export async function readSyncStatus(
  deps: Pick<PullDeps, 'store' | 'schema' | 'clock'>,
  scope: UserScope,
): Promise<SyncStatusAnswer> {
  const head = await loadLivingHead(deps, scope);
  const counts = Object.values(head?.digests ?? {}).map(({ count }) => count);
  return {
    protocolVersion: deps.schema.protocolVersion,
    epoch: head?.epoch ?? '',
    seq: head?.seq ?? 0,
    horizonSeq: head?.horizonSeq ?? 0,
    rowCount: counts.reduce((sum, count) => sum + count, 0),
    openConflictCount: head?.openConflictCount ?? 0,
    entityTypes: [...deps.schema.entities.keys()].sort(),
    serverTime: toIso(deps.clock.now()),
  };
}
