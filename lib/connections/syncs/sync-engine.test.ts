import { expect, test } from 'vitest';
import { START_MS } from '../../../test/contract-suites/store-fixtures.ts';
import { pullProvider, ScriptedCloud } from '../../../test/support/scripted-cloud.ts';
import { openSyncWorld } from '../../../test/support/sync-world.ts';
import { toSyncItem } from '../../adapters/dynamo/sync-item.ts';
import { DAY_MS, type EpochMs, HOUR_MS, localDateOf, MINUTE_MS } from '../../core/instants.ts';
import type { Sync } from '../model.ts';
import { previewReplay } from './preview-replay.ts';
import { GROUP_RECORD_COUNT, MAX_CURSOR_CHARS } from './sync-limits.ts';

/** A cloud with `count` readings of each type, one per hour, the newest an hour old. */
function hourly(count: number): ScriptedCloud {
  const cloud = new ScriptedCloud();
  for (const type of ['pulse', 'walk']) {
    cloud.put(
      type,
      ...Array.from({ length: count }, (_, index) => ({
        id: `${type}-${index}`,
        atMs: START_MS - (index + 1) * HOUR_MS,
        value: 60 + (index % 50),
      })),
    );
  }
  return cloud;
}

test('CON20 a first sync by the state machine fetches a month of every type and ends succeeded', async () => {
  const cloud = hourly(240);
  const world = await openSyncWorld(pullProvider, cloud);
  const syncId = await world.requestSync('connect');
  expect((await world.sync(syncId)).status).toBe('running');
  await world.runFor(10 * MINUTE_MS);
  const sync = await world.sync(syncId);
  expect(sync).toMatchObject({ status: 'succeeded', trigger: 'connect' });
  expect(sync.counts).toMatchObject({ fetched: 480, accepted: 480, updated: 0, duplicate: 0, refused: 0 });
  expect(await world.stored('heart_rate')).toHaveLength(240);
  expect(await world.inbox()).toEqual([]);
  const connection = await world.connection();
  expect(connection.lastSync).toMatchObject({ syncId, status: 'succeeded' });
  expect(connection.syncedTo['pulse']).toBe(START_MS);
  expect(connection.dueAtMs).toBeGreaterThan(START_MS);
  // Prepare, one slice, finish: whatever the pages and types.
  expect(world.transitions.count).toBe(3);
});

test('CON21 a later sync reaches back to the last one less the overlap, and runs from the queue alone', async () => {
  const cloud = hourly(240);
  const world = await openSyncWorld(pullProvider, cloud);
  await world.requestSync('connect');
  await world.runFor(2 * HOUR_MS);
  cloud.put('pulse', { id: 'new', atMs: world.clock.now() - MINUTE_MS, value: 71 });
  cloud.put('pulse', { id: 'pulse-2', atMs: START_MS - 3 * HOUR_MS, value: 99, revision: 2 });
  const before = world.transitions.count;
  const syncId = await world.requestSync();
  await world.runFor(MINUTE_MS);
  const sync = await world.sync(syncId);
  expect(sync).toMatchObject({ status: 'succeeded', trigger: 'manual' });
  expect(sync.types[0]?.window.fromMs).toBe(START_MS - DAY_MS);
  expect(sync.counts).toMatchObject({ fetched: 49, accepted: 1, updated: 1, duplicate: 47 });
  expect(world.transitions.count).toBe(before);
});

test('CON20 a request while one waits is that one, and one that comes while it runs is the next', async () => {
  const world = await openSyncWorld(pullProvider, hourly(10));
  const first = await world.requestSync('connect');
  const again = await world.requestSync();
  expect(again).toBe(first);
  await world.runUntil(world.clock.now());
  const second = await world.requestSync();
  expect(second).not.toBe(first);
  await world.runFor(MINUTE_MS);
  expect((await world.history()).map(({ syncId, status }) => [syncId, status])).toEqual([
    [second, 'succeeded'],
    [first, 'succeeded'],
  ]);
});

test('CON22 types without a granted scope are skipped, and none at all asks for a new consent', async () => {
  const world = await openSyncWorld(pullProvider, hourly(10));
  await world.changeConnection({ account: { providerUserId: 'person', grantedScopes: ['heart'] } });
  const syncId = await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  expect((await world.sync(syncId)).types.map(({ type, status }) => [type, status])).toEqual([
    ['pulse', 'succeeded'],
    ['walk', 'skipped'],
  ]);
  const scoped = pullProvider.dataTypes.filter(({ scopes }) => scopes.length > 0);
  const other = await openSyncWorld({ ...pullProvider, dataTypes: scoped }, hourly(10));
  await other.changeConnection({ account: { providerUserId: 'person', grantedScopes: ['heart'] } });
  const refused = await other.requestSync('connect');
  await other.runFor(MINUTE_MS);
  expect(await other.sync(refused)).toMatchObject({ status: 'failed', error: 'needs_reauth' });
  expect(await other.connection()).toMatchObject({ status: 'needs_reauth', reason: 'scope_missing' });
});

