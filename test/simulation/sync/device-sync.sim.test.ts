import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runSyncHistory } from './history.ts';
import { seedSync } from './seed.ts';
import { testSyncSeeds } from './test-seeds.ts';

const TIMEOUT_MS = 300_000;
const seeded = await seedSync();

const regressionsDir = new URL('regressions/', import.meta.url);
const regressions = readdirSync(regressionsDir)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, regressionsDir), 'utf8')) as { seed: number });

test.runIf(regressions.length > 0)(
  'SIM20 every kept seed of device sync holds',
  { timeout: TIMEOUT_MS },
  async () => {
    for (const { seed } of regressions) {
      expect((await runSyncHistory(seed, seeded)).violations, `seed ${seed}`).toEqual([]);
    }
  },
);

test('SIM2 a history of devices is a function of its seed', { timeout: TIMEOUT_MS }, async () => {
  for (const seed of [3, 17, 99]) {
    const first = await runSyncHistory(seed, seeded);
    const second = await runSyncHistory(seed, seeded);
    expect(second).toEqual(first);
  }
});

await testSyncSeeds(1, 1_000);
