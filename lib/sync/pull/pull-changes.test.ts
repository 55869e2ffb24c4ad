import { beforeEach, describe, expect, test } from 'vitest';
import { MAX_PULL_BYTES } from '../../../contracts/sync/protocol.ts';
import {
  album,
  codeOf,
  createEntityLogWorld,
  createReplica,
  depsWith,
  type EntityLogWorld,
  LOG_TYPES,
  livingRows,
  noSong,
  song,
} from '../../../test/support/entity-log-world.ts';
import { pullChanges } from './pull-changes.ts';
import { readDigest } from './read-digest.ts';
import { readSnapshot } from './read-snapshot.ts';
import { readSyncStatus } from './read-status.ts';
import { encodeLogCursor } from './sync-cursor.ts';
import type { PageQuery, PullDeps } from './sync-reader.ts';

let world: EntityLogWorld;
beforeEach(async () => {
  world = await createEntityLogWorld();
});

async function pull(query: Partial<PageQuery> = {}, deps: PullDeps = world.deps()) {
  const { body } = await pullChanges(deps, world.scope, { limit: 500, ...query });
  return JSON.parse(body);
}
const idsOf = (page: { changes: readonly { id: string }[] }) => page.changes.map(({ id }) => id);

describe('pages', () => {
  test('SYN7 changes come in the order of commits with what a device needs of them', async () => {
    await world.commit([album('a1'), song('s1')], 'phone');
    await world.commit([song('s2', { title: 'two' })], 'watch');
    await world.commit([noSong('s1')], 'phone');
    const { changes, hasMore, cursor } = await pull();
    expect(changes).toMatchObject([
      { entityType: 'albums', id: 'a1', op: 'upsert', version: 1, seq: 1, originDeviceId: 'phone' },
      { entityType: 'songs', id: 's2', op: 'upsert', version: 1, seq: 2, data: { title: 'two' } },
      { entityType: 'songs', id: 's1', op: 'delete', version: 2, seq: 3, originDeviceId: 'phone' },
    ]);
    expect(changes[2]).not.toHaveProperty('data');
    expect(hasMore).toBe(false);
    expect(await pull({ cursor })).toEqual({ changes: [], cursor, hasMore: false });
  });

  test('SYN7 a user without a log has an empty page, whose cursor is good for the log that begins', async () => {
    const { cursor, ...page } = await pull();
    expect(page).toEqual({ changes: [], hasMore: false });
    await world.commit([song('s1')]);
    expect(idsOf(await pull({ cursor }))).toEqual(['s1']);
  });

  test('SYN7 a large commit is split, and what is left of it is on the next page', async () => {
    await world.commit(Array.from({ length: 10 }, (_, at) => song(`s${at}`)));
    const first = await pull({ limit: 4 });
    const second = await pull({ limit: 4, cursor: first.cursor });
    const third = await pull({ limit: 4, cursor: second.cursor });
    expect([first, second, third].map(idsOf)).toEqual([
      ['s0', 's1', 's2', 's3'],
      ['s4', 's5', 's6', 's7'],
      ['s8', 's9'],
    ]);
    expect([first, second, third].map(({ hasMore }) => hasMore)).toEqual([true, true, false]);
  });

  test('SYN51 a page ends before 3 MB, and one row is always on it', async () => {
    const large = (id: string) => song(id, { text: 'é'.repeat(30_000) });
    for (let from = 0; from < 90; from += 10)
      await world.commit(Array.from({ length: 10 }, (_, at) => large(`s${from + at}`)));
    let cursor: string | undefined;
    const seen: string[] = [];
    for (let page = 0; page < 3; page += 1) {
      const { body } = await pullChanges(world.deps(), world.scope, { limit: 1_000, cursor });
      expect(Buffer.byteLength(body)).toBeLessThan(MAX_PULL_BYTES + 10_000);
      const parsed = JSON.parse(body);
      seen.push(...idsOf(parsed));
      cursor = parsed.cursor;
    }
    expect(new Set(seen).size).toBe(90);
  });

  test('SYN51 a filter that passes nothing moves the cursor on in bounded reads', async () => {
    for (let at = 0; at < 1_000; at += 1) await world.commit([song('s1', { at })]);
    await world.commit([album('a1')]);
    let readCount = 0;
    const deps = depsWith(world, (store) => ({
      readEntries: (scope, after, limit) => {
        readCount += limit;
        return store.readEntries(scope, after, limit);
      },
    }));
    const first = await pull({ entityTypes: ['albums'] }, deps);
    expect(readCount).toBeLessThan(1_000);
    expect([first.changes, first.hasMore]).toEqual([[], true]);
    const second = await pull({ entityTypes: ['albums'], cursor: first.cursor }, deps);
    expect([idsOf(second), second.hasMore]).toEqual([['a1'], false]);
  });

  test('SYN51 trap 3: a type without news pins nothing, and a long history ends in bounded pages', async () => {
    await world.commit([album('a1')]);
    for (let at = 0; at < 300; at += 1) await world.commit([song(`s${at}`)]);
    let cursor: string | undefined;
    const seen: string[] = [];
    for (let page = 0; page < 4; page += 1) {
      const next = await pull({ limit: 100, cursor });
      seen.push(...idsOf(next));
      cursor = next.cursor;
    }
    expect(new Set(seen).size).toBe(301);
    expect(seen.length).toBe(301);
  });

  test("SYN52 trap 9: a device's own changes are told by their origin", async () => {
    await world.commit([song('s1')], 'phone');
    const { changes } = await pull();
    expect(changes[0].originDeviceId).toBe('phone');
  });

  test('SYN52 trap 10: any number of pulls at once, each with the whole', async () => {
    await world.commit([song('s1'), song('s2')]);
    const pages = await Promise.all(Array.from({ length: 20 }, () => pull()));
    expect(new Set(pages.map((page) => idsOf(page).join()))).toEqual(new Set(['s1,s2']));
  });
});