test('CON30 a record that cannot be read is set aside with its reason and payload, and the sync goes on', async () => {
  const cloud = hourly(20);
  cloud.put('pulse', { id: 'broken', atMs: START_MS - 90 * MINUTE_MS, value: 'many' });
  cloud.put('pulse', { id: 'wild', atMs: START_MS - 91 * MINUTE_MS, value: 4_000 });
  const world = await openSyncWorld(pullProvider, cloud);
  const syncId = await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  const sync = await world.sync(syncId);
  expect(sync.status).toBe('succeeded');
  expect(sync.counts).toMatchObject({ fetched: 42, accepted: 40, refused: 2 });
  const aside = await world.quarantined();
  expect(aside.map(({ externalId, reason }) => [externalId, reason]).toSorted()).toEqual([
    ['broken', 'value: expected number'],
    ['wild', 'out_of_bounds'],
  ]);
  for (const { rawKey } of aside) expect(await world.raw.get(world.scope, rawKey)).toBeDefined();
});

test('CON23 a sync that does not fit its time goes on in slices, and its transitions are those of its slices', async () => {
  const cloud = hourly(600);
  cloud.pageSize = 5;
  const world = await openSyncWorld(pullProvider, cloud);
  world.budget.sliceMs = 10_000;
  // Each call takes a second: ten pages a slice.
  cloud.fault = () => {
    world.clock.advance(1_000);
    return undefined;
  };
  const syncId = await world.requestSync('connect');
  await world.runFor(2 * HOUR_MS);
  const sync = await world.sync(syncId);
  expect(sync).toMatchObject({ status: 'succeeded' });
  expect(sync.counts).toMatchObject({ fetched: 1_200, accepted: 1_200, pages: 240 });
  const sliceCount = Math.ceil(cloud.calls.length / 10);
  expect(world.transitions.count).toBeLessThanOrEqual(sliceCount + 5);
});

test('CON36 a backfill goes by chunks, leaves live instants alone and says once per type that it is over', async () => {
  const cloud = new ScriptedCloud();
  cloud.put(
    'pulse',
    ...Array.from({ length: 100 }, (_, index) => ({
      id: `old-${index}`,
      atMs: START_MS - (200 - index) * DAY_MS,
      value: 60,
    })),
  );
  const world = await openSyncWorld(pullProvider, cloud);
  const window = { fromMs: at(-210), toMs: at(-90) };
  const syncId = await world.requestBackfill({ window, types: ['pulse'] });
  await world.runFor(HOUR_MS);
  const sync = await world.sync(syncId);
  expect(sync).toMatchObject({ status: 'succeeded', origin: 'backfill', trigger: 'backfill' });
  expect(sync.counts).toMatchObject({ fetched: 100, accepted: 100 });
  expect(cloud.calls).toHaveLength(12);
  expect(world.announced).toEqual([{ dataType: 'pulse', status: 'succeeded' }]);
  expect((await world.connection()).syncedTo).toEqual({});
});

test('CON36 a provider without a bound is asked for nothing from before samples are taken', async () => {
  const windows = { ...pullProvider.windows, backfillDays: undefined };
  const world = await openSyncWorld({ ...pullProvider, windows }, hourly(1));
  const since = (iso: string) =>
    world.requestBackfill({ window: { fromMs: Date.parse(iso) as EpochMs, toMs: at(-1) }, types: ['pulse'] });
  await expect(since('1999-12-31T23:59:59Z')).rejects.toMatchObject({ code: 'backfill.range_invalid' });
  expect(await since('2000-01-01T00:00:00Z')).toMatch(/^syn_/);
});

test('CON36 a backfill that is empty, in the future or too far back is refused, and so are types that are none', async () => {
  const world = await openSyncWorld(pullProvider, hourly(1));
  const asked = (fromDay: number, toDay: number, types: readonly string[] = []) =>
    world.requestBackfill({ window: { fromMs: at(fromDay), toMs: at(toDay) }, types });
  await expect(asked(-1, -1)).rejects.toMatchObject({ code: 'backfill.range_invalid' });
  await expect(asked(1, 2)).rejects.toMatchObject({ code: 'backfill.range_invalid' });
  await expect(asked(-400, -300)).rejects.toMatchObject({ code: 'backfill.range_invalid' });
  await expect(asked(-2, -1, ['nothing'])).rejects.toMatchObject({ code: 'backfill.type_unknown' });
});

