import { beforeEach, describe, expect, test } from 'vitest';
import { ROUTES } from '../../../contracts/http/routes.ts';
import { ENTITIES } from '../../../contracts/sync/registry.ts';
import { encodeCursor } from '../../../lib/reads/page-cursor.ts';
import { openEntityDoors } from '../../../test/support/entity-doors.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const GOAL = '019aa8e2-6100-7c02-8f3e-5d7a9b1c3e22';
const ENTRY = '019aa8e2-5f00-7a31-9c1d-2b6f4e8d0a11';
const NOBODY = '019aa8e2-5f00-7a31-9c1d-2b6f4e8d0fff';

const SESSION = { startedAt: '2026-11-21T10:00:00.000Z', status: 'ACTIVE' };
const AI_USAGE = { usedAt: '2026-11-21T10:00:00.000Z', model: 'small', inputTokens: 10 };

let doors: Awaited<ReturnType<typeof openEntityDoors>>;
beforeEach(async () => {
  doors = await openEntityDoors();
});

const hlcAt = (ms: number, counter = 0, device = 'phone-1') =>
  `${ms}-${counter.toString(16).padStart(4, '0')}-${device}`;
const pushOf = (operationId: string, ...changes: readonly object[]) => ({
  deviceId: 'phone-1',
  operationId,
  changes: changes.map((change, index) => ({
    requestId: String(index),
    hlc: hlcAt(doors.clock.now(), index),
    ...change,
  })),
});
const put = (path: string, data: object, headers: Record<string, string> = {}) =>
  doors.entity(`PUT ${path}`, { body: { data }, headers });
const patch = (path: string, data: object, headers: Record<string, string> = {}) =>
  doors.entity(`PATCH ${path}`, { body: { data }, headers });
const pull = async () => (await doors.sync('GET /v1/sync/changes')).body.changes;

describe('one store behind two doors', () => {
  test('SYN70 an edit through the plain resources is in the changes, and one of a device in the resource', async () => {
    const made = await doors.entity('POST goals', { body: { data: { name: 'Walk', target: 10 } } });
    expect([made.status, made.headers['etag']]).toEqual([201, '"1"']);
    expect(made.body).toMatchObject({ entityType: 'goals', version: 1, data: { name: 'Walk', target: 10 } });
    expect(made.headers['location']).toBe(`/v1/users/${doors.scope.userId}/goals/${made.body.id}`);
    const { id } = made.body;
    expect(await pull()).toMatchObject([
      { entityType: 'goals', id, op: 'upsert', version: 1, originDeviceId: null },
    ]);
    const pushed = await doors.sync('POST /v1/sync/push', {
      body: pushOf('op-1', { entityType: 'goals', id, op: 'update', baseVersion: 1, data: { name: 'Run' } }),
    });
    expect([pushed.status, pushed.body.successful]).toMatchObject([200, [{ id, version: 2 }]]);
    const read = await doors.entity(`GET goals/${id}`);
    expect([read.status, read.headers['etag']]).toEqual([200, '"2"']);
    expect(read.body.data).toMatchObject({ name: 'Run', target: 10 });
    const edited = await patch(`goals/${id}`, { target: 12 }, { 'if-match': '"2"' });
    expect([edited.status, edited.body.version]).toEqual([200, 3]);
    expect((await doors.entity(`DELETE goals/${id}`, { headers: { 'if-match': '"3"' } })).status).toBe(204);
    expect(await pull()).toMatchObject([{ id, op: 'delete', version: 4 }]);
    const digest = await doors.sync('GET /v1/sync/digest');
    expect(digest.body).toMatchObject({ seq: 4 });
    expect(digest.body.types.goals ?? { count: 0 }).toMatchObject({ count: 0 });
  });

  test('SYN70 both doors are counted alike', async () => {
    await put(`goals/${GOAL}`, { name: 'Walk' });
    await patch(`goals/${GOAL}`, { nonsense: 1 });
    expect(Object.fromEntries(doors.counted)).toMatchObject({ SyncChangesTaken: 1, SyncRefused: 1 });
  });

  test('SYN71 an id is ours on POST, and the caller’s own on PUT: a UUID, me, or a name that stays the same row', async () => {
    const post = await doors.entity('POST journal-entries', { body: { data: { title: 'a' } } });
    expect(post.body.id).toMatch(UUID_V7);
    const named = await put('journal_entries/evening-1', { title: 'b' });
    expect(named.status).toBe(201);
    expect((await put('journal-entries/evening-1', { title: 'c' })).body).toMatchObject({
      id: named.body.id,
      version: 2,
    });
    expect((await doors.entity('GET journal-entries/evening-1')).body.data.title).toBe('c');
    const own = await doors.entity('POST user-settings', { body: { data: { theme: 'dark' } } });
    expect([own.status, own.body.id]).toEqual([201, 'me']);
    const again = await doors.entity('POST user-settings', { body: { data: { units: 'metric' } } });
    expect([again.status, again.body.data]).toMatchObject([200, { theme: 'dark', units: 'metric' }]);
    expect((await put(`user-settings/${GOAL}`, { theme: 'dark' })).body.code).toBe('entity.invalid');
    expect((await put('goals/me', { name: 'x' })).body.code).toBe('entity.invalid');
  });

  test('SYN71 a device whose address the user has is that row, and its other name is found', async () => {
    const first = await put(`devices/${GOAL}`, { name: 'Inhaler', mac: '00:11:22:33:44:55' });
    expect(first.status).toBe(201);
    const second = await put(`devices/${ENTRY}`, { name: 'Inhaler', mac: '00:11:22:33:44:55' });
    expect([second.status, second.body.id]).toEqual([200, GOAL]);
    expect((await doors.entity(`GET devices/${ENTRY}`)).body.id).toBe(GOAL);
  });
});

