import { expect, test } from 'vitest';
import { createPrng } from '../simulation/engine/prng.ts';
import { openRxdbPeer, openWatermelonPeer } from './peer-devices.ts';
import { playPeerHistory } from './peer-history.ts';
import { createPeerWorld } from './peer-world.ts';
import { digestOf } from './row-digest.ts';
import { readDigest, type SyncDoor } from './sync-door.ts';

const STEP_COUNT = 300;
const LOST_REPLY_CHANCE = 0.15;

test.each([1, 2, 3, 4, 5, 6])(
  'SYN9 three RxDB and two WatermelonDB-style clients end up equal to the server, seed %i',
  async (seed) => {
    const { door, clock } = await createPeerWorld(seed);
    const { now, advance } = clock;
    const outcome = await playPeerHistory({ door, seed, stepCount: STEP_COUNT, now, pass: advance });
    expect(outcome.differences).toEqual([]);
    expect(outcome.rowCount).toBeGreaterThan(10);
    expect(outcome.conflictCount).toBeGreaterThan(10);
  },
);

test.each([1, 2])(
  'SYN5 they do so where answers get lost after the server has worked, seed %i',
  async (seed) => {
    const { door, clock } = await createPeerWorld(seed);
    const prng = createPrng(seed, 7);
    let lostCount = 0;
    const lossy: SyncDoor = async (request) => {
      const answer = await door(request);
      if (request.path === '/v1/sync/digest' || !prng.chance(LOST_REPLY_CHANCE)) return answer;
      lostCount += 1;
      throw new Error('no answer');
    };
    const { now, advance } = clock;
    const outcome = await playPeerHistory({ door: lossy, seed, stepCount: STEP_COUNT, now, pass: advance });
    expect(outcome.differences).toEqual([]);
    expect(lostCount).toBeGreaterThan(10);
  },
);

const GOOD = '01930000-0000-7000-8000-000000000001';
const BAD = '01930000-0000-7000-8000-000000000002';
const GONE = '01930000-0000-7000-8000-000000000003';
const goals = { goals: ['name', 'progress'] };

test('SYN2 what the server refuses leaves RxDB again, and a row that it never saw can be deleted', async () => {
  const { door, clock } = await createPeerWorld(1);
  const peer = await openRxdbPeer({ deviceId: 'rx', now: clock.now, door, fields: goals });
  await peer.create('goals', BAD, { progress: 1 });
  await peer.create('goals', GONE, { name: 'made and deleted before any sync' });
  await peer.remove('goals', GONE);
  await peer.create('goals', GOOD, { name: 'walk' });
  await peer.sync();
  await peer.sync();
  expect(await peer.list('goals')).toEqual([{ id: GOOD, version: 1, data: { name: 'walk' } }]);
  expect((await readDigest(door)).types['goals']?.count).toBe(1);
  await peer.close();
});

test('SYN2 what the server refuses stays with a WatermelonDB-style store, and blocks nothing', async () => {
  const { door, clock } = await createPeerWorld(2);
  const peer = openWatermelonPeer({ deviceId: 'melon', now: clock.now, door, fields: goals });
  await peer.create('goals', BAD, { progress: 1 });
  await peer.create('goals', GOOD, { name: 'walk' });
  await peer.sync();
  expect((await readDigest(door)).types['goals']?.count).toBe(1);
  await peer.update('goals', BAD, { name: 'now with its name' });
  await peer.sync();
  await peer.sync();
  const rows = [...(await peer.list('goals'))].sort((left, right) => (left.id < right.id ? -1 : 1));
  expect(rows.map(({ version }) => version)).toEqual([1, 1]);
  expect(digestOf(rows)).toEqual((await readDigest(door)).types['goals']);
});

test('SYN3 two libraries edit different fields of one row offline, and no edit is lost on either', async () => {
  const { door, clock } = await createPeerWorld(3);
  const fields = { journal_entries: ['title', 'content', 'tags'] };
  const rxdb = await openRxdbPeer({ deviceId: 'rx', now: clock.now, door, fields });
  const melon = openWatermelonPeer({ deviceId: 'melon', now: clock.now, door, fields });
  await rxdb.create('journal_entries', GOOD, { title: 'title', content: 'content', tags: ['both'] });
  await rxdb.sync();
  await melon.sync();
  await rxdb.update('journal_entries', GOOD, { title: 'by rxdb', tags: ['both', 'rxdb'] });
  await melon.update('journal_entries', GOOD, { content: 'by watermelon' });
  for (const peer of [rxdb, melon, rxdb, melon]) await peer.sync();
  const merged = { title: 'by rxdb', content: 'by watermelon', tags: ['both', 'rxdb'] };
  for (const peer of [rxdb, melon]) {
    expect(await peer.list('journal_entries')).toMatchObject([{ id: GOOD, data: merged }]);
  }
  await rxdb.close();
});
