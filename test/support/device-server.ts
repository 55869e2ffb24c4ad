import type { PushAnswer, PushRequest } from '../../contracts/http/sync.ts';
import type { RequestId } from '../../contracts/primitives/ids.ts';
import type { SyncSchema } from '../../contracts/sync/entity.ts';
import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import type { Dynamo } from '../../lib/adapters/dynamo/dynamo.ts';
import { createEntityStore } from '../../lib/adapters/dynamo/entity-store.ts';
import type { Randomness } from '../../lib/core/randomness.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import type { ChangeLog, EntityStore } from '../../lib/sync/entity-store.ts';
import type { StoredRow, SyncHead } from '../../lib/sync/model.ts';
import { type PushAnswerText, pushChanges } from '../../lib/sync/push/push-changes.ts';
import type { SyncDeps } from '../../lib/sync/sync-deps.ts';
import {
  createStores,
  type ManualClock,
  manualClock,
  openSimulatedStorage,
  type Storage,
  type Stores,
  seededRandomness,
} from '../contract-suites/store-fixtures.ts';

/** The server's half of device sync over one storage, with a user. */
export interface DeviceServer {
  readonly deps: SyncDeps;
  readonly store: EntityStore & ChangeLog;
  readonly scope: UserScope;
  readonly stores: Stores;
  readonly storage: Storage;
  readonly clock: ManualClock;
  push(
    request: Partial<PushRequest>,
    deps?: SyncDeps,
  ): Promise<PushAnswerText & { readonly answer: PushAnswer }>;
  row(type: string, id: string): Promise<StoredRow | undefined>;
  head(): Promise<SyncHead>;
  /** The same server over another way to the same tables. */
  over(dynamo: Dynamo, randomness?: Randomness): SyncDeps;
}

export async function openDeviceServer(schema: SyncSchema = SYNC_SCHEMA): Promise<DeviceServer> {
  const storage = await openSimulatedStorage();
  const clock = manualClock();
  const stores = createStores(storage, clock);
  const scope = await stores.createUser();
  const over = (dynamo: Dynamo, randomness = seededRandomness(5)): SyncDeps => ({
    store: createEntityStore({
      dynamo,
      coreTable: storage.tables.core,
      rowsTable: storage.tables.samples,
      dataKeys: stores.vault,
      clock,
      randomness,
    }),
    schema,
    clock,
    randomness,
  });
  const deps = over(storage.dynamo);
  let count = 0;
  return {
    ...{ deps, store: deps.store, scope, stores, storage, clock, over },
    push: async (request, other = deps) => {
      count += 1;
      const full = { deviceId: 'phone', operationId: `op-${count}` as RequestId, changes: [], ...request };
      const told = await pushChanges(other, scope, full, { correlationId: 'corr-1' });
      return { ...told, answer: JSON.parse(told.body) as PushAnswer };
    },
    row: async (type, id) => (await deps.store.loadRows(scope, [{ type, id }]))[0],
    head: async () => {
      const head = await deps.store.loadHead(scope);
      if (head === undefined || head === 'gone') throw new Error('nothing was synced');
      return head;
    },
  };
}

/** A UUID that a number names. */
export const uuid = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** The clock of a device at `ms` after the tests' start. */
export const hlcAt = (ms: number, deviceId = 'phone'): string => `${1_795_262_400_000 + ms}-0000-${deviceId}`;
