import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const CITED = /\btest(?:\.each\([\s\S]*?\))?\(\s*['"`](ING\d+)\b/g;

const rules = new Set(
  [...readFileSync('lib/samples/SPEC.md', 'utf8').matchAll(/^\| (ING\d+) +\|/gm)].map(([, id]) => id),
);
const cited = new Set(
  globSync('{lib,functions,test}/**/*.test.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(CITED)].map(([, id]) => id),
  ),
);

test('ING1 to ING15 are all specified, each has a test, and every cited rule exists', () => {
  const wanted = Array.from({ length: 15 }, (_, index) => `ING${index + 1}`);
  expect([...rules].sort()).toEqual(wanted.sort());
  expect(wanted.filter((id) => !cited.has(id))).toEqual([]);
  expect([...cited].filter((id) => !rules.has(id))).toEqual([]);
});
