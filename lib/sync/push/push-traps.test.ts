import { beforeEach, describe, expect, test } from 'vitest';
import type { PushChange } from '../../../contracts/http/sync.ts';
import type { RequestId } from '../../../contracts/primitives/ids.ts';
import { type DeviceServer, hlcAt, openDeviceServer, uuid } from '../../../test/support/device-server.ts';

let server: DeviceServer;
let count = 0;
beforeEach(async () => {
  server = await openDeviceServer();
  count = 0;
});
const change = (entityType: string, id: number, parts: Partial<PushChange> = {}): PushChange => {
  count += 1;
  const requestId = `r-${count}` as RequestId;
  return { requestId, entityType, id: uuid(id), op: 'create', hlc: hlcAt(count), ...parts };
};
const journal = (id: number, data: Record<string, unknown>, parts: Partial<PushChange> = {}) =>
  change('journal_entries', id, { data, ...parts });
const journalUpdate = (data: Record<string, unknown>, ms: number, deviceId: string) =>
  journal(1, data, { op: 'update', baseVersion: 1, hlc: hlcAt(ms, deviceId) });
const conflictsOf = async () =>
  server.store.listConflicts(server.scope, { status: 'all', limit: 50, before: undefined });

describe('traps of other engines', () => {
  test('SYN1 trap 9: all devices of a user count in one sequence, and a row says who wrote it', async () => {
    await server.push({ deviceId: 'phone', changes: [journal(1, { title: 'a' })] });
    await server.push({ deviceId: 'tablet', changes: [journal(2, { title: 'b' })] });
    const entries = await server.store.readEntries(server.scope, 0, 10);
    expect(entries.map(({ seq, originDeviceId }) => [seq, originDeviceId])).toEqual([
      [1, 'phone'],
      [2, 'tablet'],
    ]);
    expect((await server.row('journal_entries', uuid(2)))?.originDeviceId).toBe('tablet');
  });

  test('SYN6 trap 11: a deletion has the base that its writer knew, and a blind one leaves a record', async () => {
    await server.push({ changes: [journal(1, { title: 'a' }), journal(2, { title: 'a' })] });
    await server.push({ deviceId: 'tablet', changes: [journalUpdate({ title: 'b' }, 500, 'tablet')] });
    const remove = (id: number, baseVersion: number) =>
      journal(id, {}, { op: 'delete', data: undefined, baseVersion, hlc: hlcAt(900) });
    const { answer } = await server.push({ changes: [remove(1, 1), remove(2, 1)] });
    expect(answer.conflicts).toMatchObject([
      { id: uuid(1), outcome: 'client_wins', version: 3, server: { deleted: true } },
    ]);
    expect(answer.successful).toMatchObject([{ id: uuid(2), version: 2 }]);
    expect(await conflictsOf()).toMatchObject([
      { id: uuid(1), before: { version: 2, data: { title: 'b' } } },
    ]);
  });

  test('SYN3 trap 12: what two devices did offline comes to the same in either order, and no use is lost', async () => {
    const edits = [
      { deviceId: 'a', data: { title: 'of a', tags: { add: ['x'] }, mood: 'early' }, ms: 500, taken: 10 },
      { deviceId: 'b', data: { tags: { add: ['y'], remove: ['old'] }, mood: 'late' }, ms: 600, taken: 25 },
    ];
    const ends: unknown[] = [];
    for (const order of [edits, [...edits].reverse()]) {
      server = await openDeviceServer();
      await server.push({
        changes: [
          journal(1, { title: 'base', tags: ['old'] }),
          change('products', 2, { data: { name: 'P' } }),
          change('inventory_items', 3, { data: { productId: uuid(2), quantityRemaining: 100 } }),
        ],
      });
      for (const { deviceId, data, ms, taken } of order) {
        const quantityRemaining = { delta: -taken };
        const use = change('inventory_items', 3, {
          op: 'update',
          baseVersion: 1,
          data: { quantityRemaining },
          hlc: hlcAt(ms, deviceId),
        });
        await server.push({ deviceId, changes: [journalUpdate(data, ms, deviceId), use] });
      }
      const journalRow = await server.row('journal_entries', uuid(1));
      const itemRow = await server.row('inventory_items', uuid(3));
      expect(itemRow?.state.data['quantityRemaining']).toBe(65);
      ends.push(journalRow?.state.data);
    }
    expect(ends[0]).toEqual(ends[1]);
    expect(ends[0]).toEqual({ title: 'of a', mood: 'late', tags: ['x', 'y'] });
  });

  test('SYN2 trap 13: a deletion that was not taken is never told as taken, and says whether it may be', async () => {
    const bought = change('purchases', 2, {
      data: { purchasedAt: '2026-11-21T12:00:00.000Z', productId: uuid(1) },
    });
    await server.push({ changes: [change('products', 1, { data: { name: 'P' } }), bought] });
    const remove = (entityType: string, id: number) =>
      change(entityType, id, { op: 'delete', baseVersion: 1, hlc: hlcAt(50 + count) });
    const first = await server.push({
      changes: [remove('products', 1), change('ai_usage_records', 3, { op: 'delete', baseVersion: 4 })],
    });
    expect(first.answer.successful.map(({ id }) => id)).toEqual([uuid(3)]);
    expect(first.answer.failed).toMatchObject([{ code: 'sync.delete_restricted', retryable: true }]);
    expect((await server.row('products', uuid(1)))?.state.deleted).toBe(false);
    const second = await server.push({ changes: [remove('purchases', 2), remove('products', 1)] });
    expect(second.answer.failed).toEqual([]);
  });
});

