import { testSyncSeeds } from './test-seeds.ts';

/** A file of its own, so that the histories of `npm test` take two cores. */
await testSyncSeeds(1_001, 2_000);
