import { beforeEach, describe, expect, test } from 'vitest';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { createFakeSyncServer, type FakeSyncServer } from '../../../test/support/fake-sync-server.ts';
import { openDevice, type SyncDevice } from '../../../test/support/sync-device.ts';
import { DAY_MS } from '../../core/instants.ts';
import type { Transport } from '../transport.ts';
import type { WireChange } from './plan-push.ts';

interface SentPush {
  readonly operationId: string;
  readonly changes: readonly WireChange[];
}

let server: FakeSyncServer;
let phone: SyncDevice;
beforeEach(async () => {
  server = createFakeSyncServer(SYNC_SCHEMA);
  phone = await openDevice(server, 'phone');
});

const bodies = (): readonly string[] =>
  server.requests.filter(({ path }) => path === '/v1/sync/push').map(({ body }) => body ?? '');
const pushes = (): readonly SentPush[] => bodies().map((body) => JSON.parse(body));
const changesOf = (index: number) => pushes()[index]?.changes ?? [];
const stateOf = async (type: string, id: string) => (await phone.client.get(type, id))?.state;
const journal = (data: Readonly<Record<string, unknown>> = { title: 'a' }) =>
  phone.client.create('journal_entries', data);
const synced = async (data?: Readonly<Record<string, unknown>>) => {
  const id = await journal(data);
  await phone.client.sync();
  return id;
};

/** Another instance over the storage of `phone`, which gets no answer before `release`. */
async function openSlow() {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const send: Transport['send'] = async (request) => {
    const answer = await server.transport.send(request);
    await held;
    return answer;
  };
  const link = { nowMs: server.nowMs, transport: { send } };
  return { slow: await openDevice(link, 'phone', { storage: phone.storage }), release: () => release() };
}

describe('what is sent', () => {
  test('CLI5 creations go parents first, then updates, then deletions children first', async () => {
    const product = await phone.client.create('products', { name: 'p' });
    const purchase = await phone.client.create('purchases', {
      productId: product,
      purchasedAt: '2026-11-21T10:00:00Z',
    });
    const other = await phone.client.create('products', { name: 'q' });
    await phone.client.sync();
    await phone.client.delete('products', product);
    await phone.client.delete('purchases', purchase);
    await phone.client.update('products', other, { brand: 'b' });
    const child = await phone.client.create('purchases', {
      productId: other,
      purchasedAt: '2026-11-21T10:00:00Z',
    });
    const parent = await phone.client.create('products', { name: 'r' });
    await phone.client.sync();
    expect(changesOf(0).map(({ id }) => id)).toEqual([product, other, purchase]);
    expect(changesOf(1).map(({ op, id }) => [op, id])).toEqual([
      ['create', parent],
      ['create', child],
      ['update', other],
      ['delete', purchase],
      ['delete', product],
    ]);
  });

  test('CLI5 writes to one row go as one, and a row that came and went not at all', async () => {
    const id = await journal({ title: 'a', tags: ['x'] });
    await phone.client.update('journal_entries', id, { title: 'b', tags: ['x', 'y'] });
    const gone = await journal();
    await phone.client.delete('journal_entries', gone);
    expect(await phone.client.queue()).toMatchObject([{ id, op: 'create' }]);
    expect(await phone.client.sync()).toMatchObject({
      push: { acceptedCount: 1, requestCount: 1 },
    });
    expect(changesOf(0)).toMatchObject([{ op: 'create', id, data: { title: 'b', tags: ['x', 'y'] } }]);
    expect(await phone.client.queue()).toEqual([]);
  });

  test('CLI5 an update carries what differs only: elements of sets, deltas of counters', async () => {
    const product = await phone.client.create('products', { name: 'p', effects: ['a', 'b'] });
    const item = await phone.client.create('inventory_items', { productId: product, quantityRemaining: 10 });
    await phone.client.sync();
    await phone.client.update('products', product, { name: 'p', effects: ['b', 'c'] });
    await phone.client.update('inventory_items', item, { quantityRemaining: 7 });
    await phone.client.update('inventory_items', item, { quantityRemaining: { delta: -1 } });
    await phone.client.update('products', product, { name: 'p' });
    await phone.client.sync();
    expect(changesOf(1)).toMatchObject([
      { baseVersion: 1, data: { effects: { add: ['c'], remove: ['a'] } } },
      { baseVersion: 1, data: { quantityRemaining: { delta: -4 } } },
    ]);
    expect(await phone.client.get('inventory_items', item)).toMatchObject({ data: { quantityRemaining: 6 } });
  });

  test('CLI5 at most 1,000 changes and 4 MB go at once, and a deletion of a twin goes before the new one', async () => {
    const big = 'x'.repeat(20_000);
    for (let index = 0; index < 210; index += 1) await journal({ content: big });
    const device = await phone.client.create('devices', { name: 'd', mac: 'm' });
    await phone.client.sync();
    expect(pushes().map(({ changes }) => changes.length)).toEqual([expect.any(Number), expect.any(Number)]);
    for (const body of bodies()) expect(body.length).toBeLessThan(4_100_000);
    await phone.client.delete('devices', device);
    const twin = await phone.client.create('devices', { name: 'd', mac: 'm' });
    await phone.client.sync();
    expect(
      pushes()
        .slice(2)
        .map(({ changes }) => changes.map(({ op, id }) => [op, id])),
    ).toEqual([[['delete', device]], [['create', twin]]]);
  });

  test('CLI5 an operation is small enough for a function, which gets two bytes for each quote', async () => {
    for (let index = 0; index < 120; index += 1) await journal({ content: '"'.repeat(20_000) });
    await phone.client.sync();
    const sizes = bodies().map((body) => JSON.stringify(body).length);
    expect(sizes.length).toBeGreaterThan(1);
    for (const size of sizes) expect(size).toBeLessThan(4_100_000);
  });

  test('CLI5 a child waits for a parent that only this device has and that waits itself', async () => {
    const product = await phone.client.create('products', { name: 'p' });
    const purchase = await phone.client.create('purchases', {
      productId: product,
      purchasedAt: '2026-11-21T10:00:00Z',
    });
    server.refuse = ({ entityType }) =>
      entityType === 'products' ? { code: 'sync.contention', retryable: true } : undefined;
    await phone.client.sync();
    server.refuse = undefined;
    expect(await phone.client.sync()).toMatchObject({ push: { requestCount: 0, deferredCount: 2 } });
    server.nowMs += 600_000;
    expect(await phone.client.sync()).toMatchObject({ push: { acceptedCount: 2, deferredCount: 0 } });
    expect(await stateOf('purchases', purchase)).toBe('synced');
  });
});

