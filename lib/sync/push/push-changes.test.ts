import { beforeEach, describe, expect, test } from 'vitest';
import type { PushChange } from '../../../contracts/http/sync.ts';
import type { RequestId } from '../../../contracts/primitives/ids.ts';
import { seededRandomness } from '../../../test/contract-suites/store-fixtures.ts';
import { type DeviceServer, hlcAt, openDeviceServer, uuid } from '../../../test/support/device-server.ts';
import { DAY_MS, SECOND_MS } from '../../core/instants.ts';

let server: DeviceServer;
beforeEach(async () => {
  server = await openDeviceServer();
});

let count = 0;
const change = (entityType: string, id: string, parts: Partial<PushChange> = {}): PushChange => {
  count += 1;
  return {
    requestId: `r-${count}` as RequestId,
    entityType,
    id,
    op: 'create',
    hlc: hlcAt(count),
    ...parts,
  };
};
const journal = (
  number: number,
  data: Record<string, unknown> = { title: 'a' },
  parts: Partial<PushChange> = {},
) => change('journal_entries', uuid(number), { data, ...parts });
const session = (number: number, data: Record<string, unknown> = {}) =>
  change('sessions', uuid(number), { data: { startedAt: '2026-11-21T12:00:00.000Z', ...data } });
const consumption = (number: number, data: Record<string, unknown> = {}) =>
  change('consumptions', uuid(number), { data: { consumedAt: '2026-11-21T12:00:00.000Z', ...data } });
const product = (number: number) => change('products', uuid(number), { data: { name: 'P' } });
const purchase = (number: number, data: Record<string, unknown> = {}) =>
  change('purchases', uuid(number), { data: { purchasedAt: '2026-11-21T12:00:00.000Z', ...data } });
const update = (original: PushChange, data: Record<string, unknown>, parts: Partial<PushChange> = {}) =>
  change(original.entityType, original.id, { op: 'update', data, ...parts });
const remove = (original: PushChange, parts: Partial<PushChange> = {}) =>
  change(original.entityType, original.id, { op: 'delete', ...parts });
const dataOf = async ({ entityType, id }: PushChange) => (await server.row(entityType, id))?.state.data;