describe('answers that are large', () => {
  const content = 'w'.repeat(9_000);
  const rewrite = (deviceId: string, ms: number) =>
    Array.from({ length: 400 }, (_, at) =>
      journal(
        at,
        { content: `${deviceId}${content}` },
        { op: 'update', baseVersion: 1, hlc: hlcAt(ms, deviceId) },
      ),
    );

  test('SYN5 images of rows are left out where an answer is full, and a repeat is the same to the byte', async () => {
    await server.push({ changes: Array.from({ length: 400 }, (_, at) => journal(at, { title: 'a' })) });
    await server.push({ deviceId: 'a', changes: rewrite('a', 5_000) });
    const request = { deviceId: 'b', operationId: 'large' as RequestId, changes: rewrite('b', 6_000) };
    const first = await server.push(request);
    expect(first.answer.conflicts).toHaveLength(400);
    const shown = first.answer.conflicts.filter(({ server: image }) => image !== null);
    expect(shown.length).toBeGreaterThan(250);
    expect(shown.length).toBeLessThan(400);
    expect(shown.every(({ server: image, version }) => image?.version === version)).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(first.body))).toBeLessThan(6_000_000);
    expect((await server.push(request)).body === first.body).toBe(true);
    expect((await conflictsOf()).length).toBe(50);
  });

  test('SYN1 conflicts of large rows, with both sides in each record, keep to the size of a transaction', async () => {
    const photos = Array.from({ length: 19 }, (_, at) => `${at}${'p'.repeat(1_900)}`);
    const ids = Array.from({ length: 40 }, (_, at) => at);
    const write = (deviceId: string, ms: number) =>
      ids.map((id) =>
        journal(
          id,
          { content: `${deviceId}${content}` },
          { op: 'update', baseVersion: 1, hlc: hlcAt(ms, deviceId) },
        ),
      );
    await server.push({ changes: ids.map((id) => journal(id, { content, photos })) });
    await server.push({ deviceId: 'a', changes: write('a', 5_000) });
    const { seq } = await server.head();
    const { answer } = await server.push({ deviceId: 'b', changes: write('b', 6_000) });
    expect(answer.conflicts).toHaveLength(40);
    const sizes = (await server.store.readEntries(server.scope, seq, 10)).map(
      ({ changes }) => changes.length,
    );
    expect(sizes.length).toBeGreaterThan(1);
    // A row of 46 KB and its record with both sides.
    expect(Math.max(...sizes) * 3 * 46_000).toBeLessThan(3_100_000);
  });

  test('SYN1 conflict records take slots of their chunk', async () => {
    await server.push({ changes: Array.from({ length: 90 }, (_, at) => journal(at, { title: 'a' })) });
    await server.push({ deviceId: 'a', changes: rewrite('a', 5_000).slice(0, 90) });
    const { seq } = await server.head();
    await server.push({ deviceId: 'b', changes: rewrite('b', 6_000).slice(0, 90) });
    const entries = await server.store.readEntries(server.scope, seq, 10);
    expect(entries.map(({ changes }) => changes.length)).toEqual([48, 42]);
  });
});

