import { beforeEach, expect, test } from 'vitest';
import type { BatchResolveRequest, PushChange } from '../../../contracts/http/sync.ts';
import { BatchResolveAnswer, SyncConflict } from '../../../contracts/http/sync.ts';
import type { RequestId } from '../../../contracts/primitives/ids.ts';
import { MAX_PULL_BYTES } from '../../../contracts/sync/protocol.ts';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { type DeviceServer, hlcAt, openDeviceServer, uuid } from '../../../test/support/device-server.ts';
import { listConflicts } from './list-conflicts.ts';
import { resolveConflicts } from './resolve-conflicts.ts';

/** Goals wait for a person here, everything else is as it ships. */
const goals = SYNC_SCHEMA.entities.get('goals');
const manual = {
  ...SYNC_SCHEMA,
  entities: new Map(SYNC_SCHEMA.entities).set('goals', { ...(goals ?? fault()), policy: 'manual' as const }),
};
function fault(): never {
  throw new Error('there are no goals');
}

let server: DeviceServer;
let count = 0;
beforeEach(async () => {
  server = await openDeviceServer(manual);
  count = 0;
});

const change = (entityType: string, id: string, parts: Partial<PushChange>): PushChange => {
  count += 1;
  return { requestId: `r-${count}` as RequestId, entityType, id, op: 'update', hlc: hlcAt(count), ...parts };
};
const goal = (data: Record<string, unknown>, parts: Partial<PushChange> = {}) =>
  change('goals', uuid(1), { data, ...parts });
/** A goal that two devices wrote: the first has its way so far. */
async function makeConflict(): Promise<string> {
  await server.push({ changes: [goal({ name: 'run', type: 'steps' }, { op: 'create' })] });
  await server.push({ changes: [goal({ name: 'walk' }, { baseVersion: 1 })] });
  const late = goal({ name: 'swim' }, { baseVersion: 1, hlc: hlcAt(500, 'tablet') });
  const { answer } = await server.push({ deviceId: 'tablet', changes: [late] });
  expect(answer.conflicts).toMatchObject([
    { outcome: 'manual', version: 2, server: { data: { name: 'walk' } } },
  ]);
  return answer.conflicts[0]?.conflictId ?? '';
}
const list = async (status: 'open' | 'resolved' | 'all' = 'open', limit = 50, cursor?: string) =>
  listConflicts(server.deps, server.scope, { status, limit, cursor });
const resolve = async (resolutions: BatchResolveRequest['resolutions'], operationId?: string) => {
  count += 1;
  const request = {
    deviceId: 'tablet',
    operationId: (operationId ?? `resolve-${count}`) as RequestId,
    resolutions,
  };
  const { status, body } = await resolveConflicts(server.deps, server.scope, request, { correlationId: 'c' });
  return { status, body, answer: BatchResolveAnswer.parse(JSON.parse(body)) };
};
const nameOfGoal = async () => (await server.row('goals', uuid(1)))?.state.data['name'];

test('SYN4 a conflict that waits for a person changes nothing, counts as open and shows both sides', async () => {
  const conflictId = await makeConflict();
  expect(await nameOfGoal()).toBe('walk');
  expect((await server.head()).openConflictCount).toBe(1);
  const { conflicts, nextCursor } = await list();
  expect(nextCursor).toBeNull();
  expect(conflicts.map((conflict) => SyncConflict.parse(conflict))).toMatchObject([
    {
      conflictId,
      entityType: 'goals',
      id: uuid(1),
      status: 'open',
      outcome: 'manual',
      policy: 'manual',
      fields: ['name'],
      baseVersion: 1,
      client: { data: { name: 'swim' }, hlc: hlcAt(500, 'tablet') },
      server: { version: 2, data: { name: 'walk', type: 'steps' } },
      result: null,
      deviceId: 'tablet',
      resolvedAt: null,
    },
  ]);
});

test('SYN4 a decision is an ordinary change of the row as it is now, and closes the record', async () => {
  const conflictId = await makeConflict();
  const { status, answer } = await resolve([{ conflictId, strategy: 'client' }]);
  expect([status, answer.resolved]).toEqual([
    200,
    [{ conflictId, entityType: 'goals', id: uuid(1), version: 3 }],
  ]);
  expect(await nameOfGoal()).toBe('swim');
  expect((await server.head()).openConflictCount).toBe(0);
  expect((await list()).conflicts).toEqual([]);
  expect((await list('resolved')).conflicts).toMatchObject([{ status: 'resolved', result: { version: 3 } }]);
});

