import { expect, test } from 'vitest';
import { createPrng, type Prng } from '../../../test/simulation/engine/prng.ts';
import {
  createEntityLogWorld,
  createReplica,
  type EntityLogWorld,
  LOG_TYPES,
  livingRows,
  SETTLE_MS,
} from '../../../test/support/entity-log-world.ts';
import type { Dynamo } from '../../adapters/dynamo/dynamo.ts';
import { pullChanges } from './pull-changes.ts';
import { readDigest } from './read-digest.ts';
import { readSnapshot } from './read-snapshot.ts';
import { decodeLogCursor } from './sync-cursor.ts';

const HISTORY_COUNT = 60;

/** A commit of one to five rows: new, changed, deleted, brought back, small and large. */
async function commitSome(world: EntityLogWorld, chance: Prng): Promise<void> {
  const names = new Set<string>();
  const count = 1 + chance.below(5);
  for (let each = 0; each < count; each += 1) names.add(`${chance.pick(LOG_TYPES)}/row-${chance.below(9)}`);
  const writes = [...names].map((name) => {
    const [type = '', id = ''] = name.split('/');
    const isKnown = world.rows.get(name)?.state.deleted === false;
    if (isKnown && chance.chance(0.25)) return { type, id, data: undefined };
    return { type, id, data: { text: 'x'.repeat(chance.chance(0.2) ? 1_500 : 5), nonce: chance.next() } };
  });
  await world.commit(writes);
}

/** A client whose every call may be overtaken by another device's commit, and takes time. */
function interrupted(world: EntityLogWorld, chance: Prng): Dynamo {
  let last: Promise<void> = Promise.resolve();
  const commitOnce = () => {
    last = last.then(() => commitSome(world, chance));
    return last;
  };
  const send = async (...parameters: Parameters<Dynamo['send']>) => {
    world.clock.advance(chance.below(60));
    if (chance.chance(0.3)) await commitOnce();
    return world.storage.dynamo.send(...parameters);
  };
  return { send: send as Dynamo['send'] };
}

interface Device {
  readonly types: readonly string[] | undefined;
  readonly replica: ReturnType<typeof createReplica>;
  cursor: string | undefined;
}

const newDevice = (types: readonly string[] | undefined): Device => ({
  types,
  replica: createReplica(),
  cursor: undefined,
});

/** Takes one page and looks at what every page must be. */
async function takePage(world: EntityLogWorld, device: Device, at: { dynamo?: Dynamo; limit: number }) {
  const query = { cursor: device.cursor, entityTypes: device.types, limit: at.limit };
  const { body } = await pullChanges(world.deps(at.dynamo), world.scope, query);
  const page = JSON.parse(body);
  const names = page.changes.map((one: { entityType: string; id: string }) => `${one.entityType}/${one.id}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeLessThanOrEqual(at.limit);
  if (device.types !== undefined)
    expect(page.changes.every((one: { entityType: string }) => device.types?.includes(one.entityType))).toBe(
      true,
    );
  expect(isForward(world, device, page.cursor)).toBe(true);
  for (const change of page.changes) device.replica.apply(change);
  device.cursor = page.cursor;
  return page;
}

function isForward(world: EntityLogWorld, device: Device, next: string): boolean {
  if (device.cursor === undefined) return true;
  const binding = { scope: world.scope, entityTypes: device.types };
  const before = decodeLogCursor(device.cursor, binding);
  const after = decodeLogCursor(next, binding);
  if (!before.ok || !after.ok) return false;
  const [a, b] = [before.value, after.value];
  return b.seq > a.seq || (b.seq === a.seq && b.offset >= a.offset);
}

async function pullAll(world: EntityLogWorld, device: Device, chance: Prng): Promise<void> {
  world.clock.advance(SETTLE_MS);
  for (let page = 0; page < 500; page += 1) {
    const { hasMore } = await takePage(world, device, { limit: 1 + chance.below(7) });
    if (!hasMore) return;
  }
  throw new Error('the pull does not end');
}

test('SYN7 whatever is half visible, whatever the filter and the size of pages: pulls end with all rows as they are', async () => {
  for (let seed = 1; seed <= HISTORY_COUNT; seed += 1) {
    const chance = createPrng(seed);
    const world = await createEntityLogWorld({ chaos: chance.fork() });
    const devices = [newDevice(undefined), newDevice(['songs']), newDevice(['albums', 'plays'])];
    const dynamo = interrupted(world, chance.fork());
    for (let step = 0; step < 20; step += 1)
      await takePage(world, chance.pick(devices), { dynamo, limit: 1 + chance.below(7) });
    for (const device of devices) {
      await pullAll(world, device, chance);
      expect(device.replica.content()).toEqual(livingRows(world, device.types));
    }
  }
});

test('SYN8 a snapshot that others write into, and the log behind it, end with all rows as they are', async () => {
  for (let seed = 1; seed <= HISTORY_COUNT; seed += 1) {
    const chance = createPrng(seed * 7);
    const world = await createEntityLogWorld({ chaos: chance.fork() });
    for (let count = chance.below(20); count > 0; count -= 1) await commitSome(world, chance);
    if (chance.chance(0.5)) world.clock.advance(chance.below(180_000));
    const device = newDevice(chance.chance(0.5) ? undefined : ['songs']);
    const dynamo = interrupted(world, chance.fork());
    let cursor: string | undefined;
    do {
      const query = { cursor, entityTypes: device.types, limit: 1 + chance.below(7) };
      const page = JSON.parse(await readSnapshot(world.deps(dynamo), world.scope, query));
      expect(page.rows.length).toBeLessThanOrEqual(query.limit);
      for (const row of page.rows) device.replica.apply(row);
      device.cursor = page.thenCursor;
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    await pullAll(world, device, chance);
    expect(device.replica.content()).toEqual(livingRows(world, device.types));
    const digest = await readDigest(world.deps(), world.scope, { entityTypes: device.types });
    expect(digest.types).toEqual(device.replica.digest(device.types ?? LOG_TYPES));
    expect(digest.seq).toBe(world.state.head?.seq ?? 0);
  }
});
