import { beforeEach, describe, expect, test } from 'vitest';
import { MAX_PULL_BYTES } from '../../../contracts/sync/protocol.ts';
import {
  album,
  codeOf,
  createEntityLogWorld,
  depsWith,
  type EntityLogWorld,
  noSong,
  song,
} from '../../../test/support/entity-log-world.ts';
import { pullChanges } from './pull-changes.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { PageQuery } from './sync-reader.ts';

let world: EntityLogWorld;
beforeEach(async () => {
  world = await createEntityLogWorld();
});

async function pull(query: Partial<PageQuery> = {}) {
  const { body } = await pullChanges(world.deps(), world.scope, { limit: 500, ...query });
  return JSON.parse(body);
}
const idsOf = (page: { changes: readonly { id: string }[] }) => page.changes.map(({ id }) => id);

describe('the snapshot', () => {
  const read = async (query: Partial<PageQuery> = {}, deps = world.deps()) =>
    JSON.parse(await readSnapshot(deps, world.scope, { limit: 500, ...query }));

  test('SYN8 living rows, parents first, by pages, with progress; the log goes on where it began', async () => {
    await world.commit([song('s2'), song('s1'), album('a1'), song('s3')]);
    await world.commit([noSong('s3')]);
    world.clock.advance(120_000);
    const first = await read({ limit: 2 });
    expect(first.rows).toMatchObject([
      { entityType: 'albums', id: 'a1', version: 1, seq: 1, data: { name: 'a1' } },
      { entityType: 'songs', id: 's1', originDeviceId: 'writer' },
    ]);
    expect(first).toMatchObject({ hasMore: true, progress: { rowsTotal: 3 } });
    await world.commit([album('a0')]);
    const second = await read({ limit: 2, cursor: first.cursor });
    expect(idsOf({ changes: second.rows })).toEqual(['s2']);
    expect(second).toMatchObject({ hasMore: false, cursor: null, progress: { rowsTotal: 3 } });
    expect(second.thenCursor).toBe(first.thenCursor);
    expect(idsOf(await pull({ cursor: second.thenCursor }))).toEqual(['a0']);
  });

  test('SYN8 the log behind it begins before what may have been half visible, and not further than it must', async () => {
    for (let at = 0; at < 20; at += 1) {
      await world.commit([song(`s${at}`)]);
      world.clock.advance(10_000);
    }
    const { thenCursor } = await read();
    const again = idsOf(await pull({ cursor: thenCursor }));
    expect(again.slice(-6)).toEqual(['s14', 's15', 's16', 's17', 's18', 's19']);
    expect(again.length).toBeLessThanOrEqual(12);
    world.clock.advance(60_001);
    expect(idsOf(await pull({ cursor: (await read()).thenCursor }))).toEqual([]);
  });

  test('SYN51 its pages end before 3 MB, and every row is on one', async () => {
    const large = (id: string) => song(id, { text: 'é'.repeat(30_000) });
    for (let from = 0; from < 90; from += 10)
      await world.commit(Array.from({ length: 10 }, (_, at) => large(`s${from + at}`)));
    let cursor: string | undefined;
    const seen: string[] = [];
    do {
      const body = await readSnapshot(world.deps(), world.scope, { limit: 1_000, cursor });
      expect(Buffer.byteLength(body)).toBeLessThan(MAX_PULL_BYTES + 10_000);
      const page = JSON.parse(body);
      seen.push(...idsOf({ changes: page.rows }));
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen.length).toBe(90);
  });

  test('SYN51 it reads over a bounded number of tombstones per page', async () => {
    const tombstone = (await world.commit([noSong('s')])).changes[0]?.row;
    if (tombstone === undefined) throw new Error('no tombstone');
    const all = Array.from({ length: 9_000 }, (_, at) => ({ ...tombstone, id: String(at).padStart(5, '0') }));
    let readCount = 0;
    const deps = depsWith(world, () => ({
      listRows: async (_, type, { afterId = '', limit }) => {
        const rows = type === 'songs' ? all.filter(({ id }) => id > afterId).slice(0, limit) : [];
        readCount += rows.length;
        return rows;
      },
    }));
    let cursor: string | undefined;
    const reads: number[] = [];
    do {
      readCount = 0;
      const page = await read({ cursor }, deps);
      expect(page.rows).toEqual([]);
      reads.push(readCount);
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    expect(reads.length).toBe(3);
    expect(Math.max(...reads)).toBeLessThan(5_000);
  });

  test('SYN50 its cursors are bound as those of the log', async () => {
    await world.commit([song('s1'), song('s2')]);
    const { cursor, thenCursor } = await read({ limit: 1 });
    expect(await codeOf(read({ cursor: thenCursor }))).toBe('request.bad_cursor');
    expect(await codeOf(pull({ cursor }))).toBe('request.bad_cursor');
    expect(await codeOf(read({ cursor, entityTypes: ['songs'] }))).toBe('sync.resync_required');
    const newEpoch = depsWith(world, () => ({
      loadHead: async () => (world.state.head ? { ...world.state.head, epoch: 'epoch-2' } : undefined),
    }));
    expect(await codeOf(read({ cursor }, newEpoch))).toBe('sync.resync_required');
  });

  test('SYN8 of a user without rows it is empty, and the log begins at its start', async () => {
    const { thenCursor, ...page } = await read();
    expect(page).toEqual({ rows: [], cursor: null, hasMore: false, progress: { rowsTotal: 0 } });
    await world.commit([song('s1')]);
    expect(idsOf(await pull({ cursor: thenCursor }))).toEqual(['s1']);
  });
});
