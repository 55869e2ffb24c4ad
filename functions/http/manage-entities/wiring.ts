import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createEntityStore } from '../../../lib/adapters/dynamo/entity-store.ts';
import type { SyncDeps } from '../../../lib/sync/sync-deps.ts';
import type { AccessDependencies } from '../../_platform/http/access-dependencies.ts';
import { wireAccess, wireVault } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';

export interface ManageEntitiesDeps {
  readonly sync: SyncDeps;
  readonly access: AccessDependencies;
  readonly settings: Pick<Platform, 'clock' | 'randomness' | 'log' | 'meter'>;
}

/** `schema`: what tests serve instead of the entities that there are. */
export function wire(env: Env, platform: Platform, schema: SyncSchema = SYNC_SCHEMA): ManageEntitiesDeps {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const dataKeys = wireVault(env, platform);
  const store = createEntityStore({
    dynamo,
    coreTable: env.CORE_TABLE_NAME,
    rowsTable: env.SAMPLES_TABLE_NAME,
    dataKeys,
    clock,
    randomness,
  });
  return {
    sync: { store, schema, clock, randomness },
    access: wireAccess(env, platform, dataKeys),
    settings: platform,
  };
}
