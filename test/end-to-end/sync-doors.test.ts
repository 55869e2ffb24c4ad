import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FlowEvent } from '../../infra/local/console/flow.ts';
import { systemClock } from '../../lib/core/clock.ts';
import { callApi, type RunningCloud, startLocalCloud } from '../support/local-cloud.ts';

/** The doors of device sync as a stranger meets them: HTTP alone, and the hash of the digest written anew. */
const PHONE = 'phone-1';
const NOBODY = '019aa8e2-5f00-7a31-9c1d-2b6f4e8d0fff';
const idOf = (number: number) => `019aa8e2-5f00-7a31-9c1d-${number.toString(16).padStart(12, '0')}`;

let dataDir = '';
let cloud: RunningCloud;
let lastMs = 0;
let lastOperation = 0;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-sync-doors-'));
  cloud = await startLocalCloud({ dataDir });
}, 180_000);
afterAll(async () => {
  await cloud?.stop();
  await rm(dataDir, { recursive: true, force: true });
}, 30_000);

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field.
type Answer = any;
const asPhone = () => ({ authorization: `Bearer ${cloud.userToken}` });
const asServer = (userId = cloud.userId) => ({ 'x-headwater-user': userId });
const call = (path: string, init: Parameters<typeof callApi>[2] = {}) => callApi<Answer>(cloud, path, init);
const hlcNow = (device = PHONE) => {
  lastMs = Math.max(lastMs + 1, systemClock.now());
  return `${lastMs}-0000-${device}`;
};
const change = (entityType: string, id: string, rest: object) => ({
  requestId: `r-${hlcNow()}`,
  entityType,
  id,
  hlc: hlcNow(),
  ...rest,
});
const pushOf = (...changes: readonly object[]) => {
  lastOperation += 1;
  return { deviceId: PHONE, operationId: `op-${lastOperation}`, changes };
};
const push = (body: object, headers: Record<string, string> = asPhone()) =>
  call('/v1/sync/push', { body, headers });
const entity = (path: string) => `/v1/users/${cloud.userId}/${path}`;

/** Pages of changes up to the end. */
async function pull(cursor?: string): Promise<{ changes: Answer[]; cursor: string }> {
  const changes: Answer[] = [];
  let next = cursor;
  for (;;) {
    const query = next === undefined ? '' : `&cursor=${encodeURIComponent(next)}`;
    const { status, body } = await call(`/v1/sync/changes?limit=3${query}`, { headers: asPhone() });
    expect(status).toBe(200);
    changes.push(...body.changes);
    next = body.cursor;
    if (!body.hasMore) return { changes, cursor: body.cursor };
  }
}

