import { expect, test } from 'vitest';
import { START_MS } from '../../../test/contract-suites/store-fixtures.ts';
import { pullProvider, requestProvider, ScriptedCloud } from '../../../test/support/scripted-cloud.ts';
import { openSyncWorld, type SyncWorld } from '../../../test/support/sync-world.ts';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/instants.ts';
import { ProviderFault } from '../../providers/model.ts';
import { INBOX_READ_COUNT } from './sync-limits.ts';

const reading = (id: string, minutesAgo: number, value: number, revision?: number) => ({
  id,
  atMs: START_MS - minutesAgo * MINUTE_MS,
  value,
  ...(revision === undefined ? {} : { revision }),
});

const ago = (minutes: number) => (START_MS - minutes * MINUTE_MS) as EpochMs;

async function connected(cloud: ScriptedCloud, definition = pullProvider): Promise<SyncWorld> {
  const world = await openSyncWorld(definition, cloud);
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  world.transitions.count = 0;
  return world;
}

test('CON28 a push of a record, a window, a payload and a deletion is stored, and costs no state machine', async () => {
  const cloud = new ScriptedCloud();
  cloud.put('pulse', reading('p1', 60, 70));
  const world = await connected(cloud);
  cloud.put('pulse', reading('p1', 60, 75, 2), reading('p2', 50, 80));
  cloud.put('walk', reading('w1', 40, 30), reading('w2', 30, 31));
  const body = Buffer.from(JSON.stringify({ list: [reading('p3', 20, 90)] }));
  const place = { connectionId: world.connectionId, date: DAY, syncId: 'push', dataType: 'pulse', name: 'x' };
  const rawKey = await world.raw.put(world.scope, place, body);
  await world.push(
    { kind: 'record', dataType: 'pulse', id: 'p1' },
    { kind: 'record', dataType: 'pulse', id: 'p2' },
    { kind: 'window', dataType: 'walk', window: { fromMs: ago(45), toMs: ago(35) }, replaces: false },
    { kind: 'payload', dataType: 'pulse', rawKey },
    { kind: 'record', dataType: 'unheard-of', id: 'x' },
  );
  await world.runFor(MINUTE_MS);
  expect(await world.stored('heart_rate')).toEqual([`${ago(60)}=75`, `${ago(50)}=80`, `${ago(20)}=90`]);
  expect(await world.stored('steps')).toEqual([`${ago(40)}=30`]);
  const [push] = await world.history();
  expect(push).toMatchObject({ trigger: 'push', status: 'succeeded' });
  expect(push?.counts).toMatchObject({ fetched: 4, accepted: 3, updated: 1 });
  expect(await world.inbox()).toEqual([]);
  await world.push({ kind: 'deletion', dataType: 'pulse', id: 'p2' });
  cloud.remove('pulse', 'p1');
  await world.push({ kind: 'record', dataType: 'pulse', id: 'p1' });
  await world.runFor(MINUTE_MS);
  expect(await world.stored('heart_rate')).toEqual([`${ago(20)}=90`]);
  expect(world.transitions.count).toBe(0);
});

const DAY = '2026-11-21' as never;

test('CON28 what a push asks for waits for the limit that is in its way, and is tried ever more rarely', async () => {
  const cloud = new ScriptedCloud();
  const world = await connected(cloud);
  cloud.put('pulse', reading('p1', 10, 70));
  const begunMs = world.clock.now();
  const callsBefore = cloud.calls.length;
  cloud.fault = () =>
    world.clock.now() < begunMs + HOUR_MS ? new ProviderFault('unavailable', { status: 503 }) : undefined;
  await world.push({ kind: 'record', dataType: 'pulse', id: 'p1' });
  await world.runFor(2 * HOUR_MS);
  expect(await world.stored('heart_rate')).toHaveLength(1);
  expect(cloud.calls.length - callsBefore).toBeLessThan(14);
  expect((await world.connection()).status).toBe('connected');
  expect(world.transitions.count).toBe(0);
});

test('CON28 a push that cannot be had for a day is given up, and its row says why', async () => {
  const cloud = new ScriptedCloud();
  const world = await connected(cloud);
  cloud.fault = () => new ProviderFault('unavailable', { status: 503 });
  await world.push({ kind: 'record', dataType: 'pulse', id: 'p1' });
  await world.runFor(26 * HOUR_MS);
  expect(await world.inbox()).toEqual([]);
  const rows = await world.history();
  expect(rows.find(({ trigger }) => trigger === 'push')).toMatchObject({
    status: 'failed',
    error: 'unavailable',
  });
});

