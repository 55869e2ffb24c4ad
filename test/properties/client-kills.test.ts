import { expect, test } from 'vitest';
import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import { createHeadwaterClient, type HeadwaterClient } from '../../lib/client/headwater-client.ts';
import { createNodeSqlite } from '../../lib/client/storage/node-sqlite.ts';
import type { LocalStore, LocalTransaction } from '../../lib/client/store/local-store.ts';
import { createMemoryStore } from '../../lib/client/store/memory-store.ts';
import { createSqlStore } from '../../lib/client/store/sql-store.ts';
import type { Transport } from '../../lib/client/transport.ts';
import { createDeviceSyncWorld, type DeviceSyncWorld } from '../support/device-sync-world.ts';
import { transportTo } from '../support/device-transport.ts';
import { countedRandomness, openDevice } from '../support/sync-device.ts';

/** Thrown where the process dies; who waits for it never hears of it. */
class Killed extends Error {
  override readonly name = 'Killed';
}

/** A process that dies at its `limit`-th step: a call of the storage, a commit, a request, an answer. */
function createProcess(limit: number) {
  let steps = 0;
  let die: () => void = () => undefined;
  const death = new Promise<'killed'>((resolve) => {
    die = () => resolve('killed');
  });
  const step = () => {
    steps += 1;
    if (steps < limit) return;
    die();
    throw new Killed();
  };
  const guard = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    try {
      step();
      const value = await work();
      step();
      return value;
    } catch (error) {
      if (error instanceof Killed || steps >= limit) return new Promise(() => undefined);
      throw error;
    }
  };
  const watched = (transaction: LocalTransaction): LocalTransaction =>
    new Proxy(transaction, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...parameters: unknown[]) => {
          step();
          return Reflect.apply(member, target, parameters);
        };
      },
    });
  const storage = (inner: LocalStore): LocalStore => ({
    open: (version) => inner.open(version),
    transaction: (work) =>
      guard(() =>
        inner.transaction(async (transaction) => {
          const value = await work(watched(transaction));
          step();
          return value;
        }),
      ),
    close: () => inner.close(),
  });
  const transport = (inner: Transport): Transport => ({
    send: (request) => guard(() => inner.send(request)),
  });
  return { storage, transport, death, isKilled: () => steps >= limit };
}

const openOn = (
  world: DeviceSyncWorld,
  storage: LocalStore,
  transport: Transport,
): Promise<HeadwaterClient> =>
  createHeadwaterClient({
    storage,
    transport,
    schema: SYNC_SCHEMA,
    deviceId: 'phone',
    clock: world.clock,
    randomness: countedRandomness('phone'),
  });

test.each([
  ['memory', createMemoryStore],
  ['SQLite', () => createSqlStore(createNodeSqlite(':memory:'))],
] as const)(
  'CLI4 CLI13 a device with %s that is killed at any moment of a sync goes on without loss',
  async (_name, createStore) => {
    const world = await createDeviceSyncWorld();
    const transport = transportTo(world);
    const storage = createStore();
    const tablet = await openDevice({ transport, nowMs: world.clock.now() }, 'tablet', {
      clock: world.clock,
    });
    const first = await openOn(world, storage, transport);
    const product = await first.create('products', { name: 'p' });
    const item = await first.create('inventory_items', { productId: product, quantityRemaining: 0 });
    await first.sync();
    await tablet.client.sync();
    let entry: string | undefined;
    let kills = 0;
    for (let limit = 1; ; limit += 1) {
      const process = createProcess(limit);
      const quiet = await openOn(world, storage, transport);
      const made = await quiet.create('journal_entries', { title: `t${limit}` });
      await quiet.update('inventory_items', item, { quantityRemaining: { delta: 1 } });
      if (entry !== undefined) await quiet.delete('journal_entries', entry);
      await tablet.client.update('products', product, { brand: `b${limit}` });
      await tablet.client.create('goals', { name: `g${limit}` });
      await tablet.client.sync();
      const dying = openOn(world, process.storage(storage), process.transport(transport));
      await Promise.race([dying.then((client) => client.sync()), process.death]);
      const next = await openOn(world, storage, transport);
      world.clock.advance(1_000);
      const report = await next.sync();
      expect([limit, report.outcome, report.error]).toEqual([limit, 'completed', undefined]);
      expect(await next.queue()).toEqual([]);
      expect(await next.get('journal_entries', made)).toMatchObject({
        state: 'synced',
        data: { title: `t${limit}` },
      });
      expect(await next.get('inventory_items', item)).toMatchObject({ data: { quantityRemaining: limit } });
      if (entry !== undefined) expect(await next.get('journal_entries', entry)).toBeUndefined();
      expect(await next.get('products', product)).toMatchObject({ data: { brand: `b${limit}` } });
      expect(await next.query('goals')).toHaveLength(limit);
      expect([limit, await next.verify()]).toEqual([limit, 'equal']);
      entry = made;
      if (!process.isKilled()) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(50);
  },
);

test('CLI5 CLI13 two devices that were offline for 30 days converge in one sync each, and the first one more', async () => {
  const world = await createDeviceSyncWorld();
  const at = { transport: transportTo(world), nowMs: world.clock.now() };
  const open = (name: string) =>
    openDevice(at, name, { clock: world.clock, storage: createSqlStore(createNodeSqlite(':memory:')) });
  const [phone, tablet] = [await open('phone'), await open('tablet')];
  const entries: string[] = [];
  for (let index = 0; index < 100; index += 1) {
    entries.push(await phone.client.create('journal_entries', { title: 'first', tags: ['a'] }));
  }
  const product = await phone.client.create('products', { name: 'p' });
  const item = await phone.client.create('inventory_items', { productId: product, quantityRemaining: 0 });
  await phone.client.sync();
  await tablet.client.sync();
  const editCount = 10_000;
  const taken = { phone: 0, tablet: 0 };
  for (let index = 0; index < editCount; index += 1) {
    world.clock.advance((30 * 86_400_000) / editCount);
    const name = index % 3 === 0 ? 'phone' : 'tablet';
    const { client } = name === 'phone' ? phone : tablet;
    const entry = entries[(index * 7) % entries.length] ?? '';
    if (index % 10 === 0) {
      await client.update('inventory_items', item, { quantityRemaining: { delta: -1 } });
      taken[name] += 1;
    } else if (index % 10 === 1) await client.create('goals', { name: `${name} ${index}` });
    else if (index % 10 === 2)
      await client.create('sessions', { startedAt: '2026-11-21T10:00:00Z', notes: name });
    else
      await client.update('journal_entries', entry, {
        title: `${name} ${index}`,
        tags: ['a', `t${index % 9}`],
      });
  }
  for (const { client } of [phone, tablet, phone]) {
    expect(await client.sync()).toMatchObject({ outcome: 'completed', integrity: 'ok' });
  }
  for (const { client } of [phone, tablet]) {
    expect(await client.queue()).toEqual([]);
    expect(await client.verify()).toBe('equal');
    expect(await client.get('inventory_items', item)).toMatchObject({
      data: { quantityRemaining: -taken.phone - taken.tablet },
    });
  }
  expect(await tablet.client.query('goals')).toHaveLength(editCount / 10);
  // Every edit of the device that lost is in a note of it.
  const notes = await tablet.client.conflicts();
  expect(notes.length).toBeGreaterThan(50);
  expect(new Set(notes.map(({ outcome }) => outcome))).toEqual(new Set(['ADOPT_SERVER']));
}, 60_000);
