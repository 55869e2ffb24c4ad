import { beforeEach, describe, expect, test } from 'vitest';
import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import { createFakeSyncServer, type FakeSyncServer } from '../../test/support/fake-sync-server.ts';
import { openDevice, type SyncDevice } from '../../test/support/sync-device.ts';
import { DAY_MS } from '../core/instants.ts';
import { hlcMsOf } from '../sync/merge/hlc.ts';
import { createHeadwaterClient, type HeadwaterClientOptions } from './headwater-client.ts';
import type { SyncReport } from './report.ts';
import { createNodeSqlite } from './storage/node-sqlite.ts';
import { createMemoryStore } from './store/memory-store.ts';
import type { LocalRow } from './store/row-view.ts';
import { createSqlStore } from './store/sql-store.ts';
import { passStartupGate, type StoreMigration } from './store/startup-gate.ts';
import { createFetchTransport } from './transport.ts';

let server: FakeSyncServer;
let phone: SyncDevice;
beforeEach(async () => {
  server = createFakeSyncServer(SYNC_SCHEMA);
  phone = await openDevice(server, 'phone');
});

const settled = () => new Promise((resolve) => setImmediate(resolve));
const sentHlcs = () =>
  server.requests
    .filter(({ path }) => path === '/v1/sync/push')
    .flatMap(({ body }) => JSON.parse(body ?? '').changes.map(({ hlc }: { hlc: string }) => hlc));

describe('writes and reads', () => {
  test('CLI2 CLI3 a write is on the device at once, and reaches the other device with the next sync of both', async () => {
    const tablet = await openDevice(server, 'tablet');
    const id = await phone.client.create('journal_entries', { title: 'a', tags: ['x'] });
    expect(await phone.client.get('journal_entries', id)).toMatchObject({
      version: 0,
      state: 'pending',
      data: { title: 'a' },
    });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', push: { acceptedCount: 1 } });
    expect(await phone.client.get('journal_entries', id)).toMatchObject({ version: 1, state: 'synced' });
    await tablet.client.sync();
    expect(await tablet.client.query('journal_entries')).toMatchObject([
      { id, version: 1, data: { title: 'a', tags: ['x'] } },
    ]);
    expect(await phone.client.verify()).toBe('equal');
    expect(await tablet.client.verify()).toBe('equal');
  });

  test.each([
    ['journal_entries', { nonsense: 1 }, 'sync.unknown_field'],
    ['journal_entries', { tags: 'x' }, 'sync.invalid_data'],
    ['products', {}, 'sync.invalid_data'],
    ['journal_entries', { weather: 'x'.repeat(70_000) }, 'sync.invalid_data'],
  ])(
    'CLI2 a write of %s that the server would refuse is refused here, and leaves nothing',
    async (type, data, serverCode) => {
      await expect(phone.client.create(type, data)).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        retryable: false,
        serverCode,
      });
      expect(await phone.client.queue()).toEqual([]);
      expect(await phone.client.query(type)).toEqual([]);
    },
  );

  test('CLI2 a write and its place in the queue are one: where the storage fails there is neither', async () => {
    const inner = createMemoryStore();
    const storage = {
      ...inner,
      transaction: (work: Parameters<typeof inner.transaction>[0]) =>
        inner.transaction((transaction) =>
          work({
            ...transaction,
            saveQueued: (changes) => {
              if (JSON.stringify(changes).includes('fails')) throw new Error('the disk is full');
              return transaction.saveQueued(changes);
            },
          }),
        ),
    } as typeof inner;
    const device = await openDevice(server, 'phone', { storage });
    await device.client.create('goals', { name: 'a' });
    const before = await inner.transaction((transaction) => transaction.listValues(''));
    await expect(device.client.create('goals', { name: 'fails' })).rejects.toMatchObject({
      code: 'STORAGE_ERROR',
      retryable: true,
    });
    expect(await inner.transaction((transaction) => transaction.listValues(''))).toEqual(before);
    expect(await device.client.query('goals')).toHaveLength(1);
  });

  test('CLI2 the one row of its type is made by its first change, and creating a row that is there changes it', async () => {
    await phone.client.update('user_settings', 'me', { theme: 'dark' });
    await phone.client.update('user_settings', 'me', { language: 'de' });
    const id = await phone.client.create('goals', { name: 'a' });
    expect(await phone.client.create('goals', { notes: 'n' }, { id })).toBe(id);
    expect(await phone.client.get('goals', id)).toMatchObject({ data: { name: 'a', notes: 'n' } });
    await phone.client.delete('goals', 'nobody');
    await expect(phone.client.update('goals', 'nobody', { name: 'x' })).rejects.toMatchObject({
      code: 'ROW_NOT_FOUND',
    });
    await phone.client.sync();
    expect(server.row('goals', id)).toMatchObject({ version: 1, data: { name: 'a', notes: 'n' } });
    expect(server.row('user_settings', 'me')).toMatchObject({ data: { theme: 'dark', language: 'de' } });
  });

  test('CLI3 a query filters, orders and limits what the device shows', async () => {
    for (const [name, target] of [
      ['b', 2],
      ['a', 3],
      ['c', undefined],
      ['d', 1],
    ] as const) {
      await phone.client.create('goals', {
        name,
        type: name === 'd' ? 'other' : 'one',
        ...(target === undefined ? {} : { target }),
      });
    }
    const names = async (query: Parameters<typeof phone.client.query>[1]) =>
      (await phone.client.query('goals', query)).map(({ data }) => data['name']);
    expect(await names({ where: { type: 'one' }, orderBy: 'name' })).toEqual(['a', 'b', 'c']);
    expect(await names({ orderBy: 'target' })).toEqual(['c', 'd', 'b', 'a']);
    expect(await names({ orderBy: 'target', descending: true, limit: 2 })).toEqual(['a', 'b']);
    expect(await names({ where: { target: null } })).toEqual(['c']);
    await phone.client.sync();
    const [first] = await phone.client.query('goals', { where: { name: 'a' } });
    await phone.client.update('goals', first?.id ?? '', { name: 'e' });
    expect(await names({ orderBy: 'name' })).toEqual(['b', 'c', 'd', 'e']);
  });

  test('CLI2 CLI3 what was written survives the process, in a file', async () => {
    const database = createNodeSqlite(':memory:');
    const storage = { ...createSqlStore(database), close: async () => undefined };
    const before = await openDevice(server, 'phone', { storage });
    const id = await before.client.create('journal_entries', { title: 'a' });
    await before.client.update('journal_entries', id, { tags: ['x'] });
    await before.client.close();
    const after = await openDevice(server, 'phone', { storage });
    expect(await after.client.get('journal_entries', id)).toMatchObject({
      state: 'pending',
      data: { title: 'a', tags: ['x'] },
    });
    expect(await after.client.sync()).toMatchObject({ outcome: 'completed', push: { acceptedCount: 1 } });
    expect(await after.client.verify()).toBe('equal');
    await database.close();
  });
});

