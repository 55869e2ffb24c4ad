import { beforeEach, expect, test } from 'vitest';
import type { PushChange } from '../../../contracts/http/sync.ts';
import { PushAnswer } from '../../../contracts/http/sync.ts';
import type { RequestId } from '../../../contracts/primitives/ids.ts';
import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { createStores, manualClock, seededRandomness } from '../../../test/contract-suites/store-fixtures.ts';
import { createSimulatedDynamo } from '../../../test/simulation/engine/simulated-dynamo.ts';
import { hlcAt, uuid } from '../../../test/support/device-server.ts';
import { createEntityStore } from '../../adapters/dynamo/entity-store.ts';
import { resolveConflicts } from '../conflicts/resolve-conflicts.ts';
import type { SyncDeps } from '../sync-deps.ts';
import { pushChanges } from './push-changes.ts';

const TABLES = { samples: 'samples', core: 'core', vault: 'vault' };
const LAG_MS = 300;
/** Of a commit: counter, ledger, log entry. */
const ITEMS_BEFORE_ROWS = 3;

/** Rows under rows of their own type, which no shipped entity has. */
const folders: EntityDefinition = {
  ...{ type: 'folders', order: 0, policy: 'merge', onMissing: 'create', id: 'uuid', fields: {}, rules: [] },
  references: { parentId: { to: 'folders', mandatory: false, onDelete: 'cascade' } },
};
const schema = { ...SYNC_SCHEMA, entities: new Map([...SYNC_SCHEMA.entities, ['folders', folders]]) };

type World = Awaited<ReturnType<typeof openWorld>>;
let world: World;
beforeEach(async () => {
  world = await openWorld();
});

/** A server whose transactions show their counter at once and, when `isHalf`, everything else a while later. */
async function openWorld() {
  const clock = manualClock();
  const state = { isHalf: false, lateFrom: 1, lagMs: LAG_MS, count: 0 };
  const { client } = createSimulatedDynamo({
    tableNames: Object.values(TABLES),
    now: clock.now,
    chaos: {
      visibilityDelaysMs: (count) =>
        Array.from({ length: count }, (_, at) => (state.isHalf && at >= state.lateFrom ? state.lagMs : 0)),
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
  const deps: SyncDeps = { store, schema, clock, randomness };
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
  const resolve = async (deviceId: string, conflictId: string, data: Readonly<Record<string, unknown>>) => {
    state.count += 1;
    const resolutions = [{ conflictId, strategy: 'merged' as const, data }];
    const request = { deviceId, operationId: `op-${state.count}` as RequestId, resolutions };
    return resolveConflicts(deps, scope, request, { correlationId: 'c' });
  };
  const dataOf = async (type: string, id: number) =>
    (await store.loadRows(scope, [{ type, id: uuid(id) }]))[0]?.state.data;
  const halfPush = async (deviceId: string, ...changes: readonly PushChange[]) => {
    state.isHalf = true;
    await push(deviceId, ...changes);
    state.isHalf = false;
  };
  /** Its log entry is seen, its rows are not. */
  const pushWithLateRows = async (deviceId: string, ...changes: readonly PushChange[]) => {
    state.lateFrom = ITEMS_BEFORE_ROWS;
    await halfPush(deviceId, ...changes);
    state.lateFrom = 1;
  };
  return { clock, state, push, halfPush, pushWithLateRows, change, resolve, dataOf };
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

test('SYN39 what a device deletes takes its own children along that are half visible', async () => {
  await world.push('phone', product());
  const data = { startedAt: '2026-11-21T10:00:00.000Z', primaryProductId: uuid(1) };
  await world.pushWithLateRows('phone', world.change('sessions', 2, { data }));
  await world.push('phone', world.change('products', 1, { op: 'delete', baseVersion: 1 }));
  world.clock.advance(LAG_MS);
  expect(await world.dataOf('sessions', 2)).toMatchObject({ primaryProductId: null });
});

const folder = (id: number, parentId?: number) =>
  world.change('folders', id, { data: parentId === undefined ? {} : { parentId: uuid(parentId) } });
const moved = (id: number, parentId: number) =>
  world.change('folders', id, { op: 'update', baseVersion: 1, data: { parentId: uuid(parentId) } });

test('SYN39 a chain of rows of one device is whole, down to what goes with them and up to where it would close', async () => {
  await world.push('phone', folder(1), folder(2), folder(3, 1));
  await world.pushWithLateRows('phone', moved(1, 2));
  expect((await world.push('phone', moved(2, 3))).failed).toMatchObject([{ code: 'sync.reference_cycle' }]);
  await world.pushWithLateRows('phone', folder(4, 3));
  await world.push('phone', world.change('folders', 2, { op: 'delete', baseVersion: 1 }));
  world.clock.advance(LAG_MS);
  expect([await world.dataOf('folders', 1), await world.dataOf('folders', 4)]).toEqual([{}, {}]);
});

test('SYN39 a parent that a device names by another id is looked at as it is', async () => {
  const device = (id: number) => world.change('devices', id, { data: { name: 'a', mac: 'm' } });
  await world.push('phone', device(4));
  await world.push('phone', device(5));
  await world.pushWithLateRows('phone', world.change('devices', 4, { op: 'delete', baseVersion: 1 }));
  const data = { startedAt: '2026-11-21T10:00:00.000Z', deviceId: uuid(5) };
  await world.push('phone', world.change('sessions', 2, { data }));
  expect(await world.dataOf('sessions', 2)).toMatchObject({ deviceId: null });
});

test('SYN39 who decides a conflict decides about the row as it is', async () => {
  const named = (name: string, parts: Partial<PushChange>) =>
    world.change('goals', 3, { op: 'update', data: { name }, ...parts });
  await world.push('phone', named('a', { op: 'create' }));
  await world.push('tablet', named('b', { baseVersion: 1, hlc: hlcAt(800, 'tablet') }));
  const { conflicts } = await world.push('phone', named('c', { baseVersion: 1, hlc: hlcAt(700, 'phone') }));
  await world.pushWithLateRows('phone', named('d', { baseVersion: 2, hlc: hlcAt(900, 'phone') }));
  await world.resolve('phone', conflicts[0]?.conflictId ?? '', { name: 'b' });
  world.clock.advance(LAG_MS);
  expect(await world.dataOf('goals', 3)).toMatchObject({ name: 'b' });
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
