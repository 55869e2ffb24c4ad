import type { WorkspaceId } from '../../contracts/primitives/ids.ts';

/** Whose minute it is: `window` counts minutes since 1970. */
export interface RateBucket {
  readonly workspaceId: WorkspaceId;
  readonly principal: string;
  readonly window: number;
}

export interface RateStore {
  /**
   * Adds `wanted` to what was taken of the bucket unless `limit` is reached, and answers how much was taken
   * before; `exhausted` when it is. The last chunk may reach over the limit: the caller counts only up to it.
   * A lost reply wastes a chunk, never gives one twice.
   */
  takeChunk(
    bucket: RateBucket,
    wanted: number,
    limit: number,
  ): Promise<{ readonly takenBefore: number } | 'exhausted'>;
}
