import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** A text that begins with the ids of rules is the title of a test that proves them (ING3, OBX2). */
const TITLE = /['"`]((?:[A-Z]{3}\d+ )+)/g;
const RULE = /^\| ([A-Z]{3}\d+) +\|/gm;

const specs = globSync('{lib/*,test/simulation}/SPEC.md').sort();
const rulesOf = (path: string): readonly string[] =>
  [...readFileSync(path, 'utf8').matchAll(RULE)].map(([, id = '']) => id);
const cited = new Set(
  globSync(['{contracts,lib,functions,infra}/**/*.test.ts', 'test/**/*.ts'])
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(TITLE)])
    .flatMap(([, ids = '']) => ids.trim().split(' ')),
);

describe.each(specs)('%s', (path) => {
  test('has rules numbered without a gap, and a test for each', () => {
    const rules = rulesOf(path);
    const families = Map.groupBy(rules, (id) => id.slice(0, 3));
    expect(rules.length).toBeGreaterThan(0);
    for (const [family, ids] of families) {
      expect([...ids].sort()).toEqual(ids.map((_, index) => `${family}${index + 1}`).sort());
    }
    expect(rules.filter((id) => !cited.has(id))).toEqual([]);
  });
});

test('every rule that a test names is written down', () => {
  const known = new Set(specs.flatMap(rulesOf));
  expect([...cited].filter((id) => !known.has(id))).toEqual([]);
  expect(cited.size).toBeGreaterThan(50);
});