describe('an operation under way', () => {
  test('CLI4 after a lost reply the same bytes go again, and what was written meanwhile waits behind them', async () => {
    const id = await journal();
    server.fault('/v1/sync/push', 'reply lost');
    expect(await phone.client.sync()).toMatchObject({
      outcome: 'stopped',
      error: { code: 'NETWORK_ERROR', retryable: true },
    });
    expect(await phone.client.status()).toMatchObject({ sendingCount: 1, pendingCount: 0 });
    await phone.client.update('journal_entries', id, { title: 'b' });
    expect(await phone.client.get('journal_entries', id)).toMatchObject({
      state: 'pending',
      data: { title: 'b' },
    });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', push: { acceptedCount: 2 } });
    const [first, again, next] = bodies();
    expect(again).toBe(first);
    expect(JSON.parse(next ?? '')).toMatchObject({
      changes: [{ op: 'update', baseVersion: 1, data: { title: 'b' } }],
    });
    expect(server.row('journal_entries', id)).toMatchObject({ version: 2, data: { title: 'b' } });
  });

  test('CLI4 an answer that is none, or of another operation, settles nothing', async () => {
    await journal();
    const { transport } = server;
    const lies = [
      '{}',
      'not json',
      JSON.stringify({ operationId: 'x', seq: 1, successful: [], conflicts: [], failed: [] }),
    ];
    for (const body of lies) {
      const liar = await openDevice(
        { transport: { send: async () => ({ status: 200, headers: {}, body }) }, nowMs: server.nowMs },
        'phone',
        { storage: phone.storage },
      );
      expect(await liar.client.sync()).toMatchObject({ error: { code: 'PROTOCOL_ERROR' } });
    }
    expect(transport).toBe(server.transport);
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', push: { acceptedCount: 1 } });
  });

  test('CLI4 trap 1: a write that was answered with later goes as another operation, and its old answer never comes back', async () => {
    const id = await journal();
    server.refuse = () => ({ code: 'sync.contention', retryable: true });
    expect(await phone.client.sync()).toMatchObject({ push: { postponedCount: 1 } });
    expect(await phone.client.queue()).toMatchObject([
      { id, state: 'pending', attemptCount: 1, code: 'sync.contention' },
    ]);
    server.refuse = undefined;
    server.nowMs += 600_000;
    expect(await phone.client.sync()).toMatchObject({ push: { acceptedCount: 1 } });
    const [first, second] = pushes();
    expect(second?.operationId).not.toBe(first?.operationId);
    expect(await stateOf('journal_entries', id)).toBe('synced');
  });

  test('CLI4 trap 1: a rebased write is another operation', async () => {
    const id = await synced();
    await phone.client.update('journal_entries', id, { mood: 'low' });
    await phone.client.sync();
    server.forgetHistory();
    server.put('journal_entries', id, { title: 'of the backup' });
    await phone.client.update('journal_entries', id, { title: 'b' });
    const [before] = pushes().slice(-1);
    expect(await phone.client.sync()).toMatchObject({
      outcome: 'completed',
      push: { acceptedCount: 1 },
      pull: { snapshotPageCount: 1 },
    });
    const [refused, rebased] = pushes().slice(-2);
    expect(new Set([before?.operationId, refused?.operationId, rebased?.operationId]).size).toBe(3);
    expect(refused?.changes[0]).toMatchObject({ baseVersion: 2 });
    expect(rebased?.changes[0]).not.toHaveProperty('baseVersion');
    expect(server.row('journal_entries', id)).toMatchObject({ data: { title: 'b' } });
    expect(await phone.client.get('journal_entries', id)).toMatchObject({
      version: 2,
      state: 'synced',
      data: { title: 'b' },
    });
  });

  test('CLI4 an answer that comes after another instance has settled the operation changes nothing', async () => {
    await journal();
    const { slow, release } = await openSlow();
    const late = slow.client.sync();
    await new Promise((resolve) => setImmediate(resolve));
    await phone.client.sync();
    await journal({ title: 'next' });
    server.fault('/v1/sync/push', 'reply lost');
    await phone.client.sync();
    server.fault('/v1/sync/push', 'request lost');
    release();
    await late;
    expect(await phone.client.status()).toMatchObject({ sendingCount: 1 });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', push: { acceptedCount: 1 } });
    expect(bodies().at(-1)).toBe(bodies().at(-2));
  });

  test('CLI4 CLI11 a refusal that comes after another instance has released the operation changes nothing', async () => {
    const id = await journal();
    const { slow, release } = await openSlow();
    server.fault('/v1/sync/push', { status: 410, code: 'sync.operation_expired' });
    const late = slow.client.sync();
    await new Promise((resolve) => setImmediate(resolve));
    server.fault('/v1/sync/push', { status: 410, code: 'sync.operation_expired' });
    server.fault('/v1/sync/push', 'reply lost');
    await phone.client.sync();
    await phone.client.update('journal_entries', id, { title: 'b' });
    release();
    await late;
    await phone.client.sync();
    const [, , underWay, ...after] = bodies();
    expect(after[0]).toBe(underWay);
    const ids = new Set(pushes().flatMap(({ changes }) => changes.map(({ requestId }) => requestId)));
    expect(ids.size).toBe(new Set(bodies()).size);
    expect(server.row('journal_entries', id)).toMatchObject({ version: 2, data: { title: 'b' } });
    expect(await phone.client.queue()).toEqual([]);
  });

  test('CLI4 an answer that forgets a write leaves it in the queue', async () => {
    const id = await journal();
    const forgetful = {
      nowMs: server.nowMs,
      transport: {
        send: async (request: Parameters<typeof server.transport.send>[0]) => {
          const answer = await server.transport.send(request);
          if (request.path !== '/v1/sync/push') return answer;
          return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), successful: [] }) };
        },
      },
    };
    const device = await openDevice(forgetful, 'phone', { storage: phone.storage });
    await device.client.sync();
    expect(await phone.client.queue()).toMatchObject([{ id, state: 'pending', code: 'sync.unanswered' }]);
    server.nowMs += 600_000;
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', push: { acceptedCount: 1 } });
  });

  test('CLI6 a damaged record of the operation loses no write', async () => {
    const id = await journal();
    server.fault('/v1/sync/push', 'reply lost');
    await phone.client.sync();
    await phone.storage.transaction((transaction) => transaction.saveValue('operation', '{'));
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed' });
    expect(server.row('journal_entries', id)).toMatchObject({ data: { title: 'a' } });
    expect(await stateOf('journal_entries', id)).toBe('synced');
  });

  test('CLI6 a damaged write is put aside and counted, and its neighbours go', async () => {
    const bad = await journal();
    const good = await journal();
    await phone.storage.transaction(async (transaction) => {
      const [first] = await transaction.listQueue('journal_entries', bad);
      if (first !== undefined) await transaction.saveQueued([{ ...first, payload: '{"op":"create"' }]);
    });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', push: { acceptedCount: 1 } });
    expect(server.row('journal_entries', good)).toBeDefined();
    expect(await phone.client.status()).toMatchObject({ quarantinedCount: 1, pendingCount: 0 });
  });
});