describe('SYN70 a phone with a user token and a server with an API key', () => {
  test('SYN7 what one pushes the other pulls, and an edit by PATCH reaches the phone', async () => {
    const entry = idOf(1);
    const data = { title: 'Evening', content: 'Slept well.', mood: 'calm', tags: ['sleep'] };
    const pushed = await push(pushOf(change('journal_entries', entry, { op: 'create', data })));
    expect([pushed.status, pushed.body.successful]).toMatchObject([200, [{ id: entry, version: 1 }]]);
    expect(Number(pushed.headers.get('x-headwater-time'))).toBeGreaterThan(1_700_000_000_000);
    expect(pushed.headers.get('x-headwater-sync-protocol')).toBe('1');
    const first = await pull();
    expect(first.changes).toMatchObject([
      { id: entry, op: 'upsert', version: 1, data, originDeviceId: PHONE },
    ]);

    const server = await call('/v1/sync/changes', { headers: asServer() });
    expect(server.body.changes).toEqual(first.changes);
    const read = await call(entity(`journal-entries/${entry}`));
    expect([read.status, read.headers.get('etag')]).toEqual([200, '"1"']);
    const edited = await call(entity(`journal-entries/${entry}`), {
      method: 'PATCH',
      body: { data: { title: 'Night', tags: { add: ['dream'] } } },
      headers: { 'if-match': '"1"' },
    });
    expect([edited.status, edited.body.version]).toEqual([200, 2]);
    const second = await pull(first.cursor);
    expect(second.changes).toMatchObject([
      { id: entry, version: 2, data: { title: 'Night', tags: ['sleep', 'dream'] }, originDeviceId: null },
    ]);
    expect((await pull(second.cursor)).changes).toEqual([]);
  });

  test('SYN11 each commit is an event on the bus', async () => {
    const titles = async () => {
      const state = await (await fetch(`${cloud.apiUrl}/console/state.json`)).json();
      return (state as { events: FlowEvent[] }).events.flatMap(({ stage, title }) =>
        stage === 'bus' ? title : [],
      );
    };
    await expect.poll(titles, { timeout: 20_000 }).toContain('sync.changed.v1');
  });

  test('SYN3 concurrent edits are merged, and SYN4 leave a record of both sides, by which a person settles them otherwise', async () => {
    const entry = idOf(2);
    await push(
      pushOf(change('journal_entries', entry, { op: 'create', data: { title: 'a', mood: 'calm' } })),
    );
    await call(entity(`journal-entries/${entry}`), {
      method: 'PATCH',
      body: { data: { title: 'server' } },
      headers: { 'if-match': '"1"' },
    });
    const late = change('journal_entries', entry, { op: 'update', baseVersion: 1, data: { title: 'phone' } });
    const merged = await push(pushOf(late));
    expect([merged.status, merged.body.conflicts]).toMatchObject([207, [{ outcome: 'merged', version: 3 }]]);
    expect(merged.body.conflicts[0].server).toMatchObject({
      id: entry,
      data: { title: 'phone', mood: 'calm' },
    });
    const { conflictId } = merged.body.conflicts[0];
    const { body } = await call('/v1/sync/conflicts', { headers: asPhone() });
    expect(body.conflicts).toContainEqual(
      expect.objectContaining({ conflictId, entityType: 'journal_entries', id: entry, outcome: 'merged' }),
    );
    const resolved = await call('/v1/sync/conflicts/batch-resolve', {
      headers: asServer(),
      body: {
        deviceId: 'desk',
        operationId: 'resolve-1',
        resolutions: [
          { conflictId, strategy: 'merged', data: { title: 'both' } },
          { conflictId: 'none', strategy: 'server' },
        ],
      },
    });
    expect(resolved.status).toBe(207);
    expect(resolved.body).toMatchObject({
      resolved: [{ conflictId, id: entry, version: 4 }],
      failed: [{ conflictId: 'none', code: 'sync.conflict_not_found', retryable: false }],
    });
    expect((await call(entity(`journal-entries/${entry}`))).body).toMatchObject({
      version: 4,
      data: { title: 'both' },
    });
  });

  test('SYN5 a push that is repeated counts once and is answered byte for byte; another payload is 422', async () => {
    const body = pushOf(change('goals', idOf(3), { op: 'create', data: { name: 'Walk' } }));
    const [first, second] = [await push(body), await push(body)];
    expect([second.status, second.text]).toEqual([first.status, first.text]);
    const other = { ...body, changes: body.changes.map((each) => ({ ...each, data: { name: 'Run' } })) };
    const refused = await push(other);
    expect([refused.status, refused.body.code]).toEqual([422, 'sync.payload_conflict']);
  });

  test('SYN9 a stranger computes the digest from a snapshot, and SYN8 goes on behind it', async () => {
    const digest = await call('/v1/sync/digest', { headers: asPhone() });
    const rows: Answer[] = [];
    let cursor: string | null = null;
    let thenCursor = '';
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: Answer = await call(`/v1/sync/snapshot?limit=2${query}`, { headers: asPhone() });
      expect(page.status).toBe(200);
      rows.push(...page.body.rows);
      ({ cursor, thenCursor } = page.body);
    } while (cursor !== null);
    expect(digestOf(rows)).toEqual(
      Object.fromEntries(Object.entries(digest.body.types).filter(([, { count }]: Answer) => count > 0)),
    );
    expect(rows.length).toBeGreaterThan(2);
    await push(pushOf(change('goals', idOf(4), { op: 'create', data: { name: 'After' } })));
    // What was committed in the last second is given again: a reader may have been too early for it.
    const behind = (await pull(thenCursor)).changes;
    expect(behind.at(-1)).toMatchObject({ id: idOf(4), op: 'upsert' });
  });

  test('SYN10 a lease is granted with a window, and the status says where the log stands', async () => {
    const lease = await call('/v1/sync/lease', {
      headers: asPhone(),
      body: { kind: 'data_sync', deviceId: PHONE },
    });
    expect(lease.body).toMatchObject({
      status: 'GRANTED',
      lease: { leaseId: expect.any(String), kind: 'data_sync' },
    });
    const { body } = await call('/v1/sync/status', { headers: asServer() });
    expect(body).toMatchObject({ protocolVersion: 1, horizonSeq: 0, openConflictCount: expect.any(Number) });
    expect(body.seq).toBeGreaterThan(5);
    expect(body.entityTypes).toContain('journal_entries');
  });
});

