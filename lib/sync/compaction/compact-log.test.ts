import { beforeEach, expect, test } from 'vitest';
import { logTablesOf } from '../../../test/contract-suites/store-fixtures.ts';
import { createCrashes } from '../../../test/support/crashes.ts';
import { codeOf, createEntityLogWorld, type EntityLogWorld } from '../../../test/support/entity-log-world.ts';
import type { Dynamo } from '../../adapters/dynamo/dynamo.ts';
import { createLogCompaction } from '../../adapters/dynamo/log-compaction.ts';
import { DAY_MS } from '../../core/instants.ts';
import { pullChanges } from '../pull/pull-changes.ts';
import { readDigest } from '../pull/read-digest.ts';
import { readSnapshot } from '../pull/read-snapshot.ts';
import { compactDueLogs } from './compact-due-logs.ts';
import { compactLog, decideHorizon } from './compact-log.ts';

let world: EntityLogWorld;
beforeEach(async () => {
  world = await createEntityLogWorld();
});

const logsOn = (dynamo: Dynamo = world.storage.dynamo) =>
  createLogCompaction({ ...logTablesOf(world.storage), dynamo });
const depsOn = (dynamo?: Dynamo) => ({ logs: logsOn(dynamo), clock: world.clock });
const song = (id: string, text: string | undefined = id) => ({ type: 'songs', id, data: { text } });
const gone = (id: string) => ({ type: 'songs', id, data: undefined });

/** Old: s1, s2, s3 made, s1 changed, s2 deleted, s3 deleted; young: s3 made again, s4 made. */
async function writeHistory(): Promise<void> {
  await world.commit([song('s1'), song('s2'), song('s3')]);
  await world.commit([song('s1', 'changed')]);
  await world.commit([gone('s2'), gone('s3')]);
  world.clock.advance(60 * DAY_MS);
  await world.commit([song('s3', 'again')]);
  await world.commit([song('s4')]);
  world.clock.advance(31 * DAY_MS);
}

const stored = async (prefix: string) =>
  (await world.stores.rawItems(world.scope)).flatMap(({ sk }) => (sk?.S?.startsWith(prefix) ? [sk.S] : []));
const LEFT = ['ENTITYLOG#000000000004', 'ENTITYLOG#000000000005'];
const ROWS = ['ENTITY#songs#s1', 'ENTITY#songs#s3', 'ENTITY#songs#s4'];

async function dueCount(): Promise<number> {
  const shards = Array.from({ length: 64 }, (_, shard) => shard);
  const due = await Promise.all(shards.map((shard) => logsOn().listDue(shard, world.clock.now(), 10)));
  return due.flat().length;
}

test('SYN12 what is older than 90 days goes, with the tombstones that nobody wrote since; the rest stays', async () => {
  await writeHistory();
  expect(await dueCount()).toBe(1);
  const run = await compactDueLogs(depsOn());
  expect(run).toEqual({ dueCount: 1, removedCount: 3, failure: undefined });
  expect(await stored('ENTITYLOG#')).toEqual(LEFT);
  expect(await stored('ENTITY#')).toEqual(ROWS);
  expect(await world.store.loadHead(world.scope)).toMatchObject({
    seq: 5,
    horizonSeq: 3,
    forgottenVersion: 2,
  });
  expect(await dueCount()).toBe(0);
  world.clock.advance(59 * DAY_MS);
  expect(await dueCount()).toBe(1);
  await compactDueLogs(depsOn());
  expect(await stored('ENTITYLOG#')).toEqual([]);
  expect(await stored('ENTITY#')).toEqual(ROWS);
});

test('SYN57 ended at any call of the database it is repeated, and nothing is left or lost', async () => {
  const crashes = createCrashes();
  for (const when of ['before', 'after'] as const)
    for (let atCall = 1; atCall <= 14; atCall += 1) {
      world = await createEntityLogWorld();
      await writeHistory();
      const before = await readDigest(world.deps(), world.scope, {});
      crashes.arm(atCall, when);
      const cut = compactDueLogs(depsOn(onlyOwn(crashes.wrap(world.storage.dynamo))));
      await Promise.race([cut, new Promise((resolve) => setImmediate(resolve))]);
      crashes.disarm();
      await compactDueLogs(depsOn());
      expect(await stored('ENTITYLOG#')).toEqual(LEFT);
      expect(await stored('ENTITY#')).toEqual(ROWS);
      expect(await readDigest(world.deps(), world.scope, {})).toEqual(before);
      expect(await dueCount()).toBe(0);
    }
});

