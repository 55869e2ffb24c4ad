import { beforeEach, describe, expect, test } from 'vitest';
import type { Operation } from '../../../contracts/http/routes.ts';
import {
  ConflictsAnswer,
  DigestAnswer,
  LeaseAnswer,
  PushAnswer,
  SnapshotAnswer,
  SyncChangesAnswer,
  SyncStatusAnswer,
} from '../../../contracts/http/sync.ts';
import {
  createDeviceSyncWorld,
  type DeviceSyncWorld,
  type SyncCall,
} from '../../../test/support/device-sync-world.ts';

let world: DeviceSyncWorld;
beforeEach(async () => {
  world = await createDeviceSyncWorld();
});

const ENTRY = '019aa8e2-5f00-7a31-9c1d-2b6f4e8d0a11';
const OTHER = '019aa8e2-5f00-7a31-9c1d-2b6f4e8d0a12';
let count = 0;

const change = (parts: object = {}) => {
  count += 1;
  const hlc = `${world.clock.now()}-0000-phone`;
  const data = { title: 'Evening', tags: ['sleep'] };
  return {
    requestId: `r-${count}`,
    entityType: 'journal_entries',
    id: ENTRY,
    op: 'create',
    data,
    hlc,
    ...parts,
  };
};
const pushOf = (...changes: readonly object[]) => {
  count += 1;
  return { deviceId: 'phone', operationId: `op-${count}`, changes };
};
const push = (sent: object, rest: SyncCall = {}) => world.call('pushChanges', { body: sent, ...rest });
const pull = (query: Record<string, string> = {}, rest: SyncCall = {}) =>
  world.call('pullChanges', { query, ...rest });
const codeOf = ({ status, body }: { status: number; body: { code?: string } }) => `${status} ${body.code}`;

const READS: readonly Operation[] = [
  'pullChanges',
  'readSnapshot',
  'readDigest',
  'readSyncStatus',
  'listConflicts',
];

describe('whose devices', () => {
  test("SYN54 a key names a user of its own workspace; a stranger, an erased one and another workspace's are alike", async () => {
    const elsewhere = await world.stores.createUser();
    const erased = await world.stores.createUserIn(world.scope.workspaceId);
    await world.stores.eraseUser(erased);
    const never = 'usr_01kah3v5w8f0xq9d3m7t2c6e4r';
    const texts = new Set<string>();
    for (const operation of READS) {
      expect(codeOf(await world.call(operation, { as: 'key without user' }))).toBe('400 sync.user_required');
      for (const userId of [elsewhere.userId, erased.userId, never, 'me', 'x#y', 'W#1']) {
        const headers = { 'x-headwater-user': userId };
        const answer = await world.call(operation, { as: 'key without user', headers });
        expect(codeOf(answer)).toBe('404 user.not_found');
        texts.add(JSON.stringify({ ...answer.body, requestId: undefined, detail: undefined }));
      }
    }
    expect(texts.size).toBe(1);
    const headers = { 'x-headwater-user': elsewhere.userId };
    const push = { as: 'key without user', headers, body: pushOf(change()) } as const;
    expect(codeOf(await world.call('pushChanges', push))).toBe('404 user.not_found');
    expect((await world.stores.rawItems(elsewhere)).some(({ sk }) => sk?.S?.startsWith('ENTIT'))).toBe(false);
  });

  test('SYN54 a token syncs its own user, also when it names it, and nobody else', async () => {
    const mine = await world.stores.createUserIn(world.scope.workspaceId);
    expect((await push(pushOf(change()), { as: mine })).status).toBe(200);
    const named = { as: mine, headers: { 'x-headwater-user': mine.userId } };
    expect((await pull({}, named)).body.changes.length).toBe(1);
    const other = { as: mine, headers: { 'x-headwater-user': world.scope.userId } };
    expect(codeOf(await pull({}, other))).toBe('404 user.not_found');
    expect((await pull()).body.changes).toEqual([]);
    expect(codeOf(await pull({}, { as: 'nobody' }))).toBe('401 auth.invalid');
  });

  test('SYN54 a cursor of another user is 410, for its device as for a key', async () => {
    const mine = await world.stores.createUserIn(world.scope.workspaceId);
    await push(pushOf(change()), { as: mine });
    const { cursor } = (await pull({}, { as: mine })).body;
    expect(codeOf(await pull({ cursor }))).toBe('410 sync.resync_required');
  });
});

