import { expect, test } from 'vitest';
import { addSyncCounters, newSyncCounters } from './counters.ts';
import { runSyncHistory } from './history.ts';
import { seedSync } from './seed.ts';

const CHUNK_COUNT = 100;
const TIMEOUT_MS = 300_000;

/** Registers the histories of a range of seeds as tests, and that every kind of fault was among them. */
export async function testSyncSeeds(firstSeed: number, lastSeed: number): Promise<void> {
  const seeded = await seedSync();
  const total = newSyncCounters();
  for (let from = firstSeed; from <= lastSeed; from += CHUNK_COUNT) {
    const to = Math.min(lastSeed, from + CHUNK_COUNT - 1);
    const title = `SIM20 SIM21 SIM22 SIM23 devices end equal to the server, nothing is lost or doubled: seeds ${from} to ${to}`;
    test(title, { timeout: TIMEOUT_MS }, async () => {
      for (let seed = from; seed <= to; seed += 1) {
        const { violations, counters } = await runSyncHistory(seed, seeded);
        addSyncCounters(total, counters);
        expect(violations, `replay with: npm run sim:sync -- --histories 1 --seed ${seed}`).toEqual([]);
      }
    });
  }
  test('SIM3 every kind of fault came to devices and server, and every kind of answer was seen', () => {
    expect(total.histories).toBe(lastSeed - firstSeed + 1);
    expect(Object.entries(total).filter(([, count]) => count === 0)).toEqual([]);
  });
}