describe('conditions', () => {
  beforeEach(async () => {
    await put(`goals/${GOAL}`, { name: 'Walk', target: 1 });
  });

  test('SYN72 If-Match of another version is 412 and changes nothing', async () => {
    for (const answer of [
      await patch(`goals/${GOAL}`, { name: 'x' }, { 'if-match': '"7"' }),
      await put(`goals/${GOAL}`, { name: 'x' }, { 'if-match': '"7"' }),
      await doors.entity(`DELETE goals/${GOAL}`, { headers: { 'if-match': '"7"' } }),
    ])
      expect([answer.status, answer.body.code]).toEqual([412, 'entity.changed']);
    expect((await doors.entity(`GET goals/${GOAL}`)).body).toMatchObject({
      version: 1,
      data: { name: 'Walk' },
    });
  });

  test('SYN72 If-None-Match: * makes a row and nothing else, also where one was deleted', async () => {
    const star = { 'if-none-match': '*' };
    const there = await put(`goals/${GOAL}`, { name: 'x' }, star);
    expect([there.status, there.body.code]).toEqual([412, 'entity.exists']);
    await doors.entity(`DELETE goals/${GOAL}`);
    const blind = await put(`goals/${GOAL}`, { name: 'Back' });
    expect([blind.status, blind.body.code]).toEqual([409, 'entity.conflict']);
    const back = await put(`goals/${GOAL}`, { name: 'Back' }, star);
    expect([back.status, back.body.version, back.body.data]).toEqual([201, 3, { name: 'Back' }]);
  });

  test.each([
    ['PATCH', { 'if-match': 'W/"1"' }],
    ['PATCH', { 'if-match': '"1", "2"' }],
    ['PUT', { 'if-match': '*' }],
    ['PATCH', { 'if-none-match': '*' }],
    ['PUT', { 'if-none-match': '"1"' }],
    ['PUT', { 'idempotency-key': 'a b' }],
    ['DELETE', { 'idempotency-key': 'x'.repeat(129) }],
  ])('SYN72 %s with the header %j is 400', async (method, headers) => {
    const answer = await doors.entity(`${method} goals/${GOAL}`, { headers, body: { data: { name: 'x' } } });
    expect([answer.status, answer.body.code]).toEqual([400, 'request.invalid']);
  });

  test('SYN72 who has the row gets 304 for it, and for its list', async () => {
    const headers = { 'if-none-match': '"1"' };
    expect((await doors.entity(`GET goals/${GOAL}`, { headers })).status).toBe(304);
    const list = await doors.entity('GET goals');
    const tag = { 'if-none-match': list.headers['etag'] ?? '' };
    expect((await doors.entity('GET goals', { headers: tag })).status).toBe(304);
    await patch(`goals/${GOAL}`, { target: 2 });
    expect((await doors.entity(`GET goals/${GOAL}`, { headers })).status).toBe(200);
    expect((await doors.entity('GET goals', { headers: tag })).status).toBe(200);
  });

  test('SYN72 a blind edit is merged, and what it met is kept with both sides', async () => {
    await doors.sync('POST /v1/sync/push', {
      body: pushOf('op-1', {
        entityType: 'goals',
        id: GOAL,
        op: 'update',
        baseVersion: 1,
        data: { name: 'Phone' },
      }),
    });
    const edited = await patch(`goals/${GOAL}`, { name: 'Server' });
    expect([edited.status, edited.body.data.name]).toEqual([200, 'Server']);
    const page = { status: 'all', limit: 10, before: undefined } as const;
    const conflicts = await doors.store.listConflicts(doors.scope, page);
    expect(conflicts).toMatchObject([
      { type: 'goals', id: GOAL, facts: { outcome: 'merged', fields: ['name'] } },
    ]);
    expect([conflicts[0]?.before?.data['name'], conflicts[0]?.after?.data['name']]).toEqual([
      'Phone',
      'Server',
    ]);
  });
});

