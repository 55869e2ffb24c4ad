import type { WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';

export interface Workspace {
  readonly workspaceId: WorkspaceId;
  readonly name: string;
  readonly createdAtMs: EpochMs;
  /** Undefined: the defaults of contracts/limits.ts. */
  readonly keyRequestsPerMinute: number | undefined;
  readonly userRequestsPerMinute: number | undefined;
}

export interface WorkspaceStore {
  /** Strongly consistent. */
  load(workspaceId: WorkspaceId): Promise<Workspace | undefined>;
  /** `exists`: there is one by this id; nothing is written. */
  create(workspace: Workspace): Promise<'created' | 'exists'>;
  /** Sets what is given; last writer wins. `gone`: there is no such workspace. */
  update(workspaceId: WorkspaceId, changes: WorkspaceChanges): Promise<Workspace | 'gone'>;
}

/** Null goes back to the default. */
export interface WorkspaceChanges {
  readonly name?: string | undefined;
  readonly keyRequestsPerMinute?: number | null | undefined;
  readonly userRequestsPerMinute?: number | null | undefined;
}
