import { expect, test } from 'vitest';
import { createPrng } from '../simulation/engine/prng.ts';
import { playPeerHistory } from './peer-history.ts';
import { createPeerWorld } from './peer-world.ts';
import type { SyncDoor } from './sync-door.ts';

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