test('SYN72 an edit that comes now is later than what is there, also of a device whose clock is ahead', async () => {
  const hlc = hlcAt(doors.clock.now() + 240_000);
  await doors.sync('POST /v1/sync/push', {
    body: pushOf('op-1', { entityType: 'goals', id: GOAL, op: 'create', data: { name: 'Phone' }, hlc }),
  });
  const edited = await patch(`goals/${GOAL}`, { name: 'Server' });
  expect([edited.status, edited.body.data.name]).toEqual([200, 'Server']);
});

describe('what is sent', () => {
  test('SYN73 a PATCH takes whole sets and numbers, or what they add and remove', async () => {
    await put(`journal-entries/${ENTRY}`, {
      title: 'a',
      tags: ['one', 'two'],
      reactions: { smile: 1, frown: 2 },
    });
    const edit = async (data: object) => (await patch(`journal-entries/${ENTRY}`, data)).body.data;
    expect((await edit({ tags: ['two', 'three'] })).tags).toEqual(['two', 'three']);
    expect((await edit({ tags: { add: ['four'], remove: ['two'] } })).tags).toEqual(['three', 'four']);
    expect((await edit({ reactions: { smile: 3, frown: null } })).reactions).toEqual({ smile: 3 });
    expect(await edit({ title: null })).not.toMatchObject({ title: expect.anything() });

    const product = await doors.entity('POST products', { body: { data: { name: 'Tea' } } });
    const stock = await doors.entity('POST inventory-items', {
      body: { data: { productId: product.body.id, quantityRemaining: 10 } },
    });
    const path = `inventory-items/${stock.body.id}`;
    for (const _ of [1, 2]) await patch(path, { quantityRemaining: { delta: -2 } });
    expect((await doors.entity(`GET ${path}`)).body.data.quantityRemaining).toBe(6);
    expect((await patch(path, { quantityRemaining: 20 })).body.data.quantityRemaining).toBe(20);
  });

  test('SYN73 a PUT is the whole row: what it leaves out is cleared, apart from what the server sets', async () => {
    const data = { title: 'a', mood: 'calm', tags: ['one'], reactions: { smile: 1, frown: 2 } };
    await put(`journal-entries/${ENTRY}`, data);
    const replaced = await put(`journal-entries/${ENTRY}`, { title: 'b', reactions: { smile: 1 } });
    expect(replaced.status).toBe(200);
    const kept = Object.entries(replaced.body.data).filter(
      ([, value]) => value !== null && JSON.stringify(value) !== '[]',
    );
    expect(Object.fromEntries(kept)).toEqual({ title: 'b', reactions: { smile: 1 } });
    const session = await doors.entity('POST sessions', { body: { data: SESSION } });
    const before = session.body.data;
    const again = await put(`sessions/${session.body.id}`, SESSION);
    expect([session.status, again.status, again.body.data]).toEqual([201, 200, before]);
  });

  test('SYN73 the same row once more is no new version', async () => {
    const data = { title: 'a', tags: ['one'] };
    await put(`journal-entries/${ENTRY}`, data);
    expect((await put(`journal-entries/${ENTRY}`, data)).body.version).toBe(1);
    expect((await patch(`journal-entries/${ENTRY}`, data)).body.version).toBe(1);
    const edits = [
      { tags: { add: ['one'] } },
      { tags: { remove: ['two'] } },
      { reactions: { smile: null } },
      { title: 'a', tags: { add: [], remove: [] } },
    ];
    await patch(`journal-entries/${ENTRY}`, { reactions: { frown: 1 } });
    for (const edit of [...edits, { reactions: { frown: 1 } }]) {
      expect((await patch(`journal-entries/${ENTRY}`, edit)).body.version).toBe(2);
    }
    const wrong = await patch(`journal-entries/${ENTRY}`, { tags: { remove: [7] } });
    expect([wrong.status, wrong.body.code]).toEqual([422, 'entity.invalid']);
  });

  test('SYN73 a device may say who edited and when', async () => {
    await put(`goals/${GOAL}`, { name: 'Now' });
    const late = {
      data: { name: 'Old' },
      deviceId: 'watch',
      hlc: hlcAt(doors.clock.now() - 86_400_000, 0, 'watch'),
    };
    const answer = await doors.entity(`PATCH goals/${GOAL}`, { body: late });
    expect([answer.status, answer.body.code]).toEqual([409, 'entity.conflict']);
    const early = { ...late, hlc: hlcAt(doors.clock.now() + 1_000, 0, 'watch') };
    expect((await doors.entity(`PATCH goals/${GOAL}`, { body: early })).status).toBe(200);
    expect(await pull()).toMatchObject([{ id: GOAL, originDeviceId: 'watch' }]);
  });
});

