import { beforeEach, describe, expect, test } from 'vitest';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { createFakeSyncServer, type FakeSyncServer } from '../../../test/support/fake-sync-server.ts';
import { openDevice, type SyncDevice } from '../../../test/support/sync-device.ts';
import type { LocalStore } from '../store/local-store.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import type { TransportAnswer, TransportRequest } from '../transport.ts';

let server: FakeSyncServer;
let phone: SyncDevice;
beforeEach(async () => {
  server = createFakeSyncServer(SYNC_SCHEMA);
  phone = await openDevice(server, 'phone');
});

const pathsSince = (index: number) =>
  server.requests.slice(index).map(({ path }) => path.replace('/v1/sync/', ''));
const ids = async (type: string) => (await phone.client.query(type)).map(({ id }) => id);
const PURCHASE = { purchasedAt: '2026-11-21T10:00:00Z' };

/** A device over the same storage whose answers somebody changes on the way. */
const through = (
  storage: LocalStore,
  change: (request: TransportRequest, answer: TransportAnswer) => TransportAnswer | undefined,
) =>
  openDevice(
    {
      nowMs: server.nowMs,
      transport: {
        send: async (request) => {
          const answer = await server.transport.send(request);
          return change(request, answer) ?? answer;
        },
      },
    },
    'phone',
    { storage },
  );

describe('the snapshot lane', () => {
  test('CLI12 the first sync is a snapshot, with progress, and goes on where it was cut off', async () => {
    server.pageSize = 2;
    for (let index = 0; index < 5; index += 1) server.put('goals', `g${index}`, { name: 'g' });
    server.fault('/v1/sync/snapshot', { status: 503 });
    await phone.client.sync();
    const device = await through(phone.storage, (request) =>
      request.query?.['cursor']?.includes('g1') ? { status: 503, headers: {}, body: '' } : undefined,
    );
    expect(await device.client.sync()).toMatchObject({ outcome: 'stopped', pull: { snapshotPageCount: 1 } });
    expect(await phone.client.status()).toMatchObject({ snapshot: { rowCount: 2, rowsTotal: 5 } });
    expect(await phone.client.sync()).toMatchObject({
      outcome: 'completed',
      pull: { snapshotPageCount: 2, snapshotRowCount: 3 },
    });
    expect(await ids('goals')).toEqual(['g0', 'g1', 'g2', 'g3', 'g4']);
    expect(await phone.client.status()).toMatchObject({ snapshot: undefined });
  });

  test('CLI12 what changes while a snapshot is read comes with the log behind it', async () => {
    server.pageSize = 2;
    for (let index = 0; index < 4; index += 1) server.put('goals', `g${index}`, { name: 'g' });
    let isFirst = true;
    const device = await through(phone.storage, (request) => {
      if (request.path !== '/v1/sync/snapshot' || !isFirst) return undefined;
      isFirst = false;
      server.put('goals', 'g0', undefined);
      server.put('goals', 'g3', { name: 'later' });
      server.put('goals', 'a-new-one-behind-the-page', { name: 'n' });
      return undefined;
    });
    expect(await device.client.sync()).toMatchObject({ outcome: 'completed' });
    expect((await phone.client.query('goals')).map(({ id, data }) => [id, data['name']])).toEqual([
      ['a-new-one-behind-the-page', 'n'],
      ['g1', 'g'],
      ['g2', 'g'],
      ['g3', 'later'],
    ]);
    expect(await phone.client.verify()).toBe('equal');
  });

  test('CLI12 the log goes on from where the first page began, whatever later pages say', async () => {
    server.pageSize = 2;
    for (let index = 0; index < 4; index += 1) server.put('goals', `g${index}`, { name: 'g' });
    let pages = 0;
    const device = await through(phone.storage, ({ path }, answer) => {
      if (path !== '/v1/sync/snapshot') return undefined;
      pages += 1;
      if (pages === 1) server.put('goals', 'g0', undefined);
      return pages === 1
        ? undefined
        : { ...answer, body: answer.body.replace(/"thenCursor":"1[.]4"/, '"thenCursor":"1.5"') };
    });
    await device.client.sync();
    expect(await ids('goals')).toEqual(['g1', 'g2', 'g3']);
  });

  test('CLI12 a server with another history is taken over: rows of before go, queued writes stay', async () => {
    server.put('goals', 'old', { name: 'o' });
    server.put('goals', 'both', { name: 'b' });
    server.put('goals', 'both', { name: 'b' });
    server.put('journal_entries', 'edited', { title: 'o' });
    await phone.client.sync();
    server.refuse = () => ({ code: 'sync.contention', retryable: true });
    await phone.client.update('journal_entries', 'edited', { title: 'mine' });
    const made = await phone.client.create('goals', { name: 'made here' });
    server.forgetHistory();
    server.put('goals', 'both', { name: 'of the new history' });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', pull: { resyncCount: 1 } });
    expect((await phone.client.query('goals')).map(({ data }) => data['name'])).toEqual([
      'made here',
      'of the new history',
    ]);
    expect(await phone.client.get('goals', 'both')).toMatchObject({ version: 1 });
    expect(await phone.client.queue()).toMatchObject([{ id: 'edited' }, { id: made }]);
  });

  test('CLI12 a cursor that the server cannot read leads to a snapshot, and so does a damaged one', async () => {
    server.put('goals', 'g', { name: 'g' });
    server.put('goals', 'gone', { name: 'gone' });
    await phone.client.sync();
    server.fault('/v1/sync/changes', { status: 400, code: 'request.bad_cursor' });
    expect(await phone.client.sync()).toMatchObject({
      outcome: 'completed',
      pull: { resyncCount: 1, snapshotPageCount: 1 },
    });
    server.nowMs += 1_000;
    server.corrupt('goals', 'gone');
    await phone.storage.transaction((transaction) => transaction.saveValue('cursor', '{"cur'));
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', pull: { snapshotPageCount: 1 } });
    expect(await ids('goals')).toEqual(['g']);
  });

  test('CLI12 a server that never knows any cursor stops the run instead of asking for ever', async () => {
    await phone.client.sync();
    const gone = await through(phone.storage, ({ path }) =>
      path === '/v1/sync/push'
        ? undefined
        : { status: 410, headers: {}, body: '{"code":"sync.resync_required"}' },
    );
    expect(await gone.client.sync()).toMatchObject({
      outcome: 'stopped',
      error: { code: 'RESYNC_REQUIRED' },
      pull: { resyncCount: 3 },
    });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed' });
  });
});

