import { describe, expect, test } from 'vitest';
import { START_MS } from '../../../test/contract-suites/store-fixtures.ts';
import { pullProvider, ScriptedCloud } from '../../../test/support/scripted-cloud.ts';
import { openSyncWorld } from '../../../test/support/sync-world.ts';
import { createGateStore } from '../../adapters/dynamo/gate-store.ts';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../core/instants.ts';
import { ProviderFault, type ProviderFaultKind } from '../../providers/model.ts';

function hourly(): ScriptedCloud {
  const cloud = new ScriptedCloud();
  for (const type of ['pulse', 'walk']) {
    cloud.put(
      type,
      ...Array.from({ length: 100 }, (_, index) => ({
        id: `${type}-${index}`,
        atMs: START_MS - (index + 1) * HOUR_MS,
        value: 60 + (index % 50),
      })),
    );
  }
  cloud.pageSize = 20;
  return cloud;
}

const fault = (kind: ProviderFaultKind, details: ConstructorParameters<typeof ProviderFault>[1] = {}) =>
  new ProviderFault(kind, details);

describe('CON27 a fault that passes costs nothing but time', () => {
  const passing: readonly (readonly [string, ProviderFault])[] = [
    ['a 503', fault('unavailable', { status: 503 })],
    ['a timeout', fault('unavailable')],
    ['truncated JSON', fault('malformed')],
    ['a 429 without Retry-After', fault('rate_limited', { status: 429 })],
    ['a 429 with Retry-After', fault('rate_limited', { status: 429, retryAtMs: later(10 * MINUTE_MS) })],
    ['our own quota', fault('quota', { retryAtMs: later(5 * MINUTE_MS) })],
    ['an open circuit', fault('circuit_open', { retryAtMs: later(MINUTE_MS) })],
  ];
  for (const [name, thrown] of passing) {
    test(`CON27 ${name} in the middle of a sync`, async () => {
      const cloud = hourly();
      cloud.fault = (_path, index) => (index === 3 || index === 9 ? thrown : undefined);
      const world = await openSyncWorld(pullProvider, cloud);
      const syncId = await world.requestSync('connect');
      await world.runFor(DAY_MS);
      const sync = await world.sync(syncId);
      expect(sync).toMatchObject({ status: 'succeeded' });
      expect(sync.counts).toMatchObject({ fetched: 200, accepted: 200, duplicate: 0 });
      expect(await world.stored('heart_rate')).toHaveLength(100);
      expect(await world.connection()).toMatchObject({ status: 'connected' });
    });
  }
});

test('CON27 an outage that lasts ends the sync as failed, and the connection stays connected', async () => {
  const cloud = hourly();
  cloud.fault = () => fault('unavailable', { status: 500 });
  const world = await openSyncWorld(pullProvider, cloud);
  const syncId = await world.requestSync('connect');
  await world.runFor(HOUR_MS);
  expect(await world.sync(syncId)).toMatchObject({ status: 'failed', error: 'unavailable' });
  const connection = await world.connection();
  expect(connection).toMatchObject({ status: 'connected', lastSync: { status: 'failed' } });
  expect(connection.dueAtMs).toBeGreaterThan(world.clock.now() - HOUR_MS);
  expect(world.metrics.get('ProviderSyncsFailed')).toBe(1);
});

test('CON27 a type that stays away leaves the others alone: partial, and only they have moved', async () => {
  const cloud = hourly();
  cloud.fault = (path) => (path === '/pulse' ? fault('unavailable', { status: 502 }) : undefined);
  const world = await openSyncWorld(pullProvider, cloud);
  const syncId = await world.requestSync('connect');
  await world.runFor(HOUR_MS);
  const sync = await world.sync(syncId);
  expect(sync).toMatchObject({ status: 'partial', error: 'unavailable' });
  expect(sync.types.map(({ status }) => status)).toEqual(['failed', 'succeeded']);
  expect(await world.stored('steps')).toHaveLength(100);
  expect(Object.keys((await world.connection()).syncedTo)).toEqual(['walk']);
});

describe('CON27 a fault of one type fails that type alone', () => {
  for (const [kind, error] of [
    [fault('not_found', { status: 404 }), 'not_found'],
    [fault('rejected', { status: 400 }), 'rejected'],
    [fault('forbidden', { status: 403, reason: 'scope_missing' }), 'forbidden'],
    [fault('malformed', { reason: 'endless_pages' }), 'endless_pages'],
  ] as const) {
    test(`CON27 ${error}`, async () => {
      const cloud = hourly();
      cloud.fault = (path) => (path === '/walk' ? kind : undefined);
      const world = await openSyncWorld(pullProvider, cloud);
      const syncId = await world.requestSync('connect');
      await world.runFor(HOUR_MS);
      expect(await world.sync(syncId)).toMatchObject({ status: 'partial', error });
      expect(await world.stored('heart_rate')).toHaveLength(100);
      expect(await world.connection()).toMatchObject({ status: 'connected' });
    });
  }
});