describe('the same key', () => {
  const headers = { 'idempotency-key': 'order-7' };

  test('SYN74 counts once and answers alike, whatever happened since', async () => {
    const body = { data: { name: 'Walk' } };
    const first = await doors.entity('POST goals', { body, headers });
    await doors.entity(`DELETE goals/${first.body.id}`);
    const second = await doors.entity('POST goals', { body, headers });
    expect([second.status, second.text]).toEqual([201, first.text]);
    expect((await doors.entity('GET goals')).body.entities).toEqual([]);
  });

  test('SYN74 of an edit whose row is gone is still answered', async () => {
    await put(`goals/${GOAL}`, { name: 'Walk' });
    const first = await patch(`goals/${GOAL}`, { name: 'Run' }, headers);
    await doors.entity(`DELETE goals/${GOAL}`);
    const second = await patch(`goals/${GOAL}`, { name: 'Run' }, headers);
    expect([second.status, second.text]).toEqual([200, first.text]);
  });

  test('SYN74 of a deletion of nothing deletes nothing that is made later', async () => {
    const remove = (more: Record<string, string> = {}) =>
      doors.entity(`DELETE goals/${GOAL}`, { headers: { ...headers, ...more } });
    expect((await remove({ 'if-match': '"4"' })).status).toBe(204);
    expect((await remove()).status).toBe(204);
    await put(`goals/${GOAL}`, { name: 'Walk' });
    expect((await remove()).status).toBe(204);
    expect((await doors.entity(`GET goals/${GOAL}`)).status).toBe(200);
  });

  test('SYN74 with another body, row or method is 422', async () => {
    await put(`goals/${GOAL}`, { name: 'Walk' }, headers);
    for (const answer of [
      await put(`goals/${GOAL}`, { name: 'Run' }, headers),
      await put(`goals/${ENTRY}`, { name: 'Walk' }, headers),
      await doors.entity('POST goals', { body: { data: { name: 'Walk' } }, headers }),
    ])
      expect([answer.status, answer.body.code]).toEqual([422, 'sync.payload_conflict']);
  });

  test('SYN74 of a device is another operation', async () => {
    await put(`goals/${GOAL}`, { name: 'Walk' }, headers);
    const pushed = await doors.sync('POST /v1/sync/push', {
      body: pushOf('order-7', { entityType: 'goals', id: ENTRY, op: 'create', data: { name: 'x' } }),
    });
    expect(pushed.status).toBe(200);
  });
});