describe('pages of the log', () => {
  test('CLI13 trap 9: own echoes and repeated pages change nothing', async () => {
    const id = await phone.client.create('goals', { name: 'a' });
    await phone.client.sync();
    const before = await phone.client.get('goals', id);
    const cursor = await phone.storage.transaction((transaction) => transaction.loadValue('cursor'));
    await phone.client.update('goals', id, { name: 'b' });
    await phone.client.sync();
    await phone.storage.transaction((transaction) => transaction.saveValue('cursor', cursor));
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', pull: { changeCount: 1 } });
    expect(before).toMatchObject({ version: 1, state: 'synced' });
    expect(await phone.client.get('goals', id)).toMatchObject({
      version: 2,
      state: 'synced',
      data: { name: 'b' },
    });
    expect(await phone.client.verify()).toBe('equal');
  });

  test('CLI13 trap 2 trap 3: every page moves the one cursor, a type without changes holds nothing back', async () => {
    await phone.client.sync();
    server.pageSize = 7;
    for (let index = 0; index < 100; index += 1)
      server.put('goals', `g${String(index).padStart(3, '0')}`, { name: 'g' });
    server.put('products', 'p', { name: 'p' });
    const start = server.requests.length;
    expect(await phone.client.sync()).toMatchObject({
      outcome: 'completed',
      pull: { pageCount: 15, changeCount: 101 },
    });
    const cursors = server.requests.slice(start).map(({ query }) => query?.['cursor']);
    expect(new Set(cursors).size).toBe(15);
    expect(await phone.client.verify()).toBe('equal');
  });

  test('CLI13 types and fields that this build does not know are kept and do no harm', async () => {
    server.put('moons', 'm', { phase: 'full' });
    server.put('goals', 'g', { name: 'g', fieldOfTomorrow: { a: [1] } });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed' });
    server.put('moons', 'm', { phase: 'new' });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed' });
    expect(await phone.client.query('moons')).toMatchObject([{ id: 'm', version: 2, state: 'synced' }]);
    await phone.client.update('goals', 'g', { name: 'h' });
    expect(await phone.client.get('goals', 'g')).toMatchObject({
      data: { name: 'h', fieldOfTomorrow: { a: [1] } },
    });
    await expect(phone.client.create('moons', {})).rejects.toMatchObject({ code: 'UNKNOWN_ENTITY_TYPE' });
    await phone.client.sync();
    expect(await phone.client.verify()).toBe('equal');
  });

  test('CLI14 a reply of the past is not taken for the present, and the cursor stands', async () => {
    server.put('goals', 'g', { name: 'g' });
    await phone.client.sync();
    const old: TransportAnswer[] = [];
    const recorder = await through(phone.storage, ({ path }, answer) => {
      if (path === '/v1/sync/changes') old.push(answer);
      return undefined;
    });
    await recorder.client.sync();
    for (const name of ['b', 'c']) {
      server.put('goals', 'g', { name });
      await recorder.client.sync();
    }
    const replay = await through(phone.storage, ({ path }) =>
      path === '/v1/sync/changes' ? old[1] : undefined,
    );
    expect(await replay.client.sync()).toMatchObject({
      outcome: 'stopped',
      error: { code: 'CURSOR_BACKWARD' },
    });
    expect(await phone.client.get('goals', 'g')).toMatchObject({ version: 3 });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', pull: { changeCount: 0 } });
  });

  test('CLI14 more that never comes stops the run', async () => {
    await phone.client.sync();
    const stuck = await through(phone.storage, ({ path }, answer) =>
      path === '/v1/sync/changes'
        ? { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), hasMore: true }) }
        : undefined,
    );
    expect(await stuck.client.sync()).toMatchObject({
      outcome: 'stopped',
      error: { code: 'PROTOCOL_ERROR' },
    });
  });

  test('CLI13 a page that comes after another instance went on changes nothing', async () => {
    await phone.client.sync();
    server.put('goals', 'g', { name: 'a' });
    const slow = await through(phone.storage, () => undefined);
    let isFirst = true;
    const late = await through(phone.storage, () => undefined);
    const overtaken = await openDevice(
      {
        nowMs: server.nowMs,
        transport: {
          send: async (request) => {
            const answer = await server.transport.send(request);
            if (request.path === '/v1/sync/changes' && isFirst) {
              isFirst = false;
              server.put('goals', 'g', { name: 'b' });
              await slow.client.sync();
              server.fault('/v1/sync/changes', { status: 503 });
            }
            return { ...answer, body: answer.body.replace('"hasMore":false', '"hasMore":true') };
          },
        },
      },
      'phone',
      { storage: phone.storage },
    );
    await overtaken.client.sync();
    expect(await late.client.sync()).toMatchObject({ outcome: 'completed', pull: { changeCount: 0 } });
    expect(await phone.client.get('goals', 'g')).toMatchObject({ version: 2 });
  });

  test('CLI3 a write counts once, also between two pages of a pull that stops', async () => {
    server.put('products', 'p', { name: 'p' });
    const item = await phone.client.create('inventory_items', { productId: 'p', quantityRemaining: 10 });
    await phone.client.sync();
    server.pageSize = 1;
    await phone.client.update('inventory_items', item, { quantityRemaining: { delta: -1 } });
    const device = await through(phone.storage, ({ path }) => {
      if (path === '/v1/sync/push') server.put('goals', 'behind', { name: 'g' });
      if (path === '/v1/sync/changes') server.fault('/v1/sync/changes', { status: 503 });
      return undefined;
    });
    expect(await device.client.sync()).toMatchObject({ outcome: 'stopped', pull: { pageCount: 1 } });
    expect(await phone.client.get('inventory_items', item)).toMatchObject({
      version: 2,
      state: 'synced',
      data: { quantityRemaining: 9 },
    });
  });

  test('CLI3 CLI12 a deletion of a row that the server has lost stays one, and leads to a snapshot', async () => {
    const id = await phone.client.create('goals', { name: 'a' });
    await phone.client.sync();
    server.corrupt('goals', id);
    await phone.client.delete('goals', id);
    server.fault('/v1/sync/snapshot', { status: 503 });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'stopped', push: { acceptedCount: 1 } });
    expect(await phone.client.get('goals', id)).toBeUndefined();
    expect(await phone.client.sync()).toMatchObject({
      outcome: 'completed',
      pull: { snapshotPageCount: 1 },
    });
    expect(await phone.client.get('goals', id)).toBeUndefined();
    expect((await phone.storage.transaction((transaction) => transaction.listQueue())).length).toBe(0);
    expect(await phone.client.verify()).toBe('equal');
  });
});