/** SYN9 from its definition: SHA-256, RFC 8785, 64 bits. */
function digestOf(rows: readonly Answer[]): Record<string, { count: number; hash: string }> {
  const sums = new Map<string, { count: number; sum: bigint }>();
  for (const { entityType, id, version, data } of rows) {
    const text = canonicalize({ id, version, data }) ?? '';
    const hash = createHash('sha256').update(text).digest().readBigUInt64BE(0);
    const { count, sum } = sums.get(entityType) ?? { count: 0, sum: 0n };
    sums.set(entityType, { count: count + 1, sum: (sum + hash) % 2n ** 64n });
  }
  return Object.fromEntries(
    [...sums].map(([type, { count, sum }]) => [type, { count, hash: sum.toString(16).padStart(16, '0') }]),
  );
}

describe('SYN2 bad changes, each in one push with a good neighbour', () => {
  const goal = { name: 'Walk' };
  const when = '2026-11-21T10:00:00.000Z';
  const bad: readonly (readonly [string, () => object, string, boolean])[] = [
    [
      'an unknown entity type',
      () => change('unicorns', idOf(10), { op: 'create', data: {} }),
      'sync.unknown_entity_type',
      false,
    ],
    [
      'an unknown field',
      () => change('goals', idOf(10), { op: 'create', data: { ...goal, secret: 4_711 } }),
      'sync.unknown_field',
      false,
    ],
    [
      'a wrong type',
      () => change('goals', idOf(10), { op: 'create', data: { name: 4_711 } }),
      'sync.invalid_data',
      false,
    ],
    [
      'a missing field',
      () => change('goals', idOf(10), { op: 'create', data: {} }),
      'sync.invalid_data',
      false,
    ],
    [
      'an id that is none',
      () => change('goals', 'a b#c/d', { op: 'create', data: goal }),
      'sync.invalid_id',
      false,
    ],
    [
      'a clock that is none',
      () => change('goals', idOf(10), { op: 'create', data: goal, hlc: 'noon' }),
      'sync.invalid_clock',
      false,
    ],
    [
      'a version from the future',
      () => change('goals', idOf(3), { op: 'update', data: goal, baseVersion: 99 }),
      'sync.base_from_future',
      false,
    ],
    [
      'a row of 300 KB',
      () => change('journal_entries', idOf(10), { op: 'create', data: { content: 'x'.repeat(300_000) } }),
      'sync.row_too_large',
      false,
    ],
    [
      'a reference to nothing',
      () => change('purchases', idOf(10), { op: 'create', data: { purchasedAt: when, productId: NOBODY } }),
      'sync.reference_missing',
      true,
    ],
    [
      'an edit of what is only made',
      () => change('ai_usage_records', idOf(10), { op: 'update', data: { model: 'x' } }),
      'sync.row_missing',
      true,
    ],
  ];
  test.each(bad)('SYN2 %s is said of it alone', async (_, toChange, code, retryable) => {
    const good = change('goals', idOf(20), { op: 'update', data: { notes: `n${lastMs}` } });
    await push(pushOf(change('goals', idOf(20), { op: 'create', data: goal })));
    const body = pushOf(toChange(), good);
    const answer = await push(body);
    expect(answer.status).toBe(207);
    const [failure] = answer.body.failed;
    expect(answer.body.failed).toHaveLength(1);
    // A text of 300 KB is above the limit of its field too.
    expect(code === 'sync.row_too_large' ? [code, 'sync.invalid_data'] : [code]).toContain(failure.code);
    expect(failure.retryable).toBe(retryable);
    expect(answer.text).not.toMatch(/4711|xxxx/);
    expect([...answer.body.successful, ...answer.body.conflicts]).toMatchObject([{ id: idOf(20) }]);
  });

  test('SYN2 two changes by one name are one, and the other is refused', async () => {
    const body = pushOf(
      change('goals', idOf(21), { requestId: 'same', op: 'create', data: goal }),
      change('goals', idOf(22), { requestId: 'same', op: 'create', data: goal }),
    );
    const { body: answer } = await push(body);
    expect(answer).toMatchObject({
      successful: [{ id: idOf(21) }],
      failed: [{ code: 'sync.duplicate_request' }],
    });
  });

  test('SYN3 a clock that is years behind or ahead is taken, and cannot hold a row for ever', async () => {
    const id = idOf(23);
    const at = (ms: number) => `${String(ms).padStart(13, '0')}-0000-${PHONE}`;
    const far = await push(
      pushOf(change('goals', id, { op: 'create', data: goal, hlc: at(4_000_000_000_000) })),
    );
    expect(far.status).toBe(200);
    const now = await call(entity(`goals/${id}`), { method: 'PATCH', body: { data: { name: 'Now' } } });
    expect([now.status, now.body.data.name]).toEqual([200, 'Now']);
    const past = pushOf(
      change('goals', id, {
        op: 'update',
        baseVersion: 2,
        data: { notes: 'old clock' },
        hlc: at(1_000_000_000_000),
      }),
      change('goals', idOf(24), { op: 'create', data: goal }),
    );
    expect((await push(past)).body).toMatchObject({ successful: [{ id, version: 3 }, { id: idOf(24) }] });
    const expired = await push(pushOf(change('goals', id, { op: 'delete', hlc: at(1_000_000_000_000) })));
    expect([expired.status, expired.body.code]).toEqual([410, 'sync.operation_expired']);
  });

  test('ING13 rows of another user are no rows, and their ids nobody’s', async () => {
    const other = await call('/v1/users', { body: { externalId: 'other' } });
    const mine = await push(pushOf(change('products', idOf(30), { op: 'create', data: { name: 'Tea' } })));
    expect(mine.status).toBe(200);
    const data = { purchasedAt: when, productId: idOf(30) };
    const theirs = await push(
      pushOf(change('purchases', idOf(31), { op: 'create', data })),
      asServer(other.body.id),
    );
    expect(theirs.body.failed).toMatchObject([{ code: 'sync.reference_missing', retryable: true }]);
    const { cursor } = await pull();
    const foreign = await call(`/v1/sync/changes?cursor=${encodeURIComponent(cursor)}`, {
      headers: asServer(other.body.id),
    });
    expect([foreign.status, foreign.body.code]).toEqual([410, 'sync.resync_required']);
    const stranger = await push(pushOf(change('goals', idOf(32), { op: 'create', data: goal })), {
      ...asPhone(),
      'x-headwater-user': other.body.id,
    });
    expect([stranger.status, stranger.body.code]).toEqual([404, 'user.not_found']);
  });
});

