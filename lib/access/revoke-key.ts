import type { WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import { AppError } from '../problems/app-error.ts';
import { type ApiKey, stateOfKey } from './api-key.ts';
import type { ApiKeyStore } from './api-key-store.ts';
import { loadKey, type ManageKeysDependencies } from './manage-keys.ts';

const KEYS_PER_PAGE = 100;
/** Each round finds that another call took away the key on which it relied. */
const MAX_ROUND_COUNT = 5;

/**
 * Revokes a key for good (ACC6); containers that know it take it up to 60 s longer. A repeat does nothing.
 * `key.not_found`; `key.last_admin` when no other key could manage keys afterwards (ACC15): the workspace would
 * be shut for good, since nobody but an operator could make it a key. `server.unavailable` under contention.
 */
export async function revokeKey(
  { keys, clock }: Pick<ManageKeysDependencies, 'keys' | 'clock'>,
  workspaceId: WorkspaceId,
  keyId: string,
): Promise<void> {
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const nowMs = clock.now();
    const key = await loadKey(keys, workspaceId, keyId);
    if (key.revokedAtMs !== undefined) return;
    const survivor = isLastingAdmin(key, nowMs) ? await findSurvivor(keys, key, nowMs) : undefined;
    if ((await keys.revoke(key, nowMs, survivor)) !== 'survivor_ends') return;
  }
  throw new AppError('server.unavailable', 'Others are changing the keys; try again.');
}

/** May make keys now, and no rotation has set an end to that. */
export const isLastingAdmin = (key: ApiKey, nowMs: EpochMs): boolean =>
  key.scopes.includes('keys:admin') && key.endsAtMs === undefined && stateOfKey(key, nowMs) === 'active';

async function findSurvivor(
  keys: Pick<ApiKeyStore, 'list'>,
  leaving: ApiKey,
  nowMs: EpochMs,
): Promise<ApiKey> {
  let after: string | undefined;
  do {
    const page: readonly ApiKey[] = await keys.list(leaving.workspaceId, { limit: KEYS_PER_PAGE, after });
    const found = page.find((key) => key.apiKeyId !== leaving.apiKeyId && isLastingAdmin(key, nowMs));
    if (found !== undefined) return found;
    after = page.at(-1)?.apiKeyId;
  } while (after !== undefined);
  throw new AppError(
    'key.last_admin',
    'No other key of the workspace has keys:admin: rotate this one (overlapSec 0 ends it at once), or make another first.',
  );
}
