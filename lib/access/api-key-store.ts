import type { ApiKeyId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import type { ApiKey } from './api-key.ts';

/** A page of a list: `after` is the id that the page before ended with. */
export interface PageRequest {
  readonly limit: number;
  readonly after: string | undefined;
}

export interface ApiKeyStore {
  /** One read by key, strongly consistent: a new key works at once. */
  findByHash(hash: string): Promise<ApiKey | undefined>;
  load(workspaceId: WorkspaceId, apiKeyId: ApiKeyId): Promise<ApiKey | undefined>;
  /** In the order of creation, at most `limit`, revoked and expired ones too. */
  list(workspaceId: WorkspaceId, page: PageRequest): Promise<readonly ApiKey[]>;
  /**
   * Stores the key, its look-up and the workspace's count in one transaction. `limit_reached`: the workspace
   * holds MAX_KEY_COUNT keys that are not revoked.
   */
  create(key: ApiKey): Promise<'created' | 'limit_reached'>;
  /**
   * `create` of `successor`, and `old` ends at `endsAtMs`, in one transaction, on the condition that it was
   * not revoked meanwhile (ACC5).
   */
  replace(
    old: ApiKey,
    successor: ApiKey,
    endsAtMs: EpochMs,
  ): Promise<'created' | 'limit_reached' | 'revoked'>;
  /**
   * Marks key and look-up revoked in one transaction (ACC6). `gone`: it was revoked already. With a `survivor`
   * only while that one is neither revoked nor rotated (ACC15); `survivor_ends` otherwise, and nothing is written.
   */
  revoke(
    key: ApiKey,
    nowMs: EpochMs,
    survivor: ApiKey | undefined,
  ): Promise<'revoked' | 'gone' | 'survivor_ends'>;
  /** Writes `lastUsedAt` unless it was written within the hour before `nowMs` (ACC7). */
  recordUse(key: ApiKey, nowMs: EpochMs): Promise<void>;
}

/** Keys of one workspace that are not revoked; a list of them stays readable. */
export const MAX_KEY_COUNT = 100;
export const USE_RECORDED_EVERY_MS = 3_600_000;
