import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

test('randomness is an input: Math.random appears nowhere outside tests', () => {
  const files = globSync('{contracts,lib,functions,infra}/**/*.{ts,mjs,js,html}', { cwd: ROOT }).filter(
    (path) => !path.endsWith('.test.ts'),
  );
  expect(files.length).toBeGreaterThan(100);
  const offenders = files.filter((path) =>
    /\bMath\s*\.\s*random\b/.test(readFileSync(join(ROOT, path), 'utf8')),
  );
  expect(offenders).toEqual([]);
});