describe('every answer', () => {
  test('SYN59 says the version of the protocol and the time, refusals too', async () => {
    const expected = { 'x-headwater-sync-protocol': '1', 'x-headwater-time': '1795262400000' };
    for (const answer of [await pull(), await pull({ limit: '0' }), await pull({}, { as: 'nobody' })])
      expect(answer.headers).toMatchObject(expected);
  });

  test('SYN59 a version that the server does not take is refused everywhere, before anything is done', async () => {
    const operations: readonly Operation[] = [...READS, 'pushChanges', 'leaseSync', 'resolveConflicts'];
    for (const version of ['2', '0', '1.0', 'x', ''])
      for (const operation of operations) {
        const headers = { 'x-headwater-sync-protocol': version };
        expect(codeOf(await world.call(operation, { headers, body: {} }))).toBe(
          '400 sync.protocol_unsupported',
        );
      }
    expect((await pull({}, { headers: { 'x-headwater-sync-protocol': '1' } })).status).toBe(200);
  });

  test('SYN59 has the documented shape, and no line of the log has a value', async () => {
    const { data, ...deletion } = change({ op: 'delete', baseVersion: 2 });
    const pushed = await push(pushOf(change(), change({ id: OTHER, data: { title: 'geheim' } })));
    expect(PushAnswer.safeParse(pushed.body).success).toBe(true);
    await push(pushOf(deletion));
    expect(SyncChangesAnswer.strict().safeParse((await pull()).body).error).toBeUndefined();
    const shapes = [
      ['readSnapshot', SnapshotAnswer],
      ['readDigest', DigestAnswer],
      ['readSyncStatus', SyncStatusAnswer],
      ['listConflicts', ConflictsAnswer],
    ] as const;
    for (const [operation, shape] of shapes) {
      const { status, body } = await world.call(operation);
      expect([operation, status, shape.strict().safeParse(body).error]).toEqual([operation, 200, undefined]);
    }
    const lease = await world.call('leaseSync', { body: { kind: 'data_sync', deviceId: 'phone' } });
    expect(LeaseAnswer.strict().safeParse(lease.body).error).toBeUndefined();
    expect(world.lines.join()).not.toMatch(/geheim|Evening|sleep/);
    expect(data).toBeDefined();
  });
});

describe('bad input', () => {
  const queries: readonly (readonly [Operation, Record<string, string>, string])[] = [
    ['pullChanges', { limit: '0' }, '400 request.invalid'],
    ['pullChanges', { limit: '1001' }, '400 request.invalid'],
    ['pullChanges', { limit: 'x' }, '400 request.invalid'],
    ['pullChanges', { cursor: 'x'.repeat(2_001) }, '400 request.invalid'],
    ['pullChanges', { cursor: 'nonsense' }, '400 request.bad_cursor'],
    ['pullChanges', { entityTypes: 'No Type' }, '400 request.invalid'],
    ['pullChanges', { entityTypes: 'goals,unknown_things' }, '400 sync.unknown_entity_type'],
    ['pullChanges', { leaseId: 'data_sync.0.x' }, '429 sync.lease_refused'],
    ['readSnapshot', { cursor: 'nonsense' }, '400 request.bad_cursor'],
    ['readSnapshot', { entityTypes: 'unknown_things' }, '400 sync.unknown_entity_type'],
    ['readSnapshot', { limit: '-1' }, '400 request.invalid'],
    ['readSnapshot', { leaseId: 'x' }, '429 sync.lease_refused'],
    ['readDigest', { entityTypes: 'unknown_things' }, '400 sync.unknown_entity_type'],
    ['listConflicts', { status: 'maybe' }, '400 request.invalid'],
    ['listConflicts', { cursor: 'nonsense' }, '400 request.bad_cursor'],
  ];
  test.each(queries)('SYN54 %s with %o is %s', async (operation, query, expected) => {
    expect(codeOf(await world.call(operation, { query }))).toBe(expected);
  });

  const bodies: readonly (readonly [string, () => SyncCall, string])[] = [
    ['no body', () => ({}), '400 request.body_required'],
    ['no JSON', () => ({ text: '{' }), '400 request.malformed_json'],
    ['a list', () => ({ body: [] }), '400 request.invalid'],
    ['no changes', () => ({ body: pushOf() }), '400 request.invalid'],
    [
      '1,001 changes',
      () => ({ body: pushOf(...Array.from({ length: 1_001 }, () => change())) }),
      '400 request.invalid',
    ],
    ['a field of its own', () => ({ body: { ...pushOf(change()), more: 1 } }), '400 request.invalid'],
    [
      'a change with a field of its own',
      () => ({ body: pushOf(change({ more: 1 })) }),
      '400 request.invalid',
    ],
    [
      'an operation id with a #',
      () => ({ body: { ...pushOf(change()), operationId: 'a#b' } }),
      '400 request.invalid',
    ],
    [
      'a device id with spaces',
      () => ({ body: { ...pushOf(change()), deviceId: 'a b' } }),
      '400 request.invalid',
    ],
    ['a body above 5 MB', () => ({ text: ' '.repeat(5_000_001) }), '413 request.too_large'],
    [
      'an unknown lease',
      () => ({ body: pushOf(change()), headers: { 'x-headwater-lease': 'x' } }),
      '429 sync.lease_refused',
    ],
    [
      'another media type',
      () => ({ body: {}, headers: { 'content-type': 'text/csv' } }),
      '415 request.unsupported_media_type',
    ],
  ];
  test.each(bodies)('SYN54 a push with %s is refused as a whole', async (_, sent, expected) => {
    expect(codeOf(await world.call('pushChanges', sent()))).toBe(expected);
    expect((await pull()).body.changes).toEqual([]);
  });

  test('SYN2 each change that cannot be taken is told by itself, and its neighbours are taken', async () => {
    const far = world.clock.now() + 10 * 365 * 86_400_000;
    const bad: readonly (readonly [object, string])[] = [
      [{ entityType: 'unknown_things' }, 'sync.unknown_entity_type'],
      [{ data: { unknownField: 1 } }, 'sync.unknown_field'],
      [{ data: { title: 7 } }, 'sync.invalid_data'],
      [{ id: 'a/b c' }, 'sync.invalid_id'],
      [{ hlc: 'yesterday' }, 'sync.invalid_clock'],
      [{ op: 'update', baseVersion: 99 }, 'sync.base_from_future'],
      [{ data: { sessionId: OTHER } }, 'sync.reference_missing'],
      [{ data: { content: 'x'.repeat(300_000) } }, 'sync.invalid_data'],
    ];
    await push(pushOf(change({ data: { title: 'there' } })));
    const neighbours = ['019aa8e2-5f00-7a31-9c1d-2b6f4e8d0b01', '019aa8e2-5f00-7a31-9c1d-2b6f4e8d0b02'];
    const clocks = [`${far}-0000-phone`, '0000000000001-0000-phone'];
    const { status, body } = await push(
      pushOf(
        change({ id: neighbours[0], hlc: clocks[0] }),
        ...bad.map(([parts]) => change({ op: 'update', ...parts })),
        change({ id: neighbours[1], hlc: clocks[1] }),
      ),
    );
    expect(status).toBe(207);
    expect(body.failed.map(({ code }: { code: string }) => code)).toEqual(bad.map(([, code]) => code));
    expect(body.successful.map(({ id }: { id: string }) => id)).toEqual(neighbours);
    expect(JSON.stringify(body.failed)).not.toContain('xxx');
  });
});

