import { beforeEach, expect, test } from 'vitest';
import type { PushChange } from '../../../contracts/http/sync.ts';
import { PushAnswer } from '../../../contracts/http/sync.ts';
import type { RequestId } from '../../../contracts/primitives/ids.ts';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { createStores, manualClock, seededRandomness } from '../../../test/contract-suites/store-fixtures.ts';
import { createSimulatedDynamo } from '../../../test/simulation/engine/simulated-dynamo.ts';
import { hlcAt, uuid } from '../../../test/support/device-server.ts';
import { createEntityStore } from '../../adapters/dynamo/entity-store.ts';
import type { SyncDeps } from '../sync-deps.ts';
import { pushChanges } from './push-changes.ts';

const TABLES = { samples: 'samples', core: 'core', vault: 'vault' };
const LAG_MS = 300;

type World = Awaited<ReturnType<typeof openWorld>>;
let world: World;
beforeEach(async () => {
  world = await openWorld();
});

/** A server whose transactions show their counter at once and, when `isHalf`, everything else a while later. */
async function openWorld() {
  const clock = manualClock();
  const state = { isHalf: false, lagMs: LAG_MS, count: 0 };
  const { client } = createSimulatedDynamo({
    tableNames: Object.values(TABLES),
    now: clock.now,
    chaos: {
      visibilityDelaysMs: (count) =>
        Array.from({ length: count }, (_, at) => (state.isHalf && at > 0 ? state.lagMs : 0)),
      conflictAt: () => undefined,
      readLagMs: () => 0,
      unprocessedCount: () => 0,
    },
  });
  const stores = createStores({ dynamo: client, tables: TABLES }, clock);
  const scope = await stores.createUser();
  const randomness = seededRandomness(41);
  const dataKeys = stores.vault;
  const store = createEntityStore({
    dynamo: client,
    coreTable: TABLES.core,
    rowsTable: TABLES.samples,
    dataKeys,
    clock,
    randomness,
  });
  const deps: SyncDeps = { store, schema: SYNC_SCHEMA, clock, randomness };
  const push = async (deviceId: string, ...changes: readonly PushChange[]) => {
    state.count += 1;
    const request = { deviceId, operationId: `op-${state.count}` as RequestId, changes: [...changes] };
    const { body } = await pushChanges(deps, scope, request, { correlationId: 'c' });
    return PushAnswer.parse(JSON.parse(body));
  };
  const change = (entityType: string, id: number, parts: Partial<PushChange>): PushChange => {
    state.count += 1;
    const requestId = `r-${state.count}` as RequestId;
    return { requestId, entityType, id: uuid(id), op: 'create', hlc: hlcAt(state.count), ...parts };
  };
  const dataOf = async (type: string, id: number) =>
    (await store.loadRows(scope, [{ type, id: uuid(id) }]))[0]?.state.data;
  const halfPush = async (deviceId: string, ...changes: readonly PushChange[]) => {
    state.isHalf = true;
    await push(deviceId, ...changes);
    state.isHalf = false;
  };
  return { clock, state, push, halfPush, change, dataOf };
}

const product = () => world.change('products', 1, { data: { name: 'P' } });
const purchase = (id: number) =>
  world.change('purchases', id, {
    data: { productId: uuid(1), purchasedAt: '2026-11-21T10:00:00.000Z', isActive: true },
  });

test('SYN39 a parent whose deletion is half visible takes no child', async () => {
  await world.push('phone', product());
  await world.halfPush('phone', world.change('products', 1, { op: 'delete', baseVersion: 1 }));
  const { failed } = await world.push('tablet', purchase(2));
  expect(failed).toMatchObject([{ code: 'sync.reference_deleted' }]);
});

test('SYN39 a child that is half visible keeps its parent from going', async () => {
  await world.push('phone', product());
  await world.halfPush('phone', purchase(2));
  const remove = world.change('products', 1, { op: 'delete', baseVersion: 1 });
  expect((await world.push('tablet', remove)).failed).toMatchObject([{ code: 'sync.delete_restricted' }]);
});

test('SYN39 groups and twins are whole', async () => {
  await world.push('phone', product());
  await world.halfPush('phone', purchase(2));
  await world.push('tablet', purchase(3));
  await world.halfPush('phone', world.change('devices', 4, { data: { name: 'a', mac: 'm' } }));
  const { successful } = await world.push(
    'tablet',
    world.change('devices', 5, { data: { name: 'b', mac: 'm' } }),
  );
  world.clock.advance(LAG_MS);
  expect(successful).toMatchObject([{ id: uuid(4), clientId: uuid(5) }]);
  const active = [await world.dataOf('purchases', 2), await world.dataOf('purchases', 3)];
  expect(active.map((data) => data?.['isActive'])).toEqual([false, true]);
});

test('SYN39 an update and a deletion meet the row as it is, not as it was', async () => {
  const title = (text: string, deviceId: string) =>
    world.change('journal_entries', 9, {
      op: 'update',
      baseVersion: 1,
      data: { title: text },
      hlc: hlcAt(900, deviceId),
    });
  await world.push('phone', world.change('journal_entries', 9, { data: { title: 'a' } }));
  await world.halfPush('phone', title('b', 'phone'));
  const { conflicts } = await world.push('tablet', title('a', 'tablet'));
  expect(conflicts).toMatchObject([{ outcome: 'merged', version: 3 }]);
  await world.halfPush('phone', world.change('goals', 10, { data: { name: 'g' } }));
  const remove = world.change('goals', 10, { op: 'delete', baseVersion: 1 });
  expect((await world.push('tablet', remove)).successful).toMatchObject([{ version: 2 }]);
});

test('SYN39 a row that is made and is there already is looked at as it is, not as the tombstone that it was', async () => {
  const make = (parts: Partial<PushChange>) => world.change('journal_entries', 9, parts);
  await world.push('phone', make({ data: { title: 'a' } }));
  await world.push('phone', make({ op: 'delete', baseVersion: 1 }));
  await world.halfPush('phone', make({ data: { title: 'b' }, baseVersion: 2 }));
  const { conflicts } = await world.push('tablet', make({ data: { title: 'c' }, hlc: hlcAt(900, 'tablet') }));
  expect(conflicts).toMatchObject([{ outcome: 'merged', version: 4 }]);
});

test('SYN39 a device whose repeat was answered from the ledger finds its own row when it goes on', async () => {
  await world.halfPush('phone', world.change('goals', 10, { data: { name: 'g' } }));
  const rename = world.change('goals', 10, { op: 'update', baseVersion: 1, data: { name: 'h' } });
  expect((await world.push('phone', rename)).successful).toMatchObject([{ version: 2 }]);
});

test('SYN39 what looks at no other row waits for nobody, and who waits does so for seconds at most', async () => {
  await world.push('phone', product());
  await world.halfPush('phone', purchase(2));
  const sentMs = world.clock.now();
  await world.push('tablet', world.change('journal_entries', 6, { data: { title: 'a' } }));
  expect(world.clock.now()).toBe(sentMs);
  world.clock.advance(LAG_MS);
  world.state.lagMs = 600_000;
  await world.halfPush('phone', world.change('goals', 7, { data: { name: 'g' } }));
  const waitedFromMs = world.clock.now();
  expect((await world.push('tablet', purchase(8))).successful).toHaveLength(1);
  expect(world.clock.now() - waitedFromMs).toBeGreaterThan(500);
  expect(world.clock.now() - waitedFromMs).toBeLessThan(4_000);
});