describe('runs', () => {
  test('CLI16 a call during a run gets that run’s report, and monitoring hears each run once', async () => {
    const reports: SyncReport[] = [];
    const device = await openDevice(server, 'watched', {
      onReport: (report) => {
        reports.push(report);
        throw new Error('monitoring is down');
      },
    });
    await device.client.create('goals', { name: 'a secret' });
    const running = device.client.sync();
    expect(await device.client.status()).toMatchObject({ isSyncing: true, lastReport: undefined });
    const [first, second] = await Promise.all([running, device.client.sync()]);
    expect(second).toBe(first);
    expect(reports).toEqual([first]);
    expect(JSON.stringify(reports)).not.toContain('secret');
    expect(await device.client.status()).toMatchObject({
      isSyncing: false,
      lastReport: { outcome: 'completed' },
    });
  });

  test('CLI16 a closed client takes no more calls, and closing waits for the run', async () => {
    await phone.client.create('goals', { name: 'a' });
    const running = phone.client.sync();
    await phone.client.close();
    expect(await running).toMatchObject({ outcome: 'completed' });
    await phone.client.close();
    await expect(phone.client.sync()).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await expect(phone.client.create('goals', { name: 'b' })).rejects.toMatchObject({
      code: 'CLIENT_CLOSED',
    });
  });

  test('CLI16 every request names the protocol', async () => {
    await phone.client.sync();
    expect(server.requests.every(({ headers }) => headers?.['x-headwater-sync-protocol'] === '1')).toBe(true);
  });
});

