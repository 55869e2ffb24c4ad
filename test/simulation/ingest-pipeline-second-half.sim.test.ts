import { testSeeds } from './world/test-seeds.ts';

/** A file of its own, so that the histories of `npm test` take two cores. */
await testSeeds(1_001, 2_000);
