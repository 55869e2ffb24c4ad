import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, TooDeepError } from './canonical-json.ts';

const SEED = { seed: 20_261_121, numRuns: 500 };

test('ING6 canonical JSON is the text that RFC 8785 gives', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary', maxDepth: 6 }), (text) => {
      const value: unknown = JSON.parse(text);
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }),
    SEED,
  );
});

test('ING6 objects of one list are each sorted by their own names', () => {
  const row = fc.dictionary(fc.constantFrom('b', 'a', '€', '\r', 'é', '1'), fc.double({ noNaN: true }));
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const value: unknown = JSON.parse(JSON.stringify(rows));
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }),
    SEED,
  );
});

test('ING6 numbers beyond the doubles and lone surrogates still have one text', () => {
  expect(canonicalJson(JSON.parse('[1e999,-1e999,"\\ud800"]'))).toBe('[1e999,-1e999,"\\ud800"]');
});

test('ING7 nesting that no request has is refused before the stack ends', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  expect(() => canonicalJson(deep)).toThrow(TooDeepError);
});
