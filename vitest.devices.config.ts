import { defineConfig } from 'vitest/config';

/** `npm run test:devices`: the tests of device sync, and the slow ones that `npm test` leaves out. */
export default defineConfig({
  test: {
    include: [
      'lib/{sync,client}/**/*.test.ts',
      'test/{peers,simulation/sync}/**/*.test.ts',
      'test/end-to-end/{client-sdk,sync-doors,sync-peers}.test.ts',
      'test/end-to-end/offline-month.slow.ts',
    ],
    testTimeout: 300_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
});