test('SYN4 the server as it is, or fields as they shall be', async () => {
  const first = await makeConflict();
  expect((await resolve([{ conflictId: first, strategy: 'server' }])).answer.resolved).toMatchObject([
    { version: 2 },
  ]);
  expect(await nameOfGoal()).toBe('walk');
  const late = goal({ name: 'fly' }, { baseVersion: 1, hlc: hlcAt(600, 'watch') });
  const second =
    (await server.push({ deviceId: 'watch', changes: [late] })).answer.conflicts[0]?.conflictId ?? '';
  await resolve([{ conflictId: second, strategy: 'merged', data: { name: 'walk and fly' } }]);
  expect(await nameOfGoal()).toBe('walk and fly');
});

test('SYN5 a resolution is done once, and one of a settled conflict answers what holds', async () => {
  const conflictId = await makeConflict();
  const first = await resolve([{ conflictId, strategy: 'client' }], 'op');
  const again = await resolve([{ conflictId, strategy: 'client' }], 'op');
  expect(again.body).toBe(first.body);
  await expect(resolve([{ conflictId, strategy: 'server' }], 'op')).rejects.toMatchObject({
    code: 'sync.payload_conflict',
  });
  const { answer } = await resolve([{ conflictId, strategy: 'merged', data: { name: 'other' } }]);
  expect(answer.resolved).toMatchObject([{ conflictId, version: 3 }]);
  expect(await nameOfGoal()).toBe('swim');
});

test('SYN4 what a policy settled is settled otherwise by a person: either side, or fields as they shall be', async () => {
  const entry = (data: Record<string, unknown>, parts: Partial<PushChange> = {}) =>
    change('journal_entries', uuid(7), { data, ...parts });
  await server.push({ changes: [entry({ title: 'first', mood: 'calm', tags: ['a'] }, { op: 'create' })] });
  await server.push({ changes: [entry({ title: 'server', tags: { add: ['s'] } }, { baseVersion: 1 })] });
  const late = entry(
    { title: 'client', tags: { add: ['c'] } },
    { baseVersion: 1, hlc: hlcAt(700, 'tablet') },
  );
  const { answer } = await server.push({ deviceId: 'tablet', changes: [late] });
  expect(answer.conflicts).toMatchObject([{ outcome: 'merged', version: 3 }]);
  const conflictId = answer.conflicts[0]?.conflictId ?? '';
  const row = async () => (await server.row('journal_entries', uuid(7)))?.state.data;
  expect(await row()).toMatchObject({ title: 'client', tags: ['a', 's', 'c'] });

  const back = await resolve([{ conflictId, strategy: 'server' }]);
  expect(back.answer.resolved).toMatchObject([{ conflictId, version: 4 }]);
  expect(await row()).toMatchObject({ title: 'server', mood: 'calm' });
  await resolve([{ conflictId, strategy: 'client' }]);
  expect(await row()).toMatchObject({ title: 'client', mood: 'calm' });
  await resolve([{ conflictId, strategy: 'merged', data: { title: 'both' } }]);
  expect(await row()).toMatchObject({ title: 'both', mood: 'calm' });
  expect((await server.head()).openConflictCount).toBe(0);
  expect((await list('all')).conflicts).toMatchObject([
    { conflictId, status: 'resolved', outcome: 'merged' },
  ]);
});

test('SYN4 a counter that two devices moved is not moved again by a decision', async () => {
  const product = uuid(8);
  const stock = (data: Record<string, unknown>, parts: Partial<PushChange> = {}) =>
    change('inventory_items', uuid(9), { data, ...parts });
  await server.push({
    changes: [
      change('products', product, { op: 'create', data: { name: 'Tea' } }),
      stock({ productId: product, quantityRemaining: 10, notes: 'a' }, { op: 'create' }),
    ],
  });
  await server.push({
    changes: [stock({ quantityRemaining: { delta: -2 }, notes: 'b' }, { baseVersion: 1 })],
  });
  const data = { quantityRemaining: { delta: -3 }, notes: 'c' };
  const late = stock(data, { baseVersion: 1, hlc: hlcAt(800, 'tablet') });
  const { answer } = await server.push({ deviceId: 'tablet', changes: [late] });
  const conflictId = answer.conflicts[0]?.conflictId ?? '';
  for (const [strategy, notes] of [
    ['server', 'b'],
    ['client', 'c'],
  ] as const) {
    expect((await resolve([{ conflictId, strategy }])).status).toBe(200);
    const row = await server.row('inventory_items', uuid(9));
    expect(row?.state.data).toMatchObject({ quantityRemaining: 5, notes });
  }
});

