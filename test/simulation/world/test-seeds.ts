import { expect, test } from 'vitest';
import { addCounters, newCounters } from './faults.ts';
import { runHistory } from './history.ts';
import { seedWorld } from './seed-world.ts';

const CHUNK_COUNT = 100;
const TIMEOUT_MS = 300_000;

/** Registers the histories of a range of seeds as tests, and that every kind of fault was among them. */
export async function testSeeds(firstSeed: number, lastSeed: number): Promise<void> {
  const seeded = await seedWorld();
  const total = newCounters();
  for (let from = firstSeed; from <= lastSeed; from += CHUNK_COUNT) {
    const to = Math.min(lastSeed, from + CHUNK_COUNT - 1);
    const title = `P1 P2 P3 P5 nothing is lost, doubled, stale unsaid or foreign: seeds ${from} to ${to}`;
    test(title, { timeout: TIMEOUT_MS }, async () => {
      for (let seed = from; seed <= to; seed += 1) {
        const { violations, counters } = await runHistory(seed, seeded);
        addCounters(total, counters);
        expect(violations, `replay with: npm run sim -- --histories 1 --seed ${seed}`).toEqual([]);
      }
    });
  }
  test('SIM3 every kind of fault came, and every kind of answer was seen', () => {
    expect(total.histories).toBe(lastSeed - firstSeed + 1);
    // Dead letters are what the retries are there to prevent.
    const { deadLettered: _, ...expected } = total;
    expect(Object.entries(expected).filter(([, count]) => count === 0)).toEqual([]);
  });
}