describe('what cannot be taken', () => {
  const refused: readonly (readonly [string, string, object | undefined, number, string, string?])[] = [
    ['an unknown type', 'GET unicorns', undefined, 404, 'request.not_found'],
    ['an unknown type with a row', 'PUT unicorns/1', { data: {} }, 404, 'request.not_found'],
    ['a type by the name of an inherited field', 'GET constructor', undefined, 404, 'request.not_found'],
    ['a row that is not there', `GET goals/${NOBODY}`, undefined, 404, 'entity.not_found'],
    ['an id that can be none', 'GET goals/a%20b c', undefined, 404, 'entity.not_found'],
    [
      'an edit of a row that is not there',
      `PATCH goals/${NOBODY}`,
      { data: { name: 'x' } },
      404,
      'entity.not_found',
    ],
    [
      'an unknown field',
      `PUT goals/${GOAL}`,
      { data: { name: 'x', secret: 4_711 } },
      422,
      'entity.invalid',
      'sync.unknown_field',
    ],
    [
      'a wrong type',
      `PUT goals/${GOAL}`,
      { data: { name: 4_711 } },
      422,
      'entity.invalid',
      'sync.invalid_data',
    ],
    [
      'a required field that is missing',
      `PUT goals/${GOAL}`,
      { data: {} },
      422,
      'entity.invalid',
      'sync.invalid_data',
    ],
    [
      'an oversized row',
      `PUT journal-entries/${ENTRY}`,
      { data: { content: 'x'.repeat(300_000) } },
      422,
      'entity.invalid',
    ],
    [
      'a reference to nothing',
      `PUT purchases/${GOAL}`,
      { data: { purchasedAt: '2026-11-21T10:00:00.000Z', productId: NOBODY } },
      409,
      'entity.conflict',
      'sync.reference_missing',
    ],
    ['a body of another shape', `PUT goals/${GOAL}`, { name: 'x' }, 400, 'request.invalid'],
    ['data that is no object', `PUT goals/${GOAL}`, { data: [] }, 400, 'request.invalid'],
    ['an hlc that is none', `PUT goals/${GOAL}`, { data: { name: 'x' }, hlc: 'now' }, 400, 'request.invalid'],
  ];
  const cases = refused.map(([title, line, body, status, code, inner]) => ({
    title,
    line,
    body,
    status,
    code,
    inner,
  }));
  test.each(cases)('SYN75 $title: $code', async ({ line, body, status, code, inner }) => {
    const answer = await doors.entity(line, { body });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.text).not.toMatch(/4711|xxxx/);
    if (inner !== undefined) expect(answer.body.errors).toMatchObject([{ path: '/data', code: inner }]);
    expect(await pull()).toEqual([]);
  });

  test('SYN75 data nested beyond all use is refused, and no fault of ours', async () => {
    const deep = `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`;
    const answer = await doors.entity(`PUT journal-entries/${ENTRY}`, {
      body: `{"data":{"reactions":${deep}}}`,
    });
    expect([answer.status, answer.body.code]).toEqual([400, 'request.invalid']);
  });

  test('SYN75 a deletion that others forbid is 409, and one of nothing is 204', async () => {
    const product = (await doors.entity('POST products', { body: { data: { name: 'Tea' } } })).body.id;
    const data = { purchasedAt: '2026-11-21T10:00:00.000Z', productId: product };
    expect((await put(`purchases/${GOAL}`, data)).status).toBe(201);
    const refusal = await doors.entity(`DELETE products/${product}`);
    expect([refusal.status, refusal.body.errors?.[0]?.code]).toEqual([409, 'sync.delete_restricted']);
    expect((await doors.entity(`DELETE goals/${NOBODY}`)).status).toBe(204);
    await doors.entity(`DELETE purchases/${GOAL}`);
    expect((await doors.entity(`DELETE purchases/${GOAL}`)).status).toBe(204);
    expect((await doors.entity(`DELETE products/${product}`)).status).toBe(204);
  });

  test('SYN75 rows are changed as their type has it: what is only ever made is never edited', async () => {
    const made = await doors.entity('POST ai-usage-records', { body: { data: AI_USAGE } });
    expect([made.status, made.body.code]).toEqual([201, undefined]);
    const edited = await patch(`ai-usage-records/${made.body.id}`, { model: 'other' });
    expect([edited.status, edited.body.errors?.[0]?.code]).toEqual([409, 'sync.append_only']);
  });

  test('ING13 another user’s rows are not there, and nobody’s user is nobody', async () => {
    await put(`goals/${GOAL}`, { name: 'Walk' });
    const other = await doors.createUser();
    expect((await doors.entity(`GET goals/${GOAL}`, { as: other })).body.code).toBe('entity.not_found');
    expect((await doors.entity('GET goals', { as: other })).body.entities).toEqual([]);
    const nobody = { ...doors.scope, userId: 'usr_00000000000000000000000000' as never };
    for (const line of [
      'GET goals',
      `GET goals/${GOAL}`,
      `DELETE goals/${GOAL}`,
      `PATCH goals/${GOAL}`,
      `PUT goals/${GOAL}`,
    ])
      expect((await doors.entity(line, { as: nobody, body: { data: { name: 'x' } } })).body.code).toBe(
        'user.not_found',
      );
  });
});