describe('bad input', () => {
  test('SYN2 rows that are too large, bases from the future and clocks far ahead harm nobody', async () => {
    const { answer } = await server.push({
      changes: [
        journal(1, { title: 'a' }, { hlc: hlcAt(10 * 365 * 86_400_000) }),
        journal(2, { content: 'x'.repeat(300_000) }),
        journal(3, { title: 'c' }),
        journal(3, { title: 'd' }, { op: 'update', baseVersion: 9 }),
      ],
    });
    expect(answer.failed.map(({ requestId, retryable }) => [requestId, retryable])).toEqual([
      ['r-2', false],
      ['r-4', false],
    ]);
    expect(answer.failed[1]?.code).toBe('sync.base_from_future');
    const { stamps } = (await server.row('journal_entries', uuid(1)))?.state ?? {};
    // Behind what its device wrote in the same push, whose clocks are right.
    expect(stamps?.['title']?.hlc).toBe(hlcAt(4).replace('-0000-', '-0001-'));
  });

  test('SYN28 what a device writes with a clock far ahead counts in its order, and each delta once', async () => {
    const farMs = 400 * 86_400_000;
    const use = (delta: number, ms: number) => {
      const data = { quantityRemaining: { delta } };
      return change('inventory_items', 3, { op: 'update', baseVersion: 1, data, hlc: hlcAt(ms) });
    };
    const title = (text: string, ms: number) => journal(1, { title: text }, { hlc: hlcAt(ms) });
    await server.push({
      changes: [
        change('products', 2, { data: { name: 'P' } }),
        change('inventory_items', 3, { data: { productId: uuid(2), quantityRemaining: 100 } }),
      ],
    });
    server.clock.advance(1_000);
    const { answer } = await server.push({
      changes: [use(-3, farMs), use(-4, farMs + 60_000), title('y', farMs), title('a', farMs + 60_000)],
    });
    expect(answer.successful).toHaveLength(4);
    expect((await server.row('inventory_items', uuid(3)))?.state.data['quantityRemaining']).toBe(93);
    expect((await server.row('journal_entries', uuid(1)))?.state.data['title']).toBe('a');
  });

  test('SYN2 a thousand refusals lie beside a full chunk in the ledger, however they are spelt', async () => {
    const wings = '\u0001\ud83d\ude00"'.repeat(60);
    const changes = [
      ...Array.from({ length: 900 }, (_, at) => journal(at, { [`${at}${wings}`]: 1 })),
      ...Array.from({ length: 99 }, (_, at) => journal(at + 1_000, { title: 'a' })),
    ];
    const { answer } = await server.push({ changes });
    expect([answer.seq, answer.failed.length, answer.successful.length]).toEqual([2, 900, 99]);
    expect(Buffer.byteLength(JSON.stringify(answer.failed))).toBeLessThan(300_000);
  });

  test('SYN2 a value that is nested beyond all measure is refused by itself', async () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 100_000; level += 1) deep = { deep };
    const request = {
      operationId: 'deep' as RequestId,
      changes: [
        journal(1, { reactions: deep }),
        journal(2, { title: deep }),
        journal(3, { wings: deep }),
        journal(4, {}),
      ],
    };
    const { answer, body } = await server.push(request);
    expect(answer.failed.map(({ retryable }) => retryable)).toEqual([false, false, false]);
    expect(answer.successful).toHaveLength(1);
    expect((await server.push(request)).body).toBe(body);
  });
});