test('USR5 with the user go the rows, and nothing of them comes back', async () => {
  const { body: leaving } = await call('/v1/users', { body: { externalId: 'leaving' } });
  const as = asServer(leaving.id);
  const own = change('goals', idOf(40), { op: 'create', data: { name: 'Walk' } });
  expect((await push(pushOf(own), as)).status).toBe(200);
  expect((await call(`/v1/users/${leaving.id}`, { method: 'DELETE' })).status).toBe(204);
  const path = `/v1/users/${leaving.id}/goals`;
  const late = change('goals', idOf(41), { op: 'create', data: { name: 'Late' } });
  for (const answer of [
    await push(pushOf(late), as),
    await call('/v1/sync/changes', { headers: as }),
    await call('/v1/sync/snapshot', { headers: as }),
    await call('/v1/sync/digest', { headers: as }),
    await call('/v1/sync/status', { headers: as }),
    await call(path),
    await call(`${path}/${idOf(40)}`),
    await call(path, { body: { data: { name: 'Late' } } }),
  ])
    expect([answer.status, answer.body.code]).toEqual([404, 'user.not_found']);
});

describe('SYN75 bad requests', () => {
  const many = (count: number) =>
    pushOf(
      ...Array.from({ length: count }, (_, index) =>
        change('goals', idOf(1_000 + index), { op: 'create', data: { name: 'x' } }),
      ),
    );

  test('SYN1 a push may have close to 5 MB of plain JSON', async () => {
    const content = 'x'.repeat(4_500);
    const data = { title: 'long', content };
    const body = pushOf(
      ...Array.from({ length: 1_000 }, (_, index) =>
        change('journal_entries', idOf(5_000 + index), { op: 'create', data }),
      ),
    );
    expect(JSON.stringify(body).length).toBeGreaterThan(4_700_000);
    const answer = await push(body, asServer());
    expect([answer.status, answer.body.successful?.length]).toEqual([200, 1_000]);
  });

  test('SYN1 a thousand changes are one push, and one more is refused whole', async () => {
    const refused = await push(many(1_001));
    expect([refused.status, refused.body.code]).toEqual([400, 'request.invalid']);
    const body = many(1_000);
    const raw = gzipSync(JSON.stringify(body));
    const headers = { ...asPhone(), 'content-encoding': 'gzip', 'content-type': 'application/json' };
    const taken = await callApi<Answer>(cloud, '/v1/sync/push', { method: 'POST', raw, headers });
    expect([taken.status, taken.body.successful.length]).toEqual([200, 1_000]);
  });

  test.each([
    ['without a user', '/v1/sync/changes', {}, 400, 'sync.user_required'],
    [
      'for nobody',
      '/v1/sync/changes',
      { 'x-headwater-user': 'usr_00000000000000000000000000' },
      404,
      'user.not_found',
    ],
    ['for what is no user', '/v1/sync/digest', { 'x-headwater-user': '../me' }, 404, 'user.not_found'],
    [
      'in an unknown version',
      '/v1/sync/status',
      { 'x-headwater-sync-protocol': '99' },
      400,
      'sync.protocol_unsupported',
    ],
    ['with a damaged cursor', '/v1/sync/changes?cursor=abc', undefined, 400, 'request.bad_cursor'],
    [
      'with a damaged cursor of a snapshot',
      '/v1/sync/snapshot?cursor=abc',
      undefined,
      400,
      'request.bad_cursor',
    ],
    [
      'for a type that there is not',
      '/v1/sync/changes?entityTypes=unicorns',
      undefined,
      400,
      'sync.unknown_entity_type',
    ],
    [
      'for more rows than there are in a page',
      '/v1/sync/changes?limit=1001',
      undefined,
      400,
      'request.invalid',
    ],
    ['for a path that there is not', '/v1/sync/nothing', undefined, 404, 'request.not_found'],
  ])('SYN75 a pull %s: %s', async (_, path, headers, status, code) => {
    const own = headers === undefined ? asServer() : headers;
    const versioned = path.endsWith('/status') ? { ...asServer(), ...own } : own;
    const answer = await call(path, { headers: versioned });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('SYN7 a cursor is good for its own filter', async () => {
    const { body } = await call('/v1/sync/changes?entityTypes=goals&limit=1', { headers: asPhone() });
    const cursor = encodeURIComponent(body.cursor);
    const other = await call(`/v1/sync/changes?entityTypes=products&cursor=${cursor}`, {
      headers: asPhone(),
    });
    expect([other.status, other.body.code]).toEqual([410, 'sync.resync_required']);
    const bent = await call(`/v1/sync/changes?entityTypes=goals&cursor=${cursor}x`, { headers: asPhone() });
    expect([bent.status, bent.body.code]).toEqual([400, 'request.bad_cursor']);
  });

  test('SYN77 paths of their own win over an entity type, and what is neither is not there', async () => {
    expect((await call(entity('privacy'))).body).toMatchObject({ uploadEnabled: expect.any(Boolean) });
    expect((await call(entity('connections'))).body).toMatchObject({ connections: [] });
    expect((await call(entity('unicorns'))).body.code).toBe('request.not_found');
    expect((await call(entity('privacy'), { body: { data: {} } })).body.code).toBe('request.not_found');
  });
});
