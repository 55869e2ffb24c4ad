import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runHistory } from './world/history.ts';
import { seedWorld } from './world/seed-world.ts';
import { testSeeds } from './world/test-seeds.ts';

const TIMEOUT_MS = 300_000;
const seeded = await seedWorld();

const regressionsDir = new URL('regressions/', import.meta.url);
const regressions = readdirSync(regressionsDir)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, regressionsDir), 'utf8')) as { seed: number });

test.runIf(regressions.length > 0)('P1 P2 P3 P5 every kept seed holds', { timeout: TIMEOUT_MS }, async () => {
  for (const { seed } of regressions) {
    expect((await runHistory(seed, seeded)).violations, `seed ${seed}`).toEqual([]);
  }
});

test('SIM2 a history is a function of its seed', { timeout: TIMEOUT_MS }, async () => {
  for (const seed of [3, 17, 99]) {
    const first = await runHistory(seed, seeded);
    const second = await runHistory(seed, seeded);
    expect(second).toEqual(first);
  }
});

await testSeeds(1, 1_000);