describe('the integrity gate', () => {
  test('CLI15 a child may come a page before its parent', async () => {
    await phone.client.sync();
    server.pageSize = 1;
    server.put('purchases', 'child', { ...PURCHASE, productId: 'parent' });
    server.put('products', 'parent', { name: 'p' });
    expect(await phone.client.sync()).toMatchObject({
      outcome: 'completed',
      integrity: 'ok',
      pull: { pageCount: 2 },
    });
    expect(await ids('purchases')).toEqual(['child']);
  });

  test('CLI15 a mandatory parent that is missing at the end stops the run before its last page', async () => {
    await phone.client.sync();
    server.pageSize = 1;
    server.put('goals', 'g', { name: 'g' });
    server.put('purchases', 'child', { ...PURCHASE, productId: 'parent' });
    expect(await phone.client.sync()).toMatchObject({
      outcome: 'stopped',
      error: { code: 'INTEGRITY_VIOLATION' },
      integrity: 'violations',
      pull: { pageCount: 1 },
    });
    expect(await ids('purchases')).toEqual([]);
    expect(await ids('goals')).toEqual(['g']);
    server.put('products', 'parent', { name: 'p' });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', integrity: 'ok' });
    expect(await ids('purchases')).toEqual(['child']);
  });

  test('CLI15 a parent that is deleted while its child stays is noticed too', async () => {
    server.put('products', 'parent', { name: 'p' });
    server.put('purchases', 'child', { ...PURCHASE, productId: 'parent' });
    await phone.client.sync();
    server.put('products', 'parent', undefined);
    expect(await phone.client.sync()).toMatchObject({ error: { code: 'INTEGRITY_VIOLATION' } });
    server.put('purchases', 'child', undefined);
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', integrity: 'ok' });
  });

  test('CLI15 what is missing run after run is asked for by a snapshot, and is then the server’s own', async () => {
    await phone.client.sync();
    server.put('purchases', 'child', { ...PURCHASE, productId: 'parent' });
    for (let run = 0; run < 3; run += 1) {
      expect(await phone.client.sync()).toMatchObject({
        error: { code: 'INTEGRITY_VIOLATION', retryable: true },
      });
    }
    expect(await phone.client.sync()).toMatchObject({
      outcome: 'completed',
      integrity: 'violations',
      warningCount: 1,
      pull: { snapshotPageCount: 1 },
    });
    expect(await ids('purchases')).toEqual(['child']);
    server.put('goals', 'g', { name: 'g' });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', integrity: 'ok' });
  });

  test('CLI15 a snapshot without a parent that is there is mended by itself', async () => {
    server.put('products', 'parent', { name: 'p' });
    await phone.client.sync();
    await phone.storage.transaction(async (transaction) => {
      const row = await transaction.loadRow('products', 'parent');
      if (row !== undefined) await transaction.saveRows([{ ...row, deleted: true, version: 9 }]);
    });
    server.put('purchases', 'child', { ...PURCHASE, productId: 'parent' });
    for (let run = 0; run < 3; run += 1) await phone.client.sync();
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', integrity: 'ok' });
    expect(await ids('products')).toEqual(['parent']);
  });

  test('CLI15 an optional parent that is missing is a warning', async () => {
    await phone.client.sync();
    server.put('sessions', 's', { startedAt: '2026-11-21T10:00:00Z', deviceId: 'nobody' });
    expect(await phone.client.sync()).toMatchObject({
      outcome: 'completed',
      integrity: 'warnings',
      warningCount: 1,
    });
  });

  test('CLI15 more suspects than are listed are judged all the same', async () => {
    await phone.client.sync();
    server.pageSize = 400;
    for (let index = 0; index < 1_300; index += 1)
      server.put('purchases', `c${String(index).padStart(4, '0')}`, { ...PURCHASE, productId: 'parent' });
    expect(await phone.client.sync()).toMatchObject({
      error: { code: 'INTEGRITY_VIOLATION' },
      pull: { pageCount: 3 },
    });
    const kept = await phone.storage.transaction((transaction) => transaction.loadValue('integrity'));
    expect(kept?.length).toBeLessThan(200);
    server.put('products', 'parent', { name: 'p' });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', integrity: 'ok' });
    expect(await ids('purchases')).toHaveLength(1_300);
  });

  test('CLI15 where the check itself fails the state is unknown and nothing of the page is kept', async () => {
    const inner = createMemoryStore();
    const storage: LocalStore = {
      ...inner,
      transaction: (work) =>
        inner.transaction((transaction) =>
          work({
            ...transaction,
            listMissing: () => {
              throw new Error('no index');
            },
          }),
        ),
    };
    const broken = await openDevice(server, 'phone', { storage });
    await broken.client.sync();
    server.put('purchases', 'child', { ...PURCHASE, productId: 'parent' });
    expect(await broken.client.sync()).toMatchObject({
      outcome: 'stopped',
      error: { code: 'INTEGRITY_UNKNOWN' },
      integrity: 'unknown',
    });
    expect(await broken.client.query('purchases')).toEqual([]);
  });
});

test('CLI16 a run asks for nothing that it does not need', async () => {
  await phone.client.sync();
  const start = server.requests.length;
  await phone.client.sync();
  expect(pathsSince(start)).toEqual(['changes']);
});
