import { mapBounded } from '../../core/map-bounded.ts';
import { type CompactionDeps, compactLog } from './compact-log.ts';

/** Of the index; lib/adapters/dynamo/core-keys.ts spreads users over as many. */
export const LOG_SHARD_COUNT = 64;
const SHARDS_AT_A_TIME = 8;
/** Per shard and run: 1,600 users an hour, the longest waiting first. */
const MAX_DUE_PER_SHARD = 25;

export interface CompactionRun {
  readonly dueCount: number;
  readonly removedCount: number;
  /** The first, when some logs could not be compacted; the others were. */
  readonly failure: unknown;
}

/** Compacts the logs whose time has come, a bounded number; what is left is due in the next run. */
export async function compactDueLogs(deps: CompactionDeps): Promise<CompactionRun> {
  const shards = Array.from({ length: LOG_SHARD_COUNT }, (_, shard) => shard);
  const runs = await mapBounded(shards, SHARDS_AT_A_TIME, (shard) => compactShard(deps, shard));
  return {
    dueCount: runs.reduce((sum, run) => sum + run.dueCount, 0),
    removedCount: runs.reduce((sum, run) => sum + run.removedCount, 0),
    failure: runs.find(({ failure }) => failure !== undefined)?.failure,
  };
}

async function compactShard(deps: CompactionDeps, shard: number): Promise<CompactionRun> {
  const due = await deps.logs.listDue(shard, deps.clock.now(), MAX_DUE_PER_SHARD);
  let removedCount = 0;
  let failure: unknown;
  for (const scope of due) {
    try {
      removedCount += await compactLog(deps, scope);
    } catch (error) {
      failure ??= error;
    }
  }
  return { dueCount: due.length, removedCount, failure };
}