describe('what the server will not take', () => {
  test('CLI10 trap 13: a refusal is shown with its code, waits for an edit, and never passes for synced', async () => {
    const id = await journal();
    server.refuse = () => ({ code: 'sync.invalid_data', retryable: false });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', push: { refusedCount: 1 } });
    expect(await phone.client.sync()).toMatchObject({ push: { requestCount: 0 } });
    expect(await phone.client.get('journal_entries', id)).toMatchObject({
      state: 'refused',
      data: { title: 'a' },
    });
    expect(await phone.client.queue()).toMatchObject([{ id, state: 'refused', code: 'sync.invalid_data' }]);
    server.refuse = undefined;
    await phone.client.update('journal_entries', id, { title: 'mended' });
    expect(await phone.client.sync()).toMatchObject({ push: { acceptedCount: 1 } });
    expect(server.row('journal_entries', id)).toMatchObject({ version: 1, data: { title: 'mended' } });
  });

  test('CLI10 trap 13: a deletion that is refused stays refused until it is asked for again', async () => {
    const id = await synced();
    server.refuse = () => ({ code: 'sync.delete_restricted', retryable: false });
    await phone.client.delete('journal_entries', id);
    await phone.client.sync();
    expect(await phone.client.queue()).toMatchObject([{ op: 'delete', state: 'refused' }]);
    server.refuse = undefined;
    await phone.client.delete('journal_entries', id);
    await phone.client.sync();
    expect(server.row('journal_entries', id)?.deleted).toBe(true);
    expect(await phone.client.queue()).toEqual([]);
  });

  test('CLI10 what is discarded shows the row as the server has it', async () => {
    const id = await synced();
    server.refuse = () => ({ code: 'sync.invalid_data', retryable: false });
    await phone.client.update('journal_entries', id, { title: 'no' });
    await phone.client.sync();
    expect(await phone.client.discard('journal_entries', id)).toBe(1);
    expect(await phone.client.discard('journal_entries', id)).toBe(0);
    expect(await phone.client.get('journal_entries', id)).toMatchObject({
      state: 'synced',
      data: { title: 'a' },
    });
  });

  test('CLI10 later is tried again with growing pauses, and after ten answers it is refused', async () => {
    const id = await journal();
    server.refuse = () => ({ code: 'sync.reference_missing', retryable: true });
    let requests = 0;
    for (let run = 0; run < 40; run += 1) {
      requests += (await phone.client.sync()).push.requestCount;
      expect((await phone.client.sync()).push.requestCount).toBe(0);
      server.nowMs += 400_000;
    }
    expect(requests).toBe(10);
    expect(await phone.client.queue()).toMatchObject([
      { id, state: 'refused', code: 'sync.reference_missing', attemptCount: 10 },
    ]);
  });

  test('CLI10 a change that makes the request malformed is found and refused, and its neighbours are taken', async () => {
    const ids = [];
    for (let index = 0; index < 9; index += 1) ids.push(await journal({ title: `t${index}` }));
    const guard = {
      nowMs: server.nowMs,
      transport: {
        send: async (request: Parameters<typeof server.transport.send>[0]) => {
          const isBad = request.path === '/v1/sync/push' && request.body?.includes('"t4"') === true;
          if (!isBad) return server.transport.send(request);
          return { status: 400, headers: {}, body: JSON.stringify({ code: 'request.invalid' }) };
        },
      },
    };
    const device = await openDevice(guard, 'phone', { storage: phone.storage });
    expect(await device.client.sync()).toMatchObject({ outcome: 'completed', push: { acceptedCount: 8 } });
    expect(await phone.client.queue()).toMatchObject([
      { id: ids[4], state: 'refused', code: 'request.invalid' },
    ]);
  });

  test('CLI7 CLI11 an expired operation goes again with a clock of now; a delta that may have counted is shown instead', async () => {
    const product = await phone.client.create('products', { name: 'p' });
    const item = await phone.client.create('inventory_items', { productId: product, quantityRemaining: 10 });
    await phone.client.sync();
    await phone.client.update('inventory_items', item, { quantityRemaining: { delta: -1 } });
    await phone.client.update('products', product, { brand: 'b' });
    server.fault('/v1/sync/push', 'request lost');
    await phone.client.sync();
    const sentHlc = changesOf(1)[0]?.hlc ?? '';
    server.nowMs += 100 * DAY_MS;
    server.fault('/v1/sync/push', { status: 410, code: 'sync.operation_expired' });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', push: { acceptedCount: 1 } });
    const last = pushes().at(-1);
    expect(last?.changes).toMatchObject([{ id: product, data: { brand: 'b' } }]);
    expect((last?.changes[0]?.hlc ?? '') > sentHlc).toBe(true);
    expect(await phone.client.queue()).toMatchObject([
      { id: item, state: 'refused', code: 'sync.operation_expired' },
    ]);
    expect(server.row('inventory_items', item)).toMatchObject({ data: { quantityRemaining: 10 } });
  });

  test('CLI11 a delta that was never sent before goes again when its operation is too old', async () => {
    const product = await phone.client.create('products', { name: 'p' });
    const item = await phone.client.create('inventory_items', { productId: product, quantityRemaining: 10 });
    await phone.client.sync();
    await phone.client.update('inventory_items', item, { quantityRemaining: { delta: -1 } });
    server.fault('/v1/sync/push', { status: 410, code: 'sync.operation_expired' });
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', push: { acceptedCount: 1 } });
    expect(server.row('inventory_items', item)).toMatchObject({ data: { quantityRemaining: 9 } });
  });
});

