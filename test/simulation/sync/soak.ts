import { soak } from '../world/soak-run.ts';
import { addSyncCounters, newSyncCounters } from './counters.ts';
import { runSyncHistory } from './history.ts';
import { seedSync } from './seed.ts';

/** `npm run sim:sync -- --histories 100000 --seed 1`: histories of devices that sync. */
const seeded = await seedSync();
await soak({
  script: 'sim:sync',
  run: (seed) => runSyncHistory(seed, seeded),
  add: addSyncCounters,
  total: newSyncCounters(),
  regressionsDir: new URL('regressions/', import.meta.url),
});
