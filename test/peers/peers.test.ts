import { expect, test } from 'vitest';
import { playPeerHistory } from './peer-history.ts';
import { createPeerWorld } from './peer-world.ts';

test.each([1, 2, 3, 4])(
  'SYN9 three RxDB and two WatermelonDB-style clients end up equal to the server, seed %i',
  async (seed) => {
    const { door, clock } = await createPeerWorld(seed);
    const { now, advance } = clock;
    const outcome = await playPeerHistory({ door, seed, stepCount: 150, now, pass: advance });
    expect(outcome.differences).toEqual([]);
    expect(outcome.rowCount).toBeGreaterThan(10);
    expect(outcome.editCount).toBeGreaterThan(100);
  },
);
