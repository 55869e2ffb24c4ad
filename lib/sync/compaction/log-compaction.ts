import type { EpochMs } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { LogAnnouncement, SyncHead } from '../model.ts';

export type LogHorizon = Pick<SyncHead, 'epoch' | 'horizonSeq' | 'forgottenVersion'>;

/**
 * Compaction of one user's log (SYN12). Needs no user's key: what goes is known by the open part of the log.
 * Every step may be repeated, and nothing else depends on how far it came.
 */
export interface LogCompaction {
  /** Users whose oldest entry is past the horizon at `nowMs`, of one shard of the index; at most `limit`. */
  listDue(shard: number, nowMs: EpochMs, limit: number): Promise<readonly UserScope[]>;
  /** Undefined: no log, or erased. */
  loadHorizon(scope: UserScope): Promise<LogHorizon | undefined>;
  /** The entries with the lowest numbers that are there, whatever is missing before or between them. */
  readOldest(scope: UserScope, limit: number): Promise<readonly LogAnnouncement[]>;
  /** On the condition that it is still where it was read; `next` in one update, so that commits see both or none. */
  raiseHorizon(
    scope: UserScope,
    read: LogHorizon,
    next: Omit<LogHorizon, 'epoch'>,
  ): Promise<'raised' | 'conflict'>;
  /**
   * First the tombstones that the entries name and nobody wrote since, then the entries: whatever is left when
   * it is cut off is named by an entry that is left. `conflict`: somebody is writing one of them just now.
   */
  removeEntries(scope: UserScope, entries: readonly LogAnnouncement[]): Promise<'removed' | 'conflict'>;
  /** The index says when an entry of `oldestMs` may go. */
  schedule(scope: UserScope, read: LogHorizon, oldestMs: EpochMs): Promise<void>;
}