describe('what is half visible', () => {
  test('SYN53 trap 2: a commit that is seen before an earlier one waits for it', async () => {
    await world.commit([song('s1')]);
    await world.commit([song('s2')]);
    await world.commit([song('s3')]);
    let missing = 2;
    const deps = depsWith(world, (store) => ({
      readEntries: async (scope, after, limit) =>
        (await store.readEntries(scope, after, limit)).filter(({ seq }) => seq !== missing),
    }));
    const first = await pull({}, deps);
    expect([idsOf(first), first.hasMore]).toEqual([['s1'], true]);
    const second = await pull({ cursor: first.cursor }, deps);
    expect(second).toEqual({ changes: [], cursor: first.cursor, hasMore: true });
    missing = 0;
    expect(idsOf(await pull({ cursor: first.cursor }, deps))).toEqual(['s2', 's3']);
  });

  test('SYN53 a counter that is seen before its entry is looked at again, one that is behind ends the page', async () => {
    await world.commit([song('s1')]);
    let looks = 0;
    const late = depsWith(world, (store) => ({
      readEntries: async (scope, after, limit) => {
        looks += 1;
        return looks < 3 ? [] : store.readEntries(scope, after, limit);
      },
    }));
    expect(idsOf(await pull({}, late))).toEqual(['s1']);
    const behind = world.state.head;
    await world.commit([song('s2')]);
    const page = await pull(
      {},
      depsWith(world, () => ({ loadHead: async () => behind })),
    );
    expect([idsOf(page), page.hasMore]).toEqual([['s1'], true]);
    expect(idsOf(await pull({ cursor: page.cursor }))).toEqual(['s2']);
  });

  test('SYN53 a large row older than its entry is read again, and ends the page before it when it stays so', async () => {
    const long = 'x'.repeat(2_000);
    await world.commit([song('s1', { text: long })]);
    const [old] = await world.store.loadRows(world.scope, [{ type: 'songs', id: 's1' }]);
    await world.commit([song('s0'), song('s1', { text: `${long}!` })]);
    const first = await pull(
      { limit: 1 },
      depsWith(world, () => ({ loadRows: async () => (old ? [old] : []) })),
    );
    expect(first.changes[0]).toMatchObject({ id: 's1', version: 1, seq: 1 });
    let stale = 2;
    const healing = depsWith(world, (store) => ({
      loadRows: async (scope, keys) => {
        stale -= 1;
        return stale >= 0 && old !== undefined ? [old] : store.loadRows(scope, keys);
      },
    }));
    const healed = await pull({ cursor: first.cursor }, healing);
    expect(healed.changes).toMatchObject([
      { id: 's0' },
      { id: 's1', version: 2, data: { text: `${long}!` } },
    ]);
    const stuck = await pull(
      { cursor: first.cursor },
      depsWith(world, () => ({ loadRows: async () => [] })),
    );
    expect([idsOf(stuck), stuck.hasMore]).toEqual([['s0'], true]);
    expect(idsOf(await pull({ cursor: stuck.cursor }))).toEqual(['s1']);
  });

  test('SYN53 a large row that changed again is delivered as it is, and says by its number that it is newer', async () => {
    await world.commit([song('s1', { text: 'x'.repeat(2_000) })]);
    await world.commit([song('s2')]);
    await world.commit([song('s1', { text: 'short' })]);
    const first = await pull({ limit: 1 });
    expect(first.changes).toMatchObject([{ id: 's1', version: 2, seq: 3, data: { text: 'short' } }]);
    const { head } = world.state;
    await world.commit([song('s1', { text: 'shorter' })]);
    const behind = await pull(
      {},
      depsWith(world, () => ({ loadHead: async () => head })),
    );
    expect(behind.changes).toMatchObject([{ id: 's1', version: 3 }, { id: 's2' }]);
  });
});