test('CON29 nobody is disconnected by a word: a deauthorization is believed when a call confirms it', async () => {
  const cloud = new ScriptedCloud();
  const world = await connected(cloud);
  await world.push({ kind: 'deauthorized' });
  await world.runFor(MINUTE_MS);
  expect(await world.connection()).toMatchObject({ status: 'connected' });
  cloud.fault = () => new ProviderFault('unauthorized', { status: 401 });
  await world.push({ kind: 'deauthorized' });
  await world.runFor(MINUTE_MS);
  expect(await world.connection()).toMatchObject({ status: 'needs_reauth', reason: 'deauthorized' });
  expect((await world.connection()).dueAtMs).toBeUndefined();
  expect(world.metrics.get('ConnectionsNeedReauth')).toBe(1);
});

test('CON29 permissions that change are kept: lost types are not fetched, and a type that comes back is new', async () => {
  const cloud = new ScriptedCloud();
  cloud.put('walk', reading('w1', 3 * 1_440, 30));
  const world = await connected(cloud);
  await world.push({ kind: 'permissions', grantedScopes: ['heart'] });
  await world.runFor(MINUTE_MS);
  expect((await world.connection()).syncedTo['walk']).toBeUndefined();
  await world.push({ kind: 'permissions', grantedScopes: ['heart', 'activity'] });
  await world.runFor(10 * MINUTE_MS);
  const last = (await world.history())[0];
  expect(last).toMatchObject({ status: 'succeeded', trigger: 'schedule' });
  expect(last?.types.find(({ type }) => type === 'walk')?.counts.fetched).toBe(1);
});

test('CON25 a provider that only pushes is asked, and the sync ends when its pushes have come', async () => {
  const cloud = new ScriptedCloud();
  const world = await openSyncWorld(requestProvider, cloud);
  const syncId = await world.requestSync('connect');
  await world.runFor(2 * SECOND_MS);
  expect(cloud.asked.map(({ type }) => type)).toEqual(['pulse', 'walk']);
  expect((await world.sync(syncId)).types.map(({ status }) => status)).toEqual(['requested', 'requested']);
  cloud.callbacks.set('https://api/pulse-1', [reading('p1', 100, 70), reading('p2', 99, 71)]);
  cloud.callbacks.set('https://api/walk-1', [reading('w1', 100, 20)]);
  await world.push({ kind: 'callback', dataType: 'pulse', origin: 'api', url: 'https://api/pulse-1' });
  await world.push({ kind: 'callback', dataType: 'walk', origin: 'api', url: 'https://api/walk-1' });
  await world.runFor(MINUTE_MS);
  const sync = await world.sync(syncId);
  expect(sync).toMatchObject({ status: 'succeeded' });
  expect(sync.counts).toMatchObject({ fetched: 3, accepted: 3 });
  expect((await world.history()).map(({ trigger }) => trigger)).toEqual(['connect']);
  expect(await world.inbox()).toEqual([]);
  expect((await world.connection()).syncedTo['walk']).toBe(sync.types[1]?.window.toMs);
});

test('CON25 a wait that begins at an odd moment is as readable as any other', async () => {
  const cloud = new ScriptedCloud();
  const world = await openSyncWorld(requestProvider, cloud);
  cloud.fault = () => {
    world.clock.advance(7_777);
    return undefined;
  };
  const syncId = await world.requestSync('connect');
  for (let look = 0; look < 60; look += 1) {
    await world.runFor(33_333);
    expect((await world.sync(syncId)).waitingUntilMs ?? 0).toSatisfy(Number.isInteger);
    await world.history();
  }
});

test('CON25 types whose pushes never come end the sync partial at their deadline, with few looks meanwhile', async () => {
  const cloud = new ScriptedCloud();
  cloud.answerRequest = (type) => (type === 'walk' ? 'requested' : 'already_requested');
  const world = await openSyncWorld(requestProvider, cloud);
  const syncId = await world.requestSync('connect');
  await world.runFor(2 * HOUR_MS);
  const sync = await world.sync(syncId);
  expect(sync).toMatchObject({ status: 'partial', error: 'pushes_missing' });
  expect(sync.types.map(({ type, status }) => [type, status])).toEqual([
    ['pulse', 'succeeded'],
    ['walk', 'failed'],
  ]);
  expect((await world.connection()).syncedTo).not.toHaveProperty('walk');
  expect(world.transitions.count).toBeLessThan(60);
});