test('CON38 kept payloads are mapped again, and what was repaired since then is stored', async () => {
  const cloud = hourly(50);
  const world = await openSyncWorld(pullProvider, cloud);
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  const before = await world.stored('heart_rate');
  await world.plain.writer.eraseProvider(world.scope, 'sample', 'c');
  expect(await world.stored('heart_rate')).toEqual([]);
  const day = localDateOf(world.clock.now(), 0);
  const place = { scope: world.scope, connectionId: world.connectionId, correlationId: 'c' };
  const preview = await previewReplay(world.plain, place, { from: day, to: day });
  expect(preview).toMatchObject({ isComplete: true, counts: { payloads: 6, accepted: 100, duplicate: 0 } });
  expect(preview.changes.length).toBeGreaterThan(0);
  expect(new Set(preview.changes.map(({ what }) => what))).toEqual(new Set(['heart_rate', 'steps']));
  expect(await world.stored('heart_rate')).toEqual([]);
  const syncId = await world.requestReplay({ from: day, to: day });
  await world.runFor(MINUTE_MS);
  expect(await world.sync(syncId)).toMatchObject({ status: 'succeeded', trigger: 'replay' });
  expect(await world.stored('heart_rate')).toEqual(before);
});

test('CON35 a due connection is polled, and one whose pushes stay away is silent until they come again', async () => {
  const cloud = hourly(10);
  const world = await openSyncWorld(pullProvider, cloud);
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  const { dueAtMs = START_MS } = await world.connection();
  expect(dueAtMs).toBe(START_MS + 6 * HOUR_MS);
  await world.runUntil(dueAtMs);
  await world.plain.queue.wake(world.scope, world.connectionId, { correlationId: 'due', delaySec: 0 });
  await world.runFor(MINUTE_MS);
  expect((await world.history())[0]).toMatchObject({ trigger: 'silence', status: 'succeeded' });
  const silent = await world.connection();
  expect(silent.silentSinceMs).toBe(dueAtMs);
  expect(world.metrics.get('SilentConnections')).toBe(1);
  expect((silent.dueAtMs ?? 0) - world.clock.now()).toBeLessThanOrEqual(HOUR_MS);
  await world.push({ kind: 'record', dataType: 'pulse', id: 'pulse-1' });
  await world.requestSync();
  await world.runFor(MINUTE_MS);
  expect((await world.connection()).silentSinceMs).toBeUndefined();
});

test('CON24 a type ends in the write of its last group, not in one of its own', async () => {
  let before: Sync['types'] = [];
  const ends: boolean[] = [];
  const world = await openSyncWorld(pullProvider, hourly(5), (deps) => ({
    ...deps,
    syncs: {
      ...deps.syncs,
      commit: (scope, sync, step) => {
        for (const [index, { status, chunkFromMs }] of sync.types.entries()) {
          const last = before[index];
          if (status === 'succeeded' && last !== undefined && last.status !== status)
            ends.push(chunkFromMs > last.chunkFromMs);
        }
        before = sync.types;
        return deps.syncs.commit(scope, sync, step);
      },
    },
  }));
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  expect(ends).toEqual(pullProvider.dataTypes.map(() => true));
});

test('CON24 what is held at a time is one group, and a sync that has come far is a small row', async () => {
  const cloud = hourly(0);
  cloud.pageSize = 400;
  cloud.put(
    'pulse',
    ...Array.from({ length: 6_000 }, (_, index) => ({
      id: `p${index}`,
      atMs: START_MS - (index + 1) * MINUTE_MS,
      value: 60,
    })),
  );
  const sizes: number[] = [];
  const world = await openSyncWorld(pullProvider, cloud, (deps) => ({
    ...deps,
    writer: {
      ...deps.writer,
      write: (scope, group) => {
        sizes.push(group.records.length);
        return deps.writer.write(scope, group);
      },
    },
  }));
  const syncId = await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  expect(Math.max(...sizes)).toBeLessThan(GROUP_RECORD_COUNT + cloud.pageSize);
  expect(sizes.length).toBeGreaterThan(3);
  const sync = await world.sync(syncId);
  const [progress] = sync.types;
  if (progress === undefined) throw new Error('a sync has types');
  const far = { ...progress, type: 'a-type-with-a-long-name', cursor: 'x'.repeat(MAX_CURSOR_CHARS) };
  const row = toSyncItem(
    world.scope,
    { ...sync, types: Array.from({ length: 30 }, () => far) },
    { key: { id: new Uint8Array(4), secret: new Uint8Array(32) }, randomness: world.plain.randomness },
  );
  expect(row['body']?.B?.length).toBeLessThan(100_000);
});

const at = (days: number) => (START_MS + days * DAY_MS) as EpochMs;
