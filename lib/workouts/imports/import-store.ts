import type { UserScope } from '../../samples/model.ts';
import type { ActivityImportRow, ImportResult } from './model.ts';

export interface ImportStore {
  /** Keeps a new import. Throws AppError user.not_found for a user who is gone. */
  create(scope: UserScope, row: ActivityImportRow): Promise<void>;
  /** Strongly consistent; undefined when there is none, or its time is over. */
  load(scope: UserScope, importId: string): Promise<ActivityImportRow | undefined>;
  /** From any status but done to `queued`; what an earlier try failed with is forgotten. False: it is done, or gone. */
  markQueued(scope: UserScope, importId: string): Promise<boolean>;
  /** `running`, unless it ended meanwhile. */
  markRunning(scope: UserScope, importId: string): Promise<void>;
  /** The end of it; the first one told stays, but for one that failed, which may be done later. */
  finish(scope: UserScope, importId: string, result: ImportResult): Promise<void>;
}

export interface ImportQueue {
  /** Throws AppError server.unavailable. */
  send(command: {
    readonly workspaceId: string;
    readonly userId: string;
    readonly importId: string;
    readonly correlationId: string;
  }): Promise<void>;
}
