import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{contracts,lib,functions,infra,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'cdk.out/**', 'dist/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    unstubEnvs: true,
    coverage: {
      include: ['lib/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary'],
      // What is left of branches are fallbacks that the compiler asks for and no input reaches.
      thresholds: { lines: 95, branches: 85 },
    },
  },
});
