import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { addCounters, newCounters } from './world/faults.ts';
import { runHistory } from './world/history.ts';
import { seedWorld } from './world/seed-world.ts';

const SEEDED = await seedWorld();
const FIRST_SEED = 1;
const HISTORY_COUNT = 2_000;
const CHUNK_COUNT = 250;
const TIMEOUT_MS = 300_000;
const total = newCounters();

const regressionsDir = new URL('regressions/', import.meta.url);
const regressions = readdirSync(regressionsDir)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, regressionsDir), 'utf8')) as { seed: number });

test('P1 P2 P3 P5 every seed that ever failed holds', { timeout: TIMEOUT_MS }, async () => {
  for (const { seed } of regressions) {
    expect((await runHistory(seed, SEEDED)).violations, `seed ${seed}`).toEqual([]);
  }
});

test('SIM2 a history is a function of its seed', async () => {
  for (const seed of [3, 17, 99]) {
    const first = await runHistory(seed, SEEDED);
    const second = await runHistory(seed, SEEDED);
    expect(second).toEqual(first);
  }
});

for (let from = FIRST_SEED; from < FIRST_SEED + HISTORY_COUNT; from += CHUNK_COUNT) {
  const to = from + CHUNK_COUNT - 1;
  test(`P1 P2 P3 P5 nothing is lost, doubled, stale unsaid or foreign: seeds ${from} to ${to}`, {
    timeout: TIMEOUT_MS,
  }, async () => {
    for (let seed = from; seed <= to; seed += 1) {
      const { violations, counters } = await runHistory(seed, SEEDED);
      addCounters(total, counters);
      expect(violations, `replay with: npm run sim -- --histories 1 --seed ${seed}`).toEqual([]);
    }
  });
}

test('SIM3 every kind of fault came, and every kind of answer was seen', () => {
  expect(total.histories).toBe(HISTORY_COUNT);
  const never = Object.entries(total).filter(([name, count]) => count === 0 && name !== 'deadLettered');
  expect(never).toEqual([]);
});