describe('leases', () => {
  test('SYN56 a lease is counted by pushes, pulls and snapshots, and refuses when it is spent', async () => {
    const wanted = { kind: 'data_sync', deviceId: 'phone', requestedMaxRequests: 3 };
    const { lease } = (await world.call('leaseSync', { body: wanted })).body;
    const { leaseId } = lease;
    expect((await push(pushOf(change()), { headers: { 'x-headwater-lease': leaseId } })).status).toBe(200);
    expect((await pull({ leaseId })).status).toBe(200);
    expect((await world.call('readSnapshot', { query: { leaseId } })).status).toBe(200);
    const spent = await pull({ leaseId });
    expect(codeOf(spent)).toBe('429 sync.lease_refused');
    expect(spent.headers['retry-after']).toBe('3600');
    expect((await pull()).status).toBe(200);
  });

  test.each([
    ['no kind', { deviceId: 'phone' }],
    ['an unknown kind', { kind: 'x', deviceId: 'phone' }],
    ['no device', { kind: 'data_sync' }],
    ['no requests', { kind: 'data_sync', deviceId: 'phone', requestedMaxRequests: 0 }],
    ['too many changes', { kind: 'data_sync', deviceId: 'phone', requestedBatchSize: 1_001 }],
  ])('SYN54 a lease with %s is 400', async (_, body) => {
    expect(codeOf(await world.call('leaseSync', { body }))).toBe('400 request.invalid');
  });
});

test('SYN59 what is pushed, merged, refused and told to begin anew is counted', async () => {
  const taken = pushOf(change(), change({ id: OTHER, data: { title: 7 } }));
  const first = await push(taken);
  const again = await push(taken);
  expect(again.text).toBe(first.text);
  const { cursor } = (await pull()).body;
  expect(codeOf(await pull({ cursor, entityTypes: 'goals' }))).toBe('410 sync.resync_required');
  world.clock.advance(2_000);
  await push(pushOf(change({ op: 'update', baseVersion: 1, data: { title: 'later' } })));
  world.clock.advance(500);
  await pull({ cursor });
  expect(world.counted).toMatchObject({
    SyncPushes: 3,
    SyncChangesTaken: 2,
    SyncRefused: 1,
    SyncResyncs: 1,
    SyncPullLag: 500,
  });
});