describe('CON8 only a true end of the grant asks for a new consent', () => {
  for (const [thrown, reason] of [
    [fault('unauthorized', { status: 401 }), 'unauthorized'],
    [fault('unauthorized', { reason: 'grant_revoked' }), 'grant_revoked'],
    [fault('forbidden', { status: 403, reason: 'membership_expired' }), 'membership_expired'],
    [fault('forbidden', { status: 403, reason: 'account_not_linked' }), 'account_not_linked'],
  ] as const) {
    test(`CON8 ${reason}`, async () => {
      const cloud = hourly();
      cloud.fault = (_path, index) => (index > 2 ? thrown : undefined);
      const world = await openSyncWorld(pullProvider, cloud);
      const syncId = await world.requestSync('connect');
      await world.runFor(HOUR_MS);
      expect(await world.sync(syncId)).toMatchObject({ error: 'needs_reauth' });
      expect(await world.connection()).toMatchObject({ status: 'needs_reauth', reason });
      await expect(world.requestSync()).rejects.toMatchObject({ code: 'connection.needs_reauth' });
    });
  }

  test('CON8 somebody who consented again meanwhile is not thrown out by the old grant', async () => {
    const cloud = hourly();
    const world = await openSyncWorld(pullProvider, cloud);
    let hasConsented = false;
    const thrown = fault('unauthorized', { status: 401 });
    cloud.fault = () => (hasConsented ? undefined : thrown);
    const load = world.queued.connections.load;
    Object.assign(world.plain.connections, {
      load: async (...parameters: Parameters<typeof load>) => {
        const connection = await load(...parameters);
        if (cloud.calls.length === 0 || hasConsented) return connection;
        hasConsented = true;
        await world.changeConnection({ connectedAtMs: world.clock.now() });
        return load(...parameters);
      },
    });
    await world.requestSync('connect');
    world.clock.advance(1_000);
    await world.runFor(HOUR_MS);
    expect(hasConsented).toBe(true);
    expect(await world.connection()).toMatchObject({ status: 'connected' });
  });
});

test('CON27 a sync whose connection is ended under it ends as disconnected, and asks nobody to consent', async () => {
  const cloud = hourly();
  const world = await openSyncWorld(pullProvider, cloud);
  let hasEnded = false;
  cloud.fault = (_path, index) => (index > 3 ? fault('unauthorized', { status: 401 }) : undefined);
  const { put } = world.raw;
  Object.assign(world.plain.raw, {
    put: async (...parameters: Parameters<typeof put>) => {
      if (!hasEnded) {
        await world.changeConnection({ status: 'disconnected', reason: 'disconnected_by_request' });
      }
      hasEnded = true;
      return put(...parameters);
    },
  });
  const syncId = await world.requestSync('connect');
  await world.runFor(HOUR_MS);
  expect((await world.sync(syncId)).error).toBe('disconnected');
  expect(await world.connection()).toMatchObject({
    status: 'disconnected',
    reason: 'disconnected_by_request',
  });
});

test('CON10 a sync that waits for a limit ends when its connection does, and its machine finds nothing to do', async () => {
  const cloud = hourly();
  const world = await openSyncWorld(pullProvider, cloud);
  cloud.fault = () =>
    fault('rate_limited', { status: 429, retryAtMs: (world.clock.now() + 6 * HOUR_MS) as EpochMs });
  const syncId = await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  expect((await world.sync(syncId)).waitingUntilMs).toBeGreaterThan(world.clock.now());
  await world.changeConnection({ status: 'disconnected', reason: 'disconnected_by_request' });
  await world.plain.queue.wake(world.scope, world.connectionId, { correlationId: 'end', delaySec: 0 });
  await world.runFor(MINUTE_MS);
  expect(await world.sync(syncId)).toMatchObject({ status: 'failed', error: 'disconnected' });
  await world.runFor(DAY_MS);
  expect(world.executions.map(({ state }) => state)).toEqual(['ended']);
  expect(cloud.calls).toHaveLength(1);
});

test('CON27 an application that the provider switched off fails the sync and asks nobody to consent', async () => {
  const cloud = hourly();
  cloud.fault = () => fault('forbidden', { status: 403, reason: 'application_inactive' });
  const world = await openSyncWorld(pullProvider, cloud);
  const syncId = await world.requestSync('connect');
  await world.runFor(HOUR_MS);
  expect(await world.sync(syncId)).toMatchObject({ status: 'failed', error: 'forbidden' });
  expect(await world.connection()).toMatchObject({ status: 'connected' });
});

test('CON27 a user who switched uploads off gets nothing stored, and the sync says so', async () => {
  const world = await openSyncWorld(pullProvider, hourly());
  const head = await world.stores.headStore.load(world.scope);
  await world.stores.headStore.saveSettings(world.scope, head?.settingsVersion ?? 0, {
    privacy: { uploadEnabled: false, blockedMetrics: [] },
  });
  const syncId = await world.requestSync('connect');
  await world.runFor(HOUR_MS);
  expect(await world.sync(syncId)).toMatchObject({ status: 'failed', error: 'upload_disabled' });
});