test('SYN4 a deletion that won is undone by the client’s side, with what the client sent', async () => {
  const entry = (parts: Partial<PushChange>) => change('journal_entries', uuid(6), parts);
  await server.push({ changes: [entry({ op: 'create', data: { title: 'first' } })] });
  await server.push({ changes: [entry({ op: 'delete', baseVersion: 1 })] });
  const late = entry({ data: { title: 'kept' }, baseVersion: 1, hlc: hlcAt(900, 'tablet') });
  const { answer } = await server.push({ deviceId: 'tablet', changes: [late] });
  expect(answer.conflicts).toMatchObject([{ outcome: 'server_wins' }]);
  const conflictId = answer.conflicts[0]?.conflictId ?? '';
  const row = async () => (await server.row('journal_entries', uuid(6)))?.state;
  await resolve([{ conflictId, strategy: 'server' }]);
  expect(await row()).toMatchObject({ deleted: true, version: 2 });
  await resolve([{ conflictId, strategy: 'client' }]);
  expect(await row()).toMatchObject({ deleted: false, version: 3, data: { title: 'kept' } });
});

test('SYN4 a deletion that won over an edit is undone by the server’s side, with what the row had', async () => {
  const entry = (parts: Partial<PushChange>) => change('journal_entries', uuid(5), parts);
  await server.push({ changes: [entry({ op: 'create', data: { title: 'first', tags: ['a'] } })] });
  await server.push({ changes: [entry({ data: { title: 'edited' }, baseVersion: 1 })] });
  const late = entry({ op: 'delete', baseVersion: 1, hlc: hlcAt(900, 'tablet') });
  const { answer } = await server.push({ deviceId: 'tablet', changes: [late] });
  expect(answer.conflicts).toMatchObject([{ outcome: 'client_wins' }]);
  const conflictId = answer.conflicts[0]?.conflictId ?? '';
  const row = async () => (await server.row('journal_entries', uuid(5)))?.state;
  await resolve([{ conflictId, strategy: 'server' }]);
  expect(await row()).toMatchObject({ deleted: false, version: 4, data: { title: 'edited', tags: ['a'] } });
  await resolve([{ conflictId, strategy: 'client' }]);
  expect(await row()).toMatchObject({ deleted: true, version: 5 });
});

test('SYN2 a decision that cannot be taken is reported by itself', async () => {
  const conflictId = await makeConflict();
  const { status, answer } = await resolve([
    { conflictId: 'unknown', strategy: 'server' },
    { conflictId, strategy: 'merged' },
    { conflictId, strategy: 'merged', data: { wings: 2 } },
    { conflictId, strategy: 'client' },
  ]);
  expect(status).toBe(207);
  expect(answer.failed.map(({ code }) => code)).toEqual([
    'sync.conflict_not_found',
    'sync.invalid_data',
    'sync.unknown_field',
  ]);
  expect(answer.resolved).toHaveLength(1);
});

test('SYN4 conflicts are paged, newest first', async () => {
  const first = await makeConflict();
  const ids = [first];
  for (const deviceId of ['a', 'b']) {
    server.clock.advance(1);
    const late = goal({ name: deviceId }, { baseVersion: 1, hlc: hlcAt(600, deviceId) });
    ids.unshift((await server.push({ deviceId, changes: [late] })).answer.conflicts[0]?.conflictId ?? '');
  }
  const page = await list('open', 2);
  expect(page.conflicts.map(({ conflictId }) => conflictId)).toEqual(ids.slice(0, 2));
  const rest = await list('open', 2, page.nextCursor ?? '');
  expect([rest.conflicts.map(({ conflictId }) => conflictId), rest.nextCursor]).toEqual([[first], null]);
  await expect(list('open', 2, 'forged')).rejects.toMatchObject({ code: 'request.bad_cursor' });
});

test('SYN4 a page of large conflicts ends at its bytes, and the next ones bring the rest, each once', async () => {
  const count = 30;
  const parts = Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(100, 's'));
  const data = {
    ...{ symptomsBefore: parts, symptomsAfter: parts, painAreas: parts },
    photos: Array.from({ length: 12 }, (_, index) => `${index}`.padEnd(1_900, 'p')),
  };
  const write = (letter: string, sent: Partial<PushChange>) =>
    Array.from({ length: count }, (_, index) =>
      change('journal_entries', uuid(100 + index), { data: { content: letter.repeat(19_000) }, ...sent }),
    );
  await server.push({ changes: write('a', { op: 'create', data: { content: 'a', ...data } }) });
  await server.push({ changes: write('b', { baseVersion: 1 }) });
  const late = write('c', { baseVersion: 1, hlc: hlcAt(5_000, 'tablet') });
  const { answer } = await server.push({ deviceId: 'tablet', changes: late });
  const told = answer.conflicts.map(({ conflictId }) => conflictId).sort();
  expect(told).toHaveLength(count);
  const seen: string[] = [];
  const pageCounts: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await list('all', 100, cursor);
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(MAX_PULL_BYTES + 200);
    seen.push(...page.conflicts.map(({ conflictId }) => conflictId));
    pageCounts.push(page.conflicts.length);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(pageCounts).toHaveLength(2);
  expect(Math.min(...pageCounts)).toBeGreaterThan(0);
  expect(seen.toReversed()).toEqual([...seen].sort());
  expect([...seen].sort()).toEqual(told);
});
