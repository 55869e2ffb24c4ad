import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import type { Authorship } from './stored-row.ts';

/** What a plan is made with; the same context gives the same plan. */
export interface PlanContext extends Authorship {
  readonly schema: SyncSchema;
  readonly userId: string;
  readonly newConflictId: () => string;
  /** Rows that are made are taken as new without a look: the commit's condition finds those that are not. */
  readonly takesAsNew: boolean;
  /** Of the head: versions of rows that are made begin behind it. */
  readonly forgottenVersion: number;
}

/** Items beside counter, log entry and ledger; one less while the user's head is checked too (SYN1). */
export interface ChunkLimits {
  readonly slotCount: number;
  readonly bytes: number;
}