describe('live queries', () => {
  test('CLI17 a query is told again after writes and pulls that touch its type, once per flush for all who watch', async () => {
    const heard: string[][] = [];
    const also: string[][] = [];
    const note = (into: string[][]) => (rows: readonly LocalRow[]) =>
      void into.push(rows.map(({ data, state }) => `${data['name']} ${state}`));
    const stop = phone.client.subscribe('goals', { orderBy: 'name' }, note(heard));
    phone.client.subscribe('goals', { orderBy: 'name' }, () => {
      throw new Error('a listener fails');
    });
    phone.client.subscribe('goals', { orderBy: 'name' }, note(also));
    await settled();
    await Promise.all([
      phone.client.create('goals', { name: 'a' }),
      phone.client.create('goals', { name: 'b' }),
    ]);
    await settled();
    expect(heard.at(-1)).toEqual(['a pending', 'b pending']);
    const count = heard.length;
    await phone.client.create('journal_entries', { title: 'x' });
    await settled();
    expect(heard).toHaveLength(count);
    await phone.client.sync();
    await settled();
    expect(heard.at(-1)).toEqual(['a synced', 'b synced']);
    expect(also).toEqual(heard);
    stop();
    await phone.client.create('goals', { name: 'c' });
    await settled();
    expect(heard.at(-1)).toEqual(['a synced', 'b synced']);
    expect(also.at(-1)).toContain('c pending');
  });

  test('CLI17 a long pull is told a few times, and at its end', async () => {
    server.pageSize = 5;
    for (let index = 0; index < 160; index += 1) server.put('goals', `g${index}`, { name: 'g' });
    const counts: number[] = [];
    phone.client.subscribe('goals', {}, (rows) => void counts.push(rows.length));
    await settled();
    await phone.client.sync();
    await settled();
    expect(counts.at(-1)).toBe(160);
    expect(counts.length).toBeLessThan(10);
  });
});

describe('proof', () => {
  test('CLI18 a device that differs says so, and is mended by the next run', async () => {
    server.put('goals', 'g', { name: 'g' });
    await phone.client.sync();
    expect(await phone.client.verify()).toBe('equal');
    server.corrupt('goals', 'g');
    server.put('products', 'p', { name: 'p' });
    expect(await phone.client.verify()).toBe('unknown');
    await phone.client.sync();
    expect(await phone.client.verify()).toBe('different');
    expect(await phone.client.sync()).toMatchObject({ pull: { snapshotPageCount: 1 } });
    expect(await phone.client.verify()).toBe('equal');
  });

  test('CLI18 nobody can tell while something is queued, or before the first sync', async () => {
    expect(await phone.client.verify()).toBe('unknown');
    await phone.client.sync();
    await phone.client.create('goals', { name: 'g' });
    expect(await phone.client.verify()).toBe('unknown');
  });
});

