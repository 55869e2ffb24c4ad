import { beforeEach, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { PushChange } from '../../../contracts/http/sync.ts';
import type { RequestId } from '../../../contracts/primitives/ids.ts';
import type { EntityDefinition, SyncSchema } from '../../../contracts/sync/entity.ts';
import { type DeviceServer, hlcAt, openDeviceServer, uuid } from '../../../test/support/device-server.ts';

const text = { schema: z.string(), policy: { kind: 'last_write_wins' } } as const;
const folders: EntityDefinition = {
  type: 'folders',
  order: 0,
  policy: 'merge',
  onMissing: 'create',
  id: 'uuid',
  fields: {
    name: text,
    noteCount: { schema: z.nullable(z.number()), policy: { kind: 'server_derived' } },
  },
  references: { parentId: { to: 'folders', mandatory: false, onDelete: 'cascade' } },
  rules: [{ kind: 'tally', field: 'noteCount', of: 'notes', by: 'folderId' }],
};
const notes: EntityDefinition = {
  ...folders,
  type: 'notes',
  order: 1,
  fields: { body: text },
  references: {
    folderId: { to: 'folders', mandatory: true, onDelete: 'cascade' },
    besideId: { to: 'folders', mandatory: false, onDelete: 'null' },
  },
  rules: [],
};
const schema: SyncSchema = {
  protocolVersion: 1,
  entities: new Map([folders, notes].map((entity) => [entity.type, entity])),
};

let server: DeviceServer;
let count = 0;
beforeEach(async () => {
  server = await openDeviceServer(schema);
  count = 0;
});
const change = (entityType: string, id: number, parts: Partial<PushChange> = {}): PushChange => {
  count += 1;
  const requestId = `r-${count}` as RequestId;
  return { requestId, entityType, id: uuid(id), op: 'create', hlc: hlcAt(count), data: {}, ...parts };
};
const folder = (id: number, parentId?: number) =>
  change('folders', id, { data: parentId === undefined ? {} : { parentId: uuid(parentId) } });
const move = (id: number, parentId: number) =>
  change('folders', id, { op: 'update', data: { parentId: uuid(parentId) } });
const note = (id: number, folderId: number, besideId?: number) =>
  change('notes', id, {
    data: { folderId: uuid(folderId), ...(besideId === undefined ? {} : { besideId: uuid(besideId) }) },
  });
const remove = (type: string, id: number) => change(type, id, { op: 'delete', data: undefined });
const isLiving = async (type: string, id: number) =>
  (await server.row(type, uuid(id)))?.state.deleted === false;
const codes = async (...changes: readonly PushChange[]) =>
  (await server.push({ changes: [...changes] })).answer.failed.map(({ code }) => code);

test('SYN33 a row does not come before itself: not at once, not over others, not within one push', async () => {
  expect(await codes(folder(1, 1))).toEqual(['sync.reference_cycle']);
  expect(await codes(folder(1), folder(2, 1), folder(3, 2))).toEqual([]);
  expect(await codes(move(1, 3))).toEqual(['sync.reference_cycle']);
  expect(await codes(move(3, 1), move(1, 2), move(2, 3))).toEqual(['sync.reference_cycle']);
  expect((await server.row('folders', uuid(2)))?.references).toEqual({ parentId: uuid(3) });
  expect(await codes(folder(9, 9), folder(10))).toEqual(['sync.reference_cycle']);
});

test('SYN33 a chain that is too long to follow is refused, its neighbours are not', async () => {
  const chain = Array.from({ length: 70 }, (_, at) => (at === 0 ? folder(1) : folder(at + 1, at)));
  const { answer } = await server.push({ changes: [...chain, folder(100)] });
  expect(answer.failed.map(({ code }) => code)).toEqual([
    'sync.reference_cycle',
    ...Array(4).fill('sync.reference_missing'),
  ]);
  expect(await isLiving('folders', 100)).toBe(true);
});

test('SYN34 a tree goes as a whole, deepest first, and what lies beside it loses its reference', async () => {
  await server.push({ changes: [folder(1), folder(2, 1), folder(3, 2), folder(9)] });
  await server.push({ changes: [note(10, 3), note(11, 2, 1), note(12, 9, 3), note(13, 9)] });
  const { seq } = await server.head();
  await server.push({ changes: [remove('folders', 1)] });
  const [entry] = await server.store.readEntries(server.scope, seq, 1);
  const order = entry?.changes.map(({ id, op }) => `${op} ${Number(id.slice(-12))}`) ?? [];
  expect(order.at(-1)).toBe('delete 1');
  expect(order.indexOf('delete 10')).toBeLessThan(order.indexOf('delete 3'));
  expect([...order].sort()).toEqual([
    'delete 1',
    'delete 10',
    'delete 11',
    'delete 2',
    'delete 3',
    'upsert 12',
  ]);
  expect((await server.row('notes', uuid(12)))?.state.data['besideId']).toBeNull();
  expect((await server.row('folders', uuid(9)))?.state.data['noteCount']).toBe(2);
  const digests = (await server.head()).digests;
  expect([digests['folders']?.count, digests['notes']?.count]).toEqual([1, 2]);
});

test('SYN34 a tree that is larger than a chunk goes in chunks, whatever is deep in it', async () => {
  await server.push({ changes: [folder(1), ...Array.from({ length: 120 }, (_, at) => folder(at + 2, 1))] });
  await server.push({ changes: Array.from({ length: 240 }, (_, at) => note(at + 1, (at % 120) + 2)) });
  const { seq } = await server.head();
  const { answer } = await server.push({ changes: [remove('folders', 1), folder(999)] });
  expect(answer.successful).toHaveLength(2);
  const entries = await server.store.readEntries(server.scope, seq, 20);
  expect(entries.every(({ changes }) => changes.length <= 97)).toBe(true);
  expect(entries.flatMap(({ changes }) => changes)).toHaveLength(1 + 120 + 240 + 1);
  expect((await server.head()).digests).toMatchObject({
    folders: { count: 1 },
    notes: { count: 0, hash: 0n },
  });
});

test('SYN35 the tallies of a chunk take their slots too', async () => {
  await server.push({ changes: Array.from({ length: 97 }, (_, at) => folder(at + 1)) });
  const { seq } = await server.head();
  await server.push({ changes: Array.from({ length: 97 }, (_, at) => note(at + 1, at + 1)) });
  const entries = await server.store.readEntries(server.scope, seq, 20);
  expect(entries.map(({ changes }) => changes.length)).toEqual([96, 96, 2]);
  expect((await server.row('folders', uuid(97)))?.state).toMatchObject({
    version: 2,
    data: { noteCount: 1 },
  });
});

test('SYN33 a row of another user is as if it were not there', async () => {
  const other = await openDeviceServer(schema);
  await other.push({ changes: [folder(1)] });
  const stranger = await server.stores.createUserIn(server.scope.workspaceId);
  const { pushChanges } = await import('./push-changes.ts');
  const theirs = { deviceId: 'd', operationId: 'o' as RequestId, changes: [folder(1)] };
  await pushChanges(server.deps, stranger, theirs, { correlationId: 'c' });
  expect(await codes(note(5, 1))).toEqual(['sync.reference_missing']);
});