describe('one push', () => {
  test('SYN1 changes commit together, in one entry of the log, and the answer names their versions', async () => {
    const [first, second] = [journal(1, { title: 'a', tags: ['x'] }), journal(2)];
    const { status, answer } = await server.push({
      operationId: 'op' as RequestId,
      changes: [first, second],
    });
    expect(status).toBe(200);
    expect(answer).toEqual({
      operationId: 'op',
      seq: 1,
      successful: [first, second].map(({ requestId, entityType, id }) => ({
        requestId,
        entityType,
        id,
        version: 1,
      })),
      conflicts: [],
      failed: [],
    });
    expect(await dataOf(first)).toEqual({ title: 'a', tags: ['x'] });
    const [entry] = await server.store.readEntries(server.scope, 0, 5);
    expect(entry?.changes.map(({ id, op, version }) => [id, op, version])).toEqual([
      [first.id, 'upsert', 1],
      [second.id, 'upsert', 1],
    ]);
    expect((await server.head()).digests['journal_entries']?.count).toBe(2);
  });

  test('SYN2 what cannot be taken is reported by itself, in the order of the request', async () => {
    const good = journal(1);
    const { status, answer } = await server.push({
      changes: [
        change('dragons', uuid(9), { data: {} }),
        good,
        journal(2, { wings: 2 }),
        { ...journal(3), hlc: 'yesterday' },
        { ...journal(4), requestId: good.requestId },
        journal(5, { title: 'late' }, { op: 'update' }),
      ],
    });
    expect(status).toBe(207);
    expect(answer.failed.map(({ code }) => code)).toEqual([
      'sync.unknown_entity_type',
      'sync.unknown_field',
      'sync.invalid_clock',
      'sync.duplicate_request',
    ]);
    expect(answer.successful.map(({ id }) => id)).toEqual([good.id, uuid(5)]);
    expect(answer.conflicts).toEqual([]);
  });

  test('SYN3 a concurrent update is merged, told with the row as it is, and kept as a conflict', async () => {
    const row = journal(1, { title: 'a', content: 'a' });
    await server.push({ changes: [row] });
    await server.push({ changes: [update(row, { title: 'b' }, { baseVersion: 1 })] });
    const late = update(row, { title: 'c', content: 'c' }, { baseVersion: 1, hlc: hlcAt(9_000, 'tablet') });
    const { status, answer } = await server.push({ deviceId: 'tablet', changes: [late] });
    expect(status).toBe(207);
    expect(answer.conflicts).toMatchObject([
      { requestId: late.requestId, outcome: 'merged', version: 3, server: { version: 3, deleted: false } },
    ]);
    expect(await dataOf(row)).toEqual({ title: 'c', content: 'c' });
    const [record] = await server.store.listConflicts(server.scope, {
      status: 'all',
      limit: 5,
      before: undefined,
    });
    expect(record).toMatchObject({
      conflictId: answer.conflicts[0]?.conflictId,
      status: 'resolved',
      change: { baseVersion: 1, data: { title: 'c', content: 'c' } },
      before: { version: 2, data: { title: 'b', content: 'a' } },
      after: { version: 3, data: { title: 'c', content: 'c' } },
      deviceId: 'tablet',
    });
  });

  test('SYN6 a deletion leaves a tombstone with the next version; of a row that is not there it succeeds', async () => {
    const row = journal(1);
    await server.push({ changes: [row] });
    const { answer } = await server.push({ changes: [remove(row, { baseVersion: 1 }), remove(journal(2))] });
    expect(answer.successful.map(({ version }) => version)).toEqual([2, 0]);
    expect((await server.row(row.entityType, row.id))?.state).toMatchObject({
      version: 2,
      deleted: true,
      data: {},
    });
    expect((await server.head()).digests['journal_entries']).toEqual({ count: 0, hash: 0n });
  });

  test('SYN2 an update that changes nothing is successful and makes no commit', async () => {
    const row = journal(1);
    await server.push({ changes: [row] });
    const { answer } = await server.push({
      changes: [update(row, { title: 'a' }, { baseVersion: 1, hlc: row.hlc })],
    });
    expect(answer).toMatchObject({ seq: 1, successful: [{ version: 1 }] });
    expect((await server.head()).seq).toBe(1);
  });

  test('SYN32 later changes of a push see earlier ones', async () => {
    const [parent, row] = [session(1), journal(3, { title: 'a', sessionId: uuid(1) })];
    const { answer } = await server.push({
      changes: [parent, row, update(row, { title: 'b' }), remove(row), update(row, { title: 'c' })],
    });
    expect(answer.successful.map(({ version }) => version)).toEqual([1, 1, 2, 3]);
    expect(answer.conflicts).toMatchObject([
      { outcome: 'server_wins', server: { deleted: true, data: null } },
    ]);
  });
});

describe('the ledger', () => {
  test('SYN5 a repeat has the same answer byte for byte, and no effect', async () => {
    const request = { operationId: 'op' as RequestId, changes: [journal(1), journal(2, { wings: 1 })] };
    const first = await server.push(request);
    await server.push({ changes: [update(journal(1), { title: 'z' })] });
    const again = await server.push(request);
    expect([again.body, again.status]).toEqual([first.body, 207]);
    expect((await server.head()).seq).toBe(2);
  });

  test('SYN5 trap 1: an operation id with another payload is refused, so a rebase takes a new one', async () => {
    const operationId = 'op' as RequestId;
    const row = journal(1);
    await server.push({ operationId, changes: [row] });
    const rebased = { operationId, changes: [{ ...row, baseVersion: 1 }] };
    await expect(server.push(rebased)).rejects.toMatchObject({ code: 'sync.payload_conflict' });
    expect((await server.push({ ...rebased, operationId: 'op2' as RequestId })).status).toBe(200);
  });

  test('SYN5 an unknown operation whose newest clock lies before the horizon is refused', async () => {
    const old = hlcAt(-91 * DAY_MS);
    const changes = [{ ...journal(1), hlc: old }];
    await expect(server.push({ changes })).rejects.toMatchObject({ code: 'sync.operation_expired' });
    expect((await server.push({ changes: [...changes, journal(2)] })).status).toBe(200);
  });

  test('SYN5 an operation that another works on is 409 until its lease is over, then taken over', async () => {
    const operationId = 'op' as RequestId;
    const changes = Array.from({ length: 150 }, (_, at) => journal(at));
    let sends = 0;
    const dies = server.over(
      {
        send: (async (...parameters: Parameters<typeof server.storage.dynamo.send>) => {
          if (parameters[0].constructor.name === 'TransactWriteItemsCommand') sends += 1;
          if (sends === 2) return new Promise(() => undefined);
          return server.storage.dynamo.send(...parameters);
        }) as typeof server.storage.dynamo.send,
      },
      seededRandomness(77),
    );
    void server.push({ operationId, changes }, dies);
    await expect.poll(() => sends).toBe(2);
    await expect(server.push({ operationId, changes })).rejects.toMatchObject({
      code: 'sync.operation_running',
      retryAfterSec: 2,
    });
    server.clock.advance(60 * SECOND_MS);
    const { answer } = await server.push({ operationId, changes }, server.over(server.storage.dynamo));
    expect(answer.successful.map(({ version }) => version)).toEqual(changes.map(() => 1));
    expect((await server.head()).seq).toBe(2);
  });
});