describe('the startup gate', () => {
  const options = (storage: HeadwaterClientOptions['storage'], userId?: string) => ({
    storage,
    transport: server.transport,
    schema: SYNC_SCHEMA,
    deviceId: 'phone',
    clock: { now: () => server.nowMs },
    randomness: { bytes: (count: number) => new Uint8Array(count) },
    ...(userId === undefined ? {} : { userId }),
  });

  test('CLI19 a storage of a newer build is left as it is', async () => {
    for (const storage of [createMemoryStore(), createSqlStore(createNodeSqlite(':memory:'))]) {
      await storage.open(99);
      await storage.transaction((transaction) => transaction.saveValue('x', 'y'));
      await expect(createHeadwaterClient(options(storage))).rejects.toMatchObject({
        code: 'STORE_TOO_NEW',
        retryable: false,
      });
      expect(await storage.transaction((transaction) => transaction.listValues(''))).toEqual([
        ['storeVersion', '99'],
        ['x', 'y'],
      ]);
    }
  });

  test('CLI19 a device id that no server takes is refused before anything is written under it', async () => {
    const made = createHeadwaterClient({ ...options(createMemoryStore()), deviceId: 'a phone' });
    await expect(made).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  test('CLI19 a storage of another user is left as it is', async () => {
    const storage = createMemoryStore();
    await createHeadwaterClient(options(storage, 'usr_1'));
    await expect(createHeadwaterClient(options(storage, 'usr_2'))).rejects.toMatchObject({
      code: 'STORE_OF_ANOTHER_USER',
    });
    await expect(createHeadwaterClient(options(storage, 'usr_1'))).resolves.toBeDefined();
  });

  test('CLI19 an older layout goes forward step by step, and a step that fails leaves the one before', async () => {
    const storage = phone.storage;
    const id = await phone.client.create('goals', { name: 'unsent' });
    const step = (toVersion: number, fails = false): StoreMigration => ({
      toVersion,
      migrate: async (transaction) => {
        const done = (await transaction.loadValue('done')) ?? '';
        await transaction.saveValue('done', `${done}${toVersion}`);
        if (fails) throw new Error('in the middle');
      },
    });
    await expect(passStartupGate(storage, undefined, [step(2), step(3, true)])).rejects.toThrow(
      'in the middle',
    );
    await storage.transaction(async (transaction) => {
      expect(await transaction.loadValue('done')).toBe('2');
      expect(await transaction.loadValue('storeVersion')).toBe('2');
    });
    await passStartupGate(storage, undefined, [step(2), step(3)]);
    await storage.transaction(async (transaction) => {
      expect(await transaction.loadValue('done')).toBe('23');
      expect(await transaction.listQueue('goals', id)).toHaveLength(1);
    });
  });
});

describe('the clock', () => {
  test('CLI20 a clock years off is corrected by what the server says, and later writes are later', async () => {
    let deviceMs = server.nowMs - 900 * DAY_MS;
    const device = await openDevice(server, 'late', { clock: { now: () => deviceMs } });
    await device.client.create('goals', { name: 'a' });
    await device.client.sync();
    await device.client.create('goals', { name: 'b' });
    deviceMs -= DAY_MS;
    await device.client.create('goals', { name: 'c' });
    await device.client.sync();
    const [first, second, third] = sentHlcs();
    expect(hlcMsOf(first)).toBe(server.nowMs - 900 * DAY_MS);
    expect(hlcMsOf(second)).toBe(server.nowMs);
    expect(third > second).toBe(true);
    const again = await openDevice(server, 'late', {
      storage: device.storage,
      clock: { now: () => deviceMs },
    });
    const id = await again.client.create('goals', { name: 'd' });
    expect((await again.client.get('goals', id))?.updatedAtMs).toBeGreaterThanOrEqual(server.nowMs);
  });

  test('CLI20 a clock that once ran far ahead does not hold later writes there', async () => {
    let deviceMs = server.nowMs + 400 * DAY_MS;
    const device = await openDevice(server, 'early', { clock: { now: () => deviceMs } });
    await device.client.create('goals', { name: 'a' });
    deviceMs = server.nowMs;
    await device.client.create('goals', { name: 'b' });
    await device.client.sync();
    await device.client.create('goals', { name: 'c' });
    await device.client.sync();
    const [first, second, third] = sentHlcs();
    expect(second > first).toBe(true);
    expect(hlcMsOf(third)).toBe(server.nowMs);
  });
});

test('CLI7 requests by fetch carry the token of the moment, and what fails there is a network error', async () => {
  const seen: unknown[] = [];
  const transport = createFetchTransport({
    baseUrl: 'https://api.test/',
    authorization: async () => `Bearer ${seen.length}`,
    userId: 'usr_1',
    fetch: async (url, init) => {
      seen.push([url, init]);
      if (seen.length === 3) throw Object.assign(new Error('slow'), { name: 'TimeoutError' });
      return { status: 200, headers: new Headers({ 'Retry-After': '1' }), text: async () => 'x' };
    },
  });
  const answer = { status: 200, headers: { 'retry-after': '1' }, body: 'x' };
  expect(await transport.send({ method: 'GET', path: '/v1/sync/changes', query: { cursor: 'a b' } })).toEqual(
    answer,
  );
  expect(await transport.send({ method: 'POST', path: '/v1/sync/push', body: '{}' })).toEqual(answer);
  await expect(transport.send({ method: 'GET', path: '/v1' })).rejects.toMatchObject({
    name: 'NetworkError',
    timedOut: true,
  });
  const headers = { authorization: 'Bearer 0', 'x-headwater-user': 'usr_1' };
  expect(seen[0]).toEqual(['https://api.test/v1/sync/changes?cursor=a%20b', { method: 'GET', headers }]);
  expect(seen[1]).toMatchObject([
    expect.any(String),
    { body: '{}', headers: { 'content-type': 'application/json' } },
  ]);
});
