import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** A text that begins with the ids of rules is the title of a test that proves them (ING3, OBX2). */
const TITLE = /['"`]((?:[A-Z]{3,4}\d+ )+)/g;
const RULE = /^\| ([A-Z]{3,4}\d+) +\|/gm;

const specs = globSync('{lib/*,test/simulation,infra/local/providers}/SPEC.md').sort();
const rulesOf = (path: string): readonly string[] =>
  [...readFileSync(path, 'utf8').matchAll(RULE)].map(([, id = '']) => id);
const cited = new Set(
  globSync(['{contracts,lib,functions,infra}/**/*.test.ts', 'test/**/*.ts'])
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(TITLE)])
    .flatMap(([, ids = '']) => ids.trim().split(' ')),
);

describe.each(specs)('%s', (path) => {
  test('has rules, each once, and a test for each', () => {
    const rules = rulesOf(path);
    expect(rules.length).toBeGreaterThan(0);
    expect(new Set(rules).size).toBe(rules.length);
    expect(rules.filter((id) => !cited.has(id))).toEqual([]);
  });
});

test('every rule that a test names is written down', () => {
  const known = new Set(specs.flatMap(rulesOf));
  expect([...cited].filter((id) => !known.has(id))).toEqual([]);
  expect(cited.size).toBeGreaterThan(50);
});