describe('chunks', () => {
  test('SYN1 a push of a thousand goes in chunks of 97, the first of 96', async () => {
    const changes = Array.from({ length: 1_000 }, (_, at) => journal(at));
    const { answer, status } = await server.push({ changes });
    expect([status, answer.seq, answer.successful.length]).toEqual([200, 11, 1_000]);
    const entries = await server.store.readEntries(server.scope, 0, 100);
    expect(entries.map((entry) => entry.changes.length)).toEqual([96, ...Array(9).fill(97), 31]);
    expect((await server.head()).digests['journal_entries']?.count).toBe(1_000);
  });

  test('SYN1 rows that are large go in chunks of 3 MB', async () => {
    const content = 'x'.repeat(15_000);
    const large = {
      content,
      voiceMemo: 'y'.repeat(1_900),
      photos: Array.from({ length: 20 }, (_, at) => `${at}${'z'.repeat(1_900)}`),
    };
    const { answer } = await server.push({
      changes: Array.from({ length: 80 }, (_, at) => journal(at, large)),
    });
    expect([answer.seq, answer.successful.length]).toEqual([3, 80]);
  });
});

describe('what holds between rows', () => {
  test('SYN33 a parent of the same push is found, a missing or foreign one is named, an optional deleted one is null', async () => {
    const [parent, gone] = [session(1), session(2)];
    await server.push({ changes: [gone, remove(gone)] });
    const child = consumption(3, { sessionId: parent.id });
    const orphan = consumption(4, { sessionId: uuid(99) });
    const { answer } = await server.push({
      changes: [parent, child, orphan, journal(5, { sessionId: gone.id })],
    });
    expect(answer.failed).toMatchObject([{ code: 'sync.reference_missing', retryable: true }]);
    expect(answer.failed[0]?.message).toContain(`sessionId: there is no row ${uuid(99)}`);
    expect((await server.row('journal_entries', uuid(5)))?.state.data['sessionId']).toBeNull();
    expect((await server.row('consumptions', uuid(3)))?.references).toEqual({ sessionId: parent.id });
  });

  test('SYN33 a deleted parent that a row cannot be without is refused', async () => {
    const gone = product(1);
    await server.push({ changes: [gone, remove(gone)] });
    const { answer } = await server.push({ changes: [purchase(2, { productId: gone.id })] });
    expect(answer.failed).toMatchObject([{ code: 'sync.reference_deleted', retryable: false }]);
  });

  test('SYN34 a deletion with living children that restrict it names them, and takes those that go with it', async () => {
    const [parent, bought] = [product(1), purchase(2, { productId: uuid(1) })];
    const item = change('inventory_items', uuid(3), { data: { productId: uuid(1) } });
    await server.push({ changes: [parent, bought, item] });
    const refused = await server.push({ changes: [remove(parent)] });
    expect(refused.answer.failed).toMatchObject([
      { code: 'sync.delete_restricted', message: '1 of purchases refer to it', retryable: true },
    ]);
    expect((await server.row('inventory_items', uuid(3)))?.state.deleted).toBe(false);
    const { answer } = await server.push({ changes: [remove(bought), remove(parent)] });
    expect(answer.successful).toHaveLength(2);
    expect(await server.row('inventory_items', uuid(3))).toMatchObject({
      state: { deleted: true, version: 2 },
      originDeviceId: null,
    });
  });

  test('SYN34 optional references to a deleted row become null', async () => {
    const [parent, child] = [session(1), journal(2, { title: 'a', sessionId: uuid(1) })];
    await server.push({ changes: [parent, child] });
    await server.push({ changes: [remove(parent)] });
    expect(await server.row('journal_entries', child.id)).toMatchObject({
      state: { version: 2, data: { title: 'a', sessionId: null } },
      references: {},
    });
  });

  test('SYN34 a deletion that takes more rows than a chunk goes in chunks, children first', async () => {
    const parent = product(0);
    const items = Array.from({ length: 250 }, (_, at) =>
      change('inventory_items', uuid(at + 1), { data: { productId: parent.id } }),
    );
    await server.push({ changes: [parent, ...items] });
    const { seq } = await server.head();
    const { answer } = await server.push({ changes: [remove(parent), journal(900)] });
    expect(answer.successful.map(({ version }) => version)).toEqual([2, 1]);
    const entries = await server.store.readEntries(server.scope, seq, 10);
    expect(entries.map((entry) => entry.changes.length)).toEqual([97, 97, 58]);
    expect((await server.head()).digests).toMatchObject({
      inventory_items: { count: 0, hash: 0n },
      products: { count: 0, hash: 0n },
    });
  });

  test('SYN35 a tally counts in the commit of the rows that it counts', async () => {
    const parents = [session(1), session(2)];
    const rows = [1, 2, 3].map((n) => consumption(n + 10, { sessionId: uuid(1), durationMs: n * 1_000 }));
    await server.push({ changes: [...parents, ...rows] });
    const tally = async (n: number) => {
      const { eventCount, totalDurationMs } = (await server.row('sessions', uuid(n)))?.state.data ?? {};
      return [eventCount, totalDurationMs];
    };
    expect(await tally(1)).toEqual([3, 6_000]);
    expect(await tally(2)).toEqual([0, 0]);
    const [first, second] = rows;
    if (first === undefined || second === undefined) throw new Error('no rows');
    await server.push({
      changes: [
        update(first, { sessionId: uuid(2) }, { baseVersion: 1 }),
        update(first, { durationMs: 500 }, { baseVersion: 2 }),
        remove(second, { baseVersion: 1 }),
      ],
    });
    expect(await tally(1)).toEqual([1, 3_000]);
    expect(await tally(2)).toEqual([1, 500]);
  });

  test('SYN36 of the purchases of a product the one last said to be active is', async () => {
    const [a, b] = [
      purchase(2, { productId: uuid(1), isActive: true }),
      purchase(3, { productId: uuid(1), isActive: true }),
    ];
    await server.push({ changes: [product(1), a] });
    await server.push({ changes: [b] });
    expect((await dataOf(a))?.['isActive']).toBe(false);
    expect((await dataOf(b))?.['isActive']).toBe(true);
    const older = { ...purchase(4, { productId: uuid(1), isActive: true }), hlc: hlcAt(-1_000) };
    await server.push({ changes: [older] });
    expect((await dataOf(older))?.['isActive']).toBe(false);
    expect((await server.row('purchases', uuid(4)))?.originDeviceId).toBeNull();
    expect((await dataOf(b))?.['isActive']).toBe(true);
  });

  test('SYN37 a device that the user has is that row, also for what names it later', async () => {
    const mine = change('devices', uuid(1), { data: { name: 'mine', mac: 'aa' } });
    const again = change('devices', 'new-phone', { data: { name: 'again', mac: 'aa' } });
    await server.push({ changes: [mine] });
    const { answer } = await server.push({ changes: [again, session(2, { deviceId: 'new-phone' })] });
    expect([...answer.successful, ...answer.conflicts]).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ requestId: again.requestId, id: uuid(1), clientId: 'new-phone' }),
      ]),
    );
    expect((await server.row('sessions', uuid(2)))?.references).toEqual({ deviceId: uuid(1) });
    await server.push({ changes: [session(3, { deviceId: 'new-phone' })] });
    expect((await server.row('sessions', uuid(3)))?.references).toEqual({ deviceId: uuid(1) });
    expect((await server.head()).digests['devices']?.count).toBe(1);
  });

  test('SYN37 an empty name names no row', async () => {
    const nameless = (id: number) => change('devices', uuid(id), { data: { name: `${id}`, mac: '' } });
    const { answer } = await server.push({ changes: [nameless(1), nameless(2)] });
    expect(answer.successful.map(({ id }) => id)).toEqual([uuid(1), uuid(2)]);
  });
});
