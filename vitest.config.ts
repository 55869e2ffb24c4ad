import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

// For every process that the tests start: local clouds and commands then do not strip the same types again.
// What is deserialised from there is counted less exactly (Node's documentation), so not for coverage.
if (!process.argv.includes('--coverage'))
  process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules', '.cache', 'compiled');

const EXCLUDED = ['**/node_modules/**', 'cdk.out/**', 'dist/**'];

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // One more than CI has cores: files that start a local cloud wait for a third of their time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    unstubEnvs: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: EXCLUDED,
        },
      },
      {
        extends: true,
        test: {
          name: 'units',
          include: ['{contracts,lib,functions,infra}/**/*.test.ts'],
          exclude: EXCLUDED,
          // They share modules and leave nothing behind: loading them once for all saves a third of their time.
          isolate: false,
        },
      },
    ],
    coverage: {
      include: ['lib/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary'],
      // What is left of branches are fallbacks that the compiler asks for and no input reaches.
      thresholds: { lines: 95, branches: 85 },
    },
  },
});
