import { expect, test } from 'vitest';
import { START_MS } from '../../../test/contract-suites/store-fixtures.ts';
import { pullProvider, ScriptedCloud } from '../../../test/support/scripted-cloud.ts';
import { openSyncWorld } from '../../../test/support/sync-world.ts';
import { DAY_MS, type EpochMs, HOUR_MS, localDateOf, MINUTE_MS, SECOND_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { DataType } from '../../providers/definition.ts';
import { ProviderFault } from '../../providers/model.ts';
import { requestErasure } from './erase-data.ts';
import { previewReplay } from './preview-replay.ts';
import { MAX_PAST_COUNT } from './request-sync.ts';
import type { SyncDependencies } from './sync-session.ts';

/** Readings of each type, one per hour, the newest an hour old. */
function hourly(count: number): ScriptedCloud {
  const cloud = new ScriptedCloud();
  for (const type of ['pulse', 'walk']) {
    const at = (index: number) => ({
      id: `${type}-${index}`,
      atMs: START_MS - (index + 1) * HOUR_MS,
      value: 60 + (index % 50),
    });
    cloud.put(type, ...Array.from({ length: count }, (_, index) => at(index)));
  }
  return cloud;
}

test('CON35 a consent that died before its first sync was asked for gets it when the schedule comes by', async () => {
  const world = await openSyncWorld(pullProvider, hourly(20));
  await world.changeConnection({ dueAtMs: (START_MS + 2 * MINUTE_MS) as EpochMs });
  await world.runFor(3 * MINUTE_MS);
  await world.plain.queue.wake(world.scope, world.connectionId, { correlationId: 'tick', delaySec: 0 });
  await world.runFor(5 * MINUTE_MS);
  expect(await world.history()).toMatchObject([{ status: 'succeeded' }]);
  expect(await world.stored('heart_rate')).toHaveLength(20);
  expect((await world.connection()).dueAtMs).toBeGreaterThan(world.clock.now());
});

test('CON37 a sync that ends after its data was to be erased hides nothing from the next consent', async () => {
  const cloud = hourly(20);
  const world = await openSyncWorld(pullProvider, cloud);
  const syncId = await world.requestSync('connect');
  // The first type is stored; at the second one the person leaves, with all data.
  cloud.fault = (path) => (path.startsWith('/walk') ? new ProviderFault('rate_limited') : undefined);
  await world.runFor(MINUTE_MS / 2);
  expect(await world.stored('heart_rate')).toHaveLength(20);
  await world.changeConnection({ status: 'disconnected', dueAtMs: undefined, syncedTo: {} });
  await requestErasure(world.plain, world.scope, await world.connection(), 'corr');
  await world.runFor(10 * MINUTE_MS);
  expect(await world.sync(syncId)).toMatchObject({ status: 'partial', error: 'disconnected' });
  expect(await world.stored('heart_rate')).toEqual([]);
  expect((await world.connection()).syncedTo).toEqual({});
});

test('CON37 a sync that was begun under the consent before moves no instant of the present one', async () => {
  const cloud = hourly(100);
  const world = await openSyncWorld(pullProvider, cloud);
  const syncId = await world.requestSync('connect');
  cloud.fault = (path) => (path.startsWith('/walk') ? new ProviderFault('rate_limited') : undefined);
  await world.runFor(MINUTE_MS / 2);
  await world.changeConnection({ status: 'disconnected', dueAtMs: undefined, syncedTo: {} });
  await requestErasure(
    { ...world.plain, queue: { wake: async () => undefined } },
    world.scope,
    await world.connection(),
    'corr',
  );
  world.clock.advance(1);
  await world.changeConnection({
    status: 'connected',
    connectedAtMs: world.clock.now(),
    dueAtMs: (START_MS + DAY_MS) as EpochMs,
  });
  cloud.fault = () => undefined;
  await world.runFor(30 * MINUTE_MS);
  expect((await world.sync(syncId)).status).not.toBe('running');
  await world.requestSync();
  await world.runFor(HOUR_MS);
  expect(await world.stored('heart_rate')).toHaveLength(100);
  expect(await world.stored('steps')).toHaveLength(100);
});

test('CON29 permissions that come back after all were withdrawn need no new consent', async () => {
  const scoped = {
    ...pullProvider,
    dataTypes: pullProvider.dataTypes.filter(({ scopes }) => scopes.length > 0),
  };
  const granted = scoped.dataTypes.flatMap(({ scopes }) => scopes);
  const world = await openSyncWorld(scoped, hourly(20));
  await world.changeConnection({ account: { providerUserId: 'person', grantedScopes: granted } });
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  await world.push({ kind: 'permissions', grantedScopes: [] });
  await world.runFor(MINUTE_MS);
  expect(await world.connection()).toMatchObject({ status: 'needs_reauth', reason: 'scope_missing' });
  await world.push({ kind: 'permissions', grantedScopes: granted });
  await world.runFor(10 * MINUTE_MS);
  const connection = await world.connection();
  expect(connection.status).toBe('connected');
  expect(connection.reason).toBeUndefined();
  expect(connection.dueAtMs).toBeGreaterThan(world.clock.now());
});

test('CON28 a push that can never be stored is given up, and keeps no other from its turn', async () => {
  const cloud = hourly(5);
  const refusing = (deps: SyncDependencies): SyncDependencies => ({
    ...deps,
    writer: {
      ...deps.writer,
      write: async (scope, group) => {
        if (group.records.some((record) => 'recordId' in record && record.recordId === 'odd'))
          throw new AppError('read.range_too_large', 'the window holds more than can be compared');
        return deps.writer.write(scope, group);
      },
    },
  });
  const world = await openSyncWorld(pullProvider, cloud, refusing);
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  cloud.put(
    'pulse',
    { id: 'odd', atMs: START_MS - MINUTE_MS, value: 70 },
    { id: 'even', atMs: START_MS - 2 * MINUTE_MS, value: 71 },
  );
  await world.push(
    { kind: 'record', dataType: 'pulse', id: 'odd' },
    { kind: 'record', dataType: 'pulse', id: 'even' },
  );
  await world.runFor(MINUTE_MS);
  expect(await world.inbox()).toEqual([]);
  expect(await world.stored('heart_rate')).toHaveLength(6);
});

test('CON36 however many backfills wait, what is new is fetched before them', async () => {
  const cloud = hourly(20);
  const world = await openSyncWorld(pullProvider, cloud);
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  cloud.fault = () => {
    world.clock.advance(SECOND_MS);
    return undefined;
  };
  for (let day = 1; day <= 12; day += 1) {
    const fromMs = (START_MS - (day + 1) * DAY_MS) as EpochMs;
    const window = { fromMs, toMs: (START_MS - day * DAY_MS) as EpochMs };
    await world.requestBackfill({ window, types: [] });
    world.clock.advance(1);
  }
  const syncId = await world.requestSync();
  await world.runFor(HOUR_MS);
  const ended = (await world.history()).toSorted((a, b) => (a.finishedAtMs ?? 0) - (b.finishedAtMs ?? 0));
  expect(ended.map(({ status }) => status)).toEqual(Array.from({ length: 14 }, () => 'succeeded'));
  expect(ended.findIndex((sync) => sync.syncId === syncId)).toBeLessThan(3);
});

test('CON30 an id as long as a page is set aside too', async () => {
  const cloud = hourly(5);
  cloud.put('pulse', { id: 'x'.repeat(500_000), atMs: START_MS - MINUTE_MS, value: 'many' });
  const world = await openSyncWorld(pullProvider, cloud);
  const syncId = await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  expect(await world.sync(syncId)).toMatchObject({
    status: 'succeeded',
    counts: { refused: 1, accepted: 10 },
  });
  expect(await world.quarantined()).toHaveLength(1);
});

test('CON28 pages without an end and without a record are given up after a day, and nothing waits for them', async () => {
  const cloud = new ScriptedCloud();
  const endless: DataType = {
    ...(pullProvider.dataTypes[0] as DataType),
    source: {
      kind: 'pull',
      fetchPages: async function* () {
        for (let page = 1; ; page += 1) {
          cloud.calls.push('endless');
          world.clock.advance(SECOND_MS);
          yield { payload: { list: [] }, body: Buffer.from('{}'), next: String(page) };
        }
      },
    },
  };
  const dataTypes = [endless, ...pullProvider.dataTypes.slice(1)];
  const world = await openSyncWorld({ ...pullProvider, dataTypes }, cloud);
  cloud.put('walk', { id: 'w', atMs: START_MS - HOUR_MS, value: 30 });
  const window = { fromMs: (START_MS - DAY_MS) as EpochMs, toMs: START_MS as EpochMs };
  await world.push(
    { kind: 'window', dataType: 'pulse', window, replaces: false },
    { kind: 'record', dataType: 'pulse', id: 'p' },
    { kind: 'record', dataType: 'walk', id: 'w' },
  );
  await world.runUntil(START_MS);
  expect(world.clock.now() - START_MS).toBeLessThan(world.budget.inlineMs);
  expect(await world.stored('steps')).toHaveLength(1);
  await world.runFor(2 * DAY_MS);
  expect(await world.inbox()).toEqual([]);
});

test('CON29 what was said of permissions before the present consent says nothing of it', async () => {
  const world = await openSyncWorld(pullProvider, hourly(5));
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  const grantedScopes = pullProvider.dataTypes.flatMap(({ scopes }) => scopes);
  const account = { providerUserId: 'person', grantedScopes };
  await world.changeConnection({ account, connectedAtMs: (world.clock.now() + 1) as EpochMs });
  await world.push({ kind: 'permissions', grantedScopes: [] });
  await world.runFor(MINUTE_MS);
  expect(await world.connection()).toMatchObject({ status: 'connected', account });
  expect(await world.inbox()).toEqual([]);
});

test('CON38 a mapping that fails is a count of the dry run, and no fault', async () => {
  let isBroken = false;
  const dataTypes = pullProvider.dataTypes.map(
    (type): DataType => ({
      ...type,
      map: (payload, context) => {
        if (isBroken) throw new TypeError('of undefined');
        return type.map(payload, context);
      },
    }),
  );
  const world = await openSyncWorld({ ...pullProvider, dataTypes }, hourly(5));
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  isBroken = true;
  const place = { scope: world.scope, connectionId: world.connectionId, correlationId: 'corr' };
  const today = localDateOf(START_MS, 0);
  const deps = { ...world.plain, heads: world.stores.headStore };
  const preview = await previewReplay(deps, place, { from: today, to: today });
  const { payloads, unreadable } = preview.counts;
  expect([preview.isComplete, unreadable]).toEqual([true, payloads]);
  expect(payloads).toBeGreaterThan(0);
});

test('CON29 an application that the provider switched off makes no deauthorization true', async () => {
  const cloud = hourly(5);
  const world = await openSyncWorld(pullProvider, cloud);
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  cloud.fault = () => new ProviderFault('forbidden', { status: 403, reason: 'application_inactive' });
  await world.push({ kind: 'deauthorized' });
  await world.runFor(MINUTE_MS);
  expect((await world.connection()).status).toBe('connected');
});

test('CON36 a connection has so many backfills waiting, and its pushes are read behind them', async () => {
  const cloud = hourly(5);
  const world = await openSyncWorld(pullProvider, cloud);
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  const window = { fromMs: (START_MS - DAY_MS) as EpochMs, toMs: START_MS as EpochMs };
  const ask = () => world.requestBackfill({ window, types: [] });
  for (let count = 0; count < MAX_PAST_COUNT; count += 1) await ask();
  const refusal = { code: 'request.rate_limited', retryAfterSec: 600 };
  await expect(ask()).rejects.toMatchObject(refusal);
  const today = localDateOf(START_MS, 0);
  await expect(world.requestReplay({ from: today, to: today })).rejects.toMatchObject(refusal);
  expect(await world.requestSync()).toBeDefined();
  cloud.put('pulse', { id: 'new', atMs: START_MS - MINUTE_MS, value: 71 });
  await world.push({ kind: 'record', dataType: 'pulse', id: 'new' });
  await world.deliver({ atMs: world.clock.now(), correlationId: 'push' });
  expect(await world.stored('heart_rate')).toHaveLength(6);
  await world.runFor(2 * HOUR_MS);
  expect(await ask()).toBeDefined();
});

test('CON28 an id that fits no address is given up, and keeps no other from its turn', async () => {
  const cloud = hourly(5);
  const world = await openSyncWorld(pullProvider, cloud);
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  cloud.put('pulse', { id: 'new', atMs: START_MS - MINUTE_MS, value: 71 });
  cloud.fault = (path) => (path === '/pulse/\ud800' ? caught(() => encodeURIComponent('\ud800')) : undefined);
  await world.push(
    { kind: 'record', dataType: 'pulse', id: '\ud800' },
    { kind: 'record', dataType: 'pulse', id: 'new' },
  );
  await world.runFor(MINUTE_MS);
  expect(await world.inbox()).toEqual([]);
  expect(await world.stored('heart_rate')).toHaveLength(6);
});

function caught(run: () => unknown): Error | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

test('CON28 a push that fails every run is seen for a day, and then blocks the connection no longer', async () => {
  const cloud = hourly(5);
  const world = await openSyncWorld(pullProvider, cloud);
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  cloud.put('pulse', { id: 'new', atMs: START_MS - MINUTE_MS, value: 71 });
  cloud.fault = (path) => (path === '/pulse/odd' ? new Error('of a store') : undefined);
  await world.push(
    { kind: 'record', dataType: 'pulse', id: 'odd' },
    { kind: 'record', dataType: 'pulse', id: 'new' },
  );
  const wake = { atMs: 0, correlationId: 'push' };
  await expect(world.deliver(wake)).rejects.toThrow('of a store');
  world.clock.advance(DAY_MS);
  await world.deliver(wake);
  expect(await world.inbox()).toEqual([]);
  expect(await world.stored('heart_rate')).toHaveLength(6);
});

test('CON20 a step that the platform began twice ends no sync: whoever lost looks again', async () => {
  for (const lostCall of [1, 2, 3]) {
    let commitCount = 0;
    const world = await openSyncWorld(pullProvider, hourly(100), (deps) => ({
      ...deps,
      syncs: {
        ...deps.syncs,
        commit: async (scope, sync, step) => {
          const outcome = await deps.syncs.commit(scope, sync, step);
          if (sync.executionCount > 0) commitCount += 1;
          // The other run of the step wrote what this one was about to write.
          return commitCount === lostCall + 1 ? 'lost' : outcome;
        },
      },
    }));
    const syncId = await world.requestSync('connect');
    await world.runFor(5 * MINUTE_MS);
    expect(await world.sync(syncId)).toMatchObject({ status: 'succeeded' });
    expect(await world.stored('heart_rate')).toHaveLength(100);
  }
});

test('CON23 slow types that have nothing new are left behind slice by slice', async () => {
  const cloud = hourly(5);
  const dataTypes = Array.from({ length: 12 }, (_, index) => ({
    ...(pullProvider.dataTypes[0] as DataType),
    code: `quiet-${index}`,
  }));
  const world = await openSyncWorld({ ...pullProvider, dataTypes }, cloud);
  await world.requestSync('connect');
  await world.runFor(HOUR_MS);
  const before = cloud.calls.length;
  cloud.fault = () => {
    world.clock.advance(2 * MINUTE_MS);
    return undefined;
  };
  const syncId = await world.requestSync();
  await world.runFor(3 * HOUR_MS);
  expect(await world.sync(syncId)).toMatchObject({ status: 'succeeded' });
  // One window each, and once more where the time was up.
  expect(cloud.calls.length - before).toBeLessThanOrEqual(2 * dataTypes.length);
});
