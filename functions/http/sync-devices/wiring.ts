import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createEntityStore } from '../../../lib/adapters/dynamo/entity-store.ts';
import { createLeaseStore } from '../../../lib/adapters/dynamo/lease-store.ts';
import type { ChangeLog, EntityStore } from '../../../lib/sync/entity-store.ts';
import type { LeaseStore } from '../../../lib/sync/leases/lease-store.ts';
import type { AccessDependencies } from '../../_platform/http/access-dependencies.ts';
import { wireAccess, wireVault } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';

export interface SyncDevicesDeps {
  readonly store: EntityStore & ChangeLog;
  readonly leases: LeaseStore;
  readonly schema: SyncSchema;
  readonly access: AccessDependencies;
  readonly settings: Pick<Platform, 'clock' | 'randomness' | 'log' | 'meter'>;
}

/** `schema`: what tests sync instead of the entities that there are. */
export function wire(env: Env, platform: Platform, schema: SyncSchema = SYNC_SCHEMA): SyncDevicesDeps {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const coreTable = env.CORE_TABLE_NAME;
  const rowsTable = env.SAMPLES_TABLE_NAME;
  const dataKeys = wireVault(env, platform);
  return {
    store: createEntityStore({ dynamo, coreTable, rowsTable, dataKeys, clock, randomness }),
    leases: createLeaseStore(dynamo, coreTable),
    schema,
    access: wireAccess(env, platform, dataKeys),
    settings: platform,
  };
}
