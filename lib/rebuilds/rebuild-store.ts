import type { RebuildId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { RebuildJob } from './model.ts';

export interface RebuildRequest {
  /** Of the caller, or of what started it: the same key is the same rebuild. Kept 30 days. */
  readonly key: string;
  /** SHA-256 over the canonical JSON of the plan. */
  readonly payloadHash: string;
}

export interface RebuildStore {
  /**
   * Makes the job and takes one of the workspace's places, in one transaction. `exists`: the request's key
   * was used; nothing is written. `full`: `placeCount` jobs are active; without a number there is always a place.
   */
  create(
    job: RebuildJob,
    request: RebuildRequest | undefined,
    placeCount: number | undefined,
  ): Promise<
    | 'created'
    | 'full'
    | { readonly kind: 'exists'; readonly rebuildId: RebuildId; readonly payloadHash: string }
  >;
  /** Strongly consistent. */
  load(workspaceId: WorkspaceId, rebuildId: RebuildId): Promise<RebuildJob | undefined>;
  /** The newest first; from behind `before` on. */
  list(
    workspaceId: WorkspaceId,
    page: { readonly before: RebuildId | undefined; readonly limit: number },
  ): Promise<readonly RebuildJob[]>;
  /** On the condition that the stored job is at the step and state of `before`; a job that ends gives its place back. */
  save(before: RebuildJob, next: RebuildJob): Promise<'saved' | 'conflict'>;
}