describe('a run that has to stop', () => {
  test.each([
    [
      { status: 401, code: 'auth.invalid' },
      { code: 'AUTH', retryable: false, serverCode: 'auth.invalid' },
    ],
    [
      { status: 429, headers: { 'retry-after': '7' } },
      { code: 'RATE_LIMITED', retryable: true, retryAfterMs: 7_000 },
    ],
    [
      { status: 429, headers: { 'retry-after': '0' } },
      { code: 'RATE_LIMITED', retryAfterMs: 1_000 },
    ],
    [{ status: 503 }, { code: 'SERVER_ERROR', retryable: true }],
    [
      { status: 409, code: 'sync.operation_running', headers: { 'retry-after': '3' } },
      { code: 'OPERATION_RUNNING', retryAfterMs: 3_000 },
    ],
    [
      { status: 404, code: 'user.not_found' },
      { code: 'REQUEST_REFUSED', serverCode: 'user.not_found' },
    ],
    ['request lost', { code: 'NETWORK_ERROR', retryable: true }],
  ] as const)('CLI7 %j keeps the writes and says why', async (fault, error) => {
    const id = await journal();
    server.fault('/v1/sync/push', fault);
    expect(await phone.client.sync()).toMatchObject({ outcome: 'stopped', error, pull: { pageCount: 0 } });
    expect(await stateOf('journal_entries', id)).toBe('pending');
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', push: { acceptedCount: 1 } });
    expect(new Set(bodies()).size).toBe(1);
  });

  test('CLI7 an expiry in the middle of a pull keeps what was pulled', async () => {
    server.pageSize = 2;
    for (let index = 0; index < 6; index += 1) server.put('goals', `g${index}`, { name: 'g' });
    await phone.client.sync();
    for (let index = 0; index < 6; index += 1) server.put('goals', `g${index}`, { name: 'h' });
    const send = server.transport.send;
    let count = 0;
    const expiring = {
      nowMs: server.nowMs,
      transport: {
        send: async (request: Parameters<typeof send>[0]) => {
          count += 1;
          return count === 2 ? { status: 401, headers: {}, body: '{}' } : send(request);
        },
      },
    };
    const device = await openDevice(expiring, 'phone', { storage: phone.storage });
    expect(await device.client.sync()).toMatchObject({
      outcome: 'stopped',
      error: { code: 'AUTH' },
      pull: { changeCount: 2 },
    });
    expect(await device.client.sync()).toMatchObject({ outcome: 'completed', pull: { changeCount: 4 } });
  });
});