describe('lists', () => {
  test('SYN76 a list has the living rows once each, page by page, in the order of their ids', async () => {
    const ids = Array.from({ length: 7 }, (_, index) => `019aa8e2-6100-7c02-8f3e-5d7a9b1c3e0${index}`);
    for (const id of ids.toReversed()) await put(`goals/${id}`, { name: 'g' });
    await doors.entity(`DELETE goals/${ids[2]}`);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    let pageCount = 0;
    do {
      const query: Record<string, string> = { limit: '2', ...(typeof cursor === 'string' ? { cursor } : {}) };
      const { body } = await doors.entity('GET goals', { query });
      seen.push(...body.entities.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
      pageCount += 1;
    } while (cursor !== null);
    expect([seen, pageCount]).toEqual([ids.filter((id) => id !== ids[2]), 3]);
  });

  test('SYN76 a cursor is good for its own list alone', async () => {
    for (const id of [GOAL, ENTRY]) await put(`goals/${id}`, { name: 'g' });
    const { nextCursor } = (await doors.entity('GET goals', { query: { limit: '1' } })).body;
    for (const [line, cursor] of [
      ['GET products', nextCursor],
      ['GET goals', `${nextCursor}x`],
    ]) {
      const answer = await doors.entity(line, { query: { limit: '1', cursor } });
      expect([answer.status, answer.body.code]).toEqual([400, 'request.bad_cursor']);
    }
  });

  test('SYN76 a forged cursor whose position no row can have is refused, and reaches no read', async () => {
    const { workspaceId, userId } = doors.scope;
    const binding = { operation: 'listEntities', query: {}, workspaceId, userId };
    const pageFrom = (afterId: unknown) =>
      doors.entity('GET goals', {
        query: { cursor: encodeCursor({ entityType: 'goals', afterId }, binding) },
      });
    expect((await pageFrom(GOAL)).status).toBe(200);
    for (const afterId of ['~~', '', 'a#b', 'a'.repeat(1_200), 7]) {
      const answer = await pageFrom(afterId);
      expect([answer.status, answer.body.code]).toEqual([400, 'request.bad_cursor']);
    }
  });

  test('SYN76 a page of large rows ends before the gateway’s limit, and the next goes on', async () => {
    const content = 'x'.repeat(19_000);
    const symptoms = Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(100, 's'));
    const data = {
      content,
      symptomsBefore: symptoms,
      symptomsAfter: symptoms,
      painAreas: symptoms,
      photos: Array.from({ length: 12 }, (_, index) => `${index}`.padEnd(1_900, 'p')),
    };
    for (let index = 0; index < 80; index += 1)
      await put(
        `journal-entries/019aa8e2-6100-7c02-8f3e-5d7a9b1c3e${index.toString(16).padStart(2, '0')}`,
        data,
      );
    const first = await doors.entity('GET journal-entries', { query: { limit: '1000' } });
    expect(first.text.length).toBeLessThan(5_000_000);
    expect(first.body.nextCursor).not.toBeNull();
    const second = await doors.entity('GET journal-entries', {
      query: { limit: '1000', cursor: first.body.nextCursor },
    });
    expect(first.body.entities.length + second.body.entities.length).toBe(80);
  });
});

test('SYN77 no entity has a name that is a path of its own below a user', () => {
  const taken = new Set(
    ROUTES.map(({ path }) => path.split('/')[4] ?? '').filter((part) => !part.startsWith('{')),
  );
  expect(taken).toContain('health');
  const names = ENTITIES.flatMap(({ type }) => [type, type.replaceAll('_', '-')]);
  expect(names.filter((name) => taken.has(name))).toEqual([]);
});
