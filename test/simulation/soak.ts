import { addCounters, newCounters } from './world/faults.ts';
import { runHistory } from './world/history.ts';
import { seedWorld } from './world/seed-world.ts';
import { soak } from './world/soak-run.ts';

/** `npm run sim -- --histories 100000 --seed 1`: histories of the ingest pipeline. */
const seeded = await seedWorld();
await soak({
  script: 'sim',
  run: (seed) => runHistory(seed, seeded),
  add: addCounters,
  total: newCounters(),
  regressionsDir: new URL('regressions/', import.meta.url),
});
