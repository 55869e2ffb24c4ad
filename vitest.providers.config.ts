import { defineConfig } from 'vitest/config';

/** `npm run test:providers`: the providers' tests, and the slow sets of them that `npm test` leaves out. */
export default defineConfig({
  test: {
    include: ['lib/{providers,connections}/**/*.test.ts', 'test/end-to-end/providers/*.{test,slow}.ts'],
    testTimeout: 300_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
});