test('CON27 a limit that never lifts is waited for two days and no longer', async () => {
  const cloud = hourly();
  const world = await openSyncWorld(pullProvider, cloud);
  cloud.fault = () =>
    fault('rate_limited', { status: 429, retryAtMs: (world.clock.now() + 6 * HOUR_MS) as EpochMs });
  const syncId = await world.requestSync('connect');
  await world.runFor(3 * DAY_MS);
  expect(await world.sync(syncId)).toMatchObject({ status: 'failed', error: 'rate_limited' });
  expect(cloud.calls.length).toBeLessThan(15);
  expect(world.metrics.get('ProviderQuotaWaits')).toBeGreaterThan(5);
});

test('CON12 an erased user ends whatever runs, and nothing is written again', async () => {
  const world = await openSyncWorld(pullProvider, hourly());
  await world.requestSync('connect');
  await world.stores.eraseUser(world.scope);
  await world.runFor(HOUR_MS);
  expect(await world.stored('heart_rate')).toEqual([]);
  await expect(world.requestSync()).rejects.toMatchObject({ code: 'user.not_found' });
});

test('CON27 a mistake in the code that reads one type fails that type, is logged, and stops nothing else', async () => {
  const cloud = hourly();
  cloud.fault = (path) => (path === '/walk' ? new TypeError('no function') : undefined);
  const [pulse, ...rest] = pullProvider.dataTypes;
  if (pulse === undefined) throw new Error('no types');
  let mappedCount = 0;
  const careless = {
    ...pulse,
    map: (...parameters: Parameters<typeof pulse.map>) => {
      mappedCount += 1;
      if (mappedCount === 2) throw new RangeError('secret 72');
      return pulse.map(...parameters);
    },
  };
  const world = await openSyncWorld({ ...pullProvider, dataTypes: [careless, ...rest] }, cloud);
  const syncId = await world.requestSync('connect');
  await world.runFor(HOUR_MS);
  const sync = await world.sync(syncId);
  expect(sync).toMatchObject({ status: 'partial', error: 'internal' });
  expect(sync.types.map(({ status }) => status)).toEqual(['succeeded', 'failed']);
  expect((await world.stored('heart_rate')).length).toBeGreaterThan(50);
  expect((await world.quarantined()).map(({ reason }) => reason)).toEqual(['the mapping failed']);
  expect(world.lines.filter((line) => line.includes('SYNC_TYPE_FAILED'))).toHaveLength(2);
  expect(world.lines.join()).not.toContain('secret 72');
});

test('CON34 a poll that could only wait is due again when the provider may be called, and starts nothing', async () => {
  const world = await openSyncWorld(pullProvider, hourly());
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  const { dueAtMs = START_MS } = await world.connection();
  await world.runUntil(dueAtMs);
  const untilMs = (dueAtMs + 20 * MINUTE_MS) as EpochMs;
  await createGateStore(world.storage.dynamo, world.storage.tables.core).pause('sample', untilMs);
  const before = (await world.history()).length;
  await world.plain.queue.wake(world.scope, world.connectionId, { correlationId: 'due', delaySec: 0 });
  await world.runFor(MINUTE_MS);
  expect(await world.history()).toHaveLength(before);
  expect((await world.connection()).dueAtMs).toBeGreaterThanOrEqual(untilMs);
  expect((await world.connection()).dueAtMs).toBeLessThan(untilMs + MINUTE_MS);
});

test('CON35 a sync that waits for hours is looked after by the hour, not by the minute', async () => {
  const cloud = hourly();
  const world = await openSyncWorld(pullProvider, cloud);
  cloud.fault = () =>
    fault('rate_limited', { status: 429, retryAtMs: (world.clock.now() + 6 * HOUR_MS) as EpochMs });
  await world.requestSync('connect');
  await world.runFor(2 * HOUR_MS);
  await world.plain.queue.wake(world.scope, world.connectionId, { correlationId: 'due', delaySec: 0 });
  await world.runFor(MINUTE_MS);
  expect((await world.connection()).dueAtMs).toBeGreaterThan(world.clock.now() + 50 * MINUTE_MS);
  expect(await world.history()).toHaveLength(1);
});

test('CON35 a sync that an outage failed is tried again within the hour', async () => {
  const cloud = hourly();
  cloud.fault = () => fault('unavailable', { status: 500 });
  const world = await openSyncWorld(pullProvider, cloud);
  await world.requestSync('connect');
  await world.runFor(10 * MINUTE_MS);
  const { dueAtMs = 0 } = await world.connection();
  expect(dueAtMs - world.clock.now()).toBeLessThanOrEqual(HOUR_MS);
});

function later(durationMs: number): EpochMs {
  return (START_MS + durationMs) as EpochMs;
}