/** Looks into empty shards are not counted as calls. */
function onlyOwn(counted: Dynamo): Dynamo {
  const send = async (...parameters: Parameters<Dynamo['send']>) => {
    const [command] = parameters;
    const isLook = 'IndexName' in command.input;
    return isLook ? world.storage.dynamo.send(...parameters) : counted.send(...parameters);
  };
  return { send: send as Dynamo['send'] };
}

test('SYN57 the horizon is raised before anything goes: a device behind it is told, and one on it goes on', async () => {
  await writeHistory();
  const cursorAt = async (pages: number, limit: number) => {
    let cursor: string | undefined;
    for (let page = 0; page < pages; page += 1)
      cursor = JSON.parse((await pullChanges(world.deps(), world.scope, { limit, cursor })).body).cursor;
    return cursor;
  };
  const behind = await cursorAt(1, 1);
  const all = await cursorAt(2, 3);
  const stopped = { ...logsOn(), removeEntries: async () => 'conflict' as const };
  expect(await compactLog({ logs: stopped, clock: world.clock }, world.scope)).toBe(0);
  expect((await stored('ENTITYLOG#')).length).toBe(5);
  const pull = (cursor: string | undefined) =>
    codeOf(pullChanges(world.deps(), world.scope, { limit: 9, cursor }));
  expect(await pull(behind)).toBe('sync.resync_required');
  expect(await pull(undefined)).toBe('sync.resync_required');
  expect(await pull(all)).toBe('none');
});

test('SYN12 a device from behind the horizon comes to be equal by the snapshot and what follows it', async () => {
  await writeHistory();
  await compactDueLogs(depsOn());
  const page = JSON.parse(await readSnapshot(world.deps(), world.scope, { limit: 10 }));
  expect(page.rows.map(({ id }: { id: string }) => id)).toEqual(['s1', 's3', 's4']);
  await world.commit([song('s5'), gone('s1')]);
  const next = JSON.parse(
    (await pullChanges(world.deps(), world.scope, { limit: 10, cursor: page.thenCursor })).body,
  );
  expect(next.changes.map(({ id, op }: { id: string; op: string }) => `${id} ${op}`)).toEqual([
    's5 upsert',
    's1 delete',
  ]);
});

test('SYN57 two runs at once do the same once, and a log that fails holds up no other', async () => {
  await writeHistory();
  await Promise.all([compactDueLogs(depsOn()), compactDueLogs(depsOn())]);
  await compactDueLogs(depsOn());
  expect(await stored('ENTITYLOG#')).toEqual(LEFT);
  const fault = new Error('no answer');
  const logs = {
    ...logsOn(),
    listDue: async (shard: number) => (shard === 0 ? [{ ...world.scope }, world.scope] : []),
    loadHorizon: async () => {
      throw fault;
    },
  };
  expect(await compactDueLogs({ logs, clock: world.clock })).toEqual({
    dueCount: 2,
    removedCount: 0,
    failure: fault,
  });
});

test('SYN57 the horizon of another epoch is not raised, a counter that is gone is not made again', async () => {
  await writeHistory();
  const logs = logsOn();
  const read = { epoch: 'epoch-1', horizonSeq: 0, forgottenVersion: 0 };
  const next = { horizonSeq: 3, forgottenVersion: 2 };
  expect(await logs.raiseHorizon(world.scope, { ...read, epoch: 'other' }, next)).toBe('conflict');
  expect(await logs.raiseHorizon(world.scope, { ...read, horizonSeq: 2 }, next)).toBe('conflict');
  await world.stores.removeCoreItem(world.scope, 'ENTITIES');
  await logs.schedule(world.scope, read, world.clock.now());
  expect(await stored('ENTITIES')).toEqual([]);
  expect(await compactLog(depsOn(), world.scope)).toBe(0);
});

test('SYN12 only ever a prefix goes, and what is below the horizon whatever its age', () => {
  const entries = [1, 2, 3, 4].map((seq) => ({ seq, committedAtMs: (seq === 3 ? 9 : seq) as never }));
  expect(decideHorizon(entries, 0, 5)).toBe(2);
  expect(decideHorizon(entries, 3, 5)).toBe(4);
  expect(decideHorizon(entries, 0, 0)).toBe(0);
  expect(decideHorizon([], 7, 5)).toBe(7);
});

test('SYN58 a long log goes in batches, bounded per run, and is due again until it is done', async () => {
  for (let at = 0; at < 1_030; at += 1) await world.commit([song('s1', String(at))]);
  world.clock.advance(91 * DAY_MS);
  expect((await compactDueLogs(depsOn())).removedCount).toBe(1_000);
  expect(await dueCount()).toBe(1);
  expect((await compactDueLogs(depsOn())).removedCount).toBe(30);
  expect(await dueCount()).toBe(0);
});