test('CON25 a top-up for which nothing comes found nothing, and does not wait for the deadline to say so', async () => {
  const world = await openSyncWorld(requestProvider, new ScriptedCloud());
  await world.changeConnection({ syncedTo: { pulse: ago(60), walk: ago(60) } });
  const syncId = await world.requestSync();
  await world.runFor(15 * SECOND_MS);
  expect((await world.sync(syncId)).status).toBe('running');
  await world.runFor(15 * SECOND_MS);
  expect(await world.sync(syncId)).toMatchObject({ status: 'succeeded', counts: { fetched: 0 } });
});

test('CON25 a type that is not permitted fails alone', async () => {
  const cloud = new ScriptedCloud();
  cloud.answerRequest = () => 'not_permitted';
  const world = await openSyncWorld(requestProvider, cloud);
  const syncId = await world.requestSync('connect');
  await world.runFor(HOUR_MS);
  expect(await world.sync(syncId)).toMatchObject({ status: 'failed', error: 'not_permitted' });
  expect(await world.connection()).toMatchObject({ status: 'connected' });
});

test('CON28 pushes that come while a long sync runs are done by its next slice', async () => {
  const cloud = new ScriptedCloud();
  cloud.put(
    'pulse',
    ...Array.from({ length: 200 }, (_, index) => reading(`p${index}`, 60 + index, 60 + (index % 9))),
  );
  cloud.pageSize = 5;
  const world = await openSyncWorld(pullProvider, cloud);
  world.budget.sliceMs = 5_000;
  cloud.fault = () => {
    world.clock.advance(1_000);
    return undefined;
  };
  const syncId = await world.requestSync('connect');
  await world.runFor(8 * SECOND_MS);
  expect((await world.sync(syncId)).status).toBe('running');
  cloud.put('walk', reading('w1', 5, 12));
  await world.push({ kind: 'record', dataType: 'walk', id: 'w1' });
  await world.runFor(10 * SECOND_MS);
  expect((await world.sync(syncId)).status).toBe('running');
  expect(await world.stored('steps')).toHaveLength(1);
  await world.runFor(10 * MINUTE_MS);
  expect((await world.sync(syncId)).status).toBe('succeeded');
});

test('CON28 a sync is not lost behind more pushes than are read at a time', async () => {
  const cloud = new ScriptedCloud();
  const world = await connected(cloud);
  const names = Array.from({ length: INBOX_READ_COUNT + 20 }, (_, index) => `p${index}`);
  cloud.fault = (path) => (names.some((name) => path.endsWith(name)) ? fault503() : undefined);
  await world.push(...names.map((id) => ({ kind: 'record' as const, dataType: 'pulse', id })));
  cloud.put('walk', reading('w1', 5, 12));
  const syncId = await world.requestSync();
  await world.runFor(MINUTE_MS);
  expect(await world.sync(syncId)).toMatchObject({ status: 'succeeded' });
  expect(await world.stored('steps')).toHaveLength(1);
});

const fault503 = () => new ProviderFault('unavailable', { status: 503 });

test('CON37 data of a provider is erased on request, kept payloads with it', async () => {
  const cloud = new ScriptedCloud();
  cloud.put('pulse', reading('p1', 60, 70));
  const world = await connected(cloud);
  expect(world.raw.kept.size).toBeGreaterThan(0);
  await world.changeConnection({ status: 'disconnected', reason: 'disconnected_by_request' });
  const [sync] = await world.history();
  if (sync === undefined) throw new Error('no sync');
  await world.push({ kind: 'erase_data', syncId: sync.syncId, correlationId: 'c' });
  await world.runFor(MINUTE_MS);
  expect(await world.stored('heart_rate')).toEqual([]);
  expect(world.raw.kept.size).toBe(0);
  expect(await world.inbox()).toEqual([]);
});

test('CON28 a disconnected connection takes no push, and a sync that waited for it fails with the reason', async () => {
  const cloud = new ScriptedCloud();
  const world = await connected(cloud);
  const syncId = await world.requestSync();
  await world.changeConnection({ status: 'disconnected', reason: 'disconnected_by_request' });
  cloud.put('pulse', reading('p1', 60, 70));
  await world.push({ kind: 'record', dataType: 'pulse', id: 'p1' });
  await world.runFor(DAY_MS / 24);
  expect(await world.stored('heart_rate')).toEqual([]);
  expect(await world.sync(syncId)).toMatchObject({ status: 'failed', error: 'disconnected' });
  expect(await world.inbox()).toEqual([]);
});