describe('cursors that are of no use', () => {
  test('SYN50 damaged ones are 400; of another epoch, filter, user, or from behind the horizon 410', async () => {
    await world.commit([song('s1')]);
    const { cursor } = await pull();
    expect(await codeOf(pull({ cursor: `${cursor}x` }))).toBe('request.bad_cursor');
    expect(await codeOf(pull({ cursor, entityTypes: ['songs'] }))).toBe('sync.resync_required');
    const binding = { scope: world.scope, entityTypes: undefined };
    const at = (position: object) =>
      pull({ cursor: encodeLogCursor({ epoch: 'epoch-1', seq: 1, offset: 0, ...position }, binding) });
    expect(await codeOf(at({}))).toBe('none');
    expect(await codeOf(at({ epoch: 'epoch-0' }))).toBe('sync.resync_required');
    expect(await codeOf(at({ seq: 2 }))).toBe('sync.resync_required');
    const other = { scope: await world.stores.createUser(), entityTypes: undefined };
    const foreign = encodeLogCursor({ epoch: 'epoch-1', seq: 1, offset: 0 }, other);
    expect(await codeOf(pull({ cursor: foreign }))).toBe('sync.resync_required');
    const raised = depsWith(world, () => ({
      loadHead: async () => (world.state.head ? { ...world.state.head, horizonSeq: 1 } : undefined),
    }));
    expect(await codeOf(pull({}, raised))).toBe('sync.resync_required');
    expect(await codeOf(pull({ cursor }, raised))).toBe('none');
  });

  test('SYN50 the refusal says what to do', async () => {
    await world.commit([song('s1')]);
    const { cursor } = await pull();
    await expect(pull({ cursor, entityTypes: ['songs'] })).rejects.toThrow(
      /instruction: read GET \/v1\/sync\/snapshot .* thenCursor/,
    );
  });

  test('SYN54 unknown types and unknown users are told, none of them is a fault', async () => {
    const pulls = { limit: 10, entityTypes: ['songs', 'nothings'] };
    expect(await codeOf(pull(pulls))).toBe('sync.unknown_entity_type');
    expect(await codeOf(readSnapshot(world.deps(), world.scope, pulls))).toBe('sync.unknown_entity_type');
    expect(await codeOf(readDigest(world.deps(), world.scope, pulls))).toBe('sync.unknown_entity_type');
    await world.stores.eraseUser(world.scope);
    expect(await codeOf(pull())).toBe('user.not_found');
    expect(await codeOf(readSnapshot(world.deps(), world.scope, { limit: 1 }))).toBe('user.not_found');
    expect(await codeOf(readSyncStatus(world.deps(), world.scope))).toBe('user.not_found');
  });
});

test('SYN9 the digest has every type, or those asked for, and is what the rows come to', async () => {
  expect((await readDigest(world.deps(), world.scope, {})).types).toEqual(
    Object.fromEntries([...LOG_TYPES].sort().map((type) => [type, { count: 0, hash: '0'.repeat(16) }])),
  );
  await world.commit([song('s1'), song('s2'), album('a1')]);
  await world.commit([noSong('s2')]);
  const replica = createReplica();
  for (const change of (await pull()).changes) replica.apply(change);
  expect(replica.content()).toEqual(livingRows(world));
  const digest = await readDigest(world.deps(), world.scope, { entityTypes: ['songs'] });
  expect(digest).toEqual({ seq: 2, types: replica.digest(['songs']) });
  expect(digest.types['songs']?.count).toBe(1);
});

test('SYN54 the status says where the log stands', async () => {
  expect(await readSyncStatus(world.deps(), world.scope)).toMatchObject({ epoch: '', seq: 0, rowCount: 0 });
  await world.commit([song('s1'), album('a1')]);
  expect(await readSyncStatus(world.deps(), world.scope)).toEqual({
    protocolVersion: 1,
    epoch: 'epoch-1',
    seq: 1,
    horizonSeq: 0,
    rowCount: 2,
    openConflictCount: 0,
    entityTypes: [...LOG_TYPES].sort(),
    serverTime: '2026-11-21T12:00:01.000Z',
  });
});
