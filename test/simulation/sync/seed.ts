import type { DataKey } from '../../../lib/vault/data-keys.ts';
import { type SeededUser, type SeededWorld, seedWorld } from '../world/seed-world.ts';

/** The user whose devices sync, and the key to look into what was stored. */
export interface SeededSync extends SeededWorld {
  readonly user: SeededUser;
  readonly dataKey: DataKey;
}

/** More than any history needs: what rates do is the ingest simulation's to find. */
const REQUESTS_PER_MINUTE = 100_000;

export async function seedSync(): Promise<SeededSync> {
  const seeded = await seedWorld({
    scopes: ['sync:read', 'sync:write'],
    requestsPerMinute: REQUESTS_PER_MINUTE,
  });
  const [user] = seeded.users;
  const dataKey = user && (await seeded.dataKeys.load(user));
  if (user === undefined || dataKey === undefined) throw new Error('the seed has no user with a key');
  return { ...seeded, user, dataKey };
}
