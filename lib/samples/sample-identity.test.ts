import { expect, test } from 'vitest';
import { payloadHashOf, recordHashOf, sourceIdOf } from './sample-identity.ts';

test('ING2 a record hash is the first 64 bits of SHA-256, a source id 13 characters of it, for ever', () => {
  // FIPS 180-2 B.1: SHA-256("abc") = ba7816bf 8f01cfea ...
  expect(recordHashOf('abc')).toBe(0xba78_16bf_8f01_cfean);
  const source = { provider: 'garmin', device: { type: 'watch' as const, model: 'Fenix 8' } };
  expect(sourceIdOf(source)).toMatchInlineSnapshot(`"pp4ebqfct3rdp"`);
  expect(sourceIdOf({ device: { model: 'Fenix 8', type: 'watch' }, provider: 'garmin' })).toBe(
    sourceIdOf(source),
  );
  expect(sourceIdOf({ ...source, app: 'Connect' })).not.toBe(sourceIdOf(source));
});

test('ING6 the payload hash does not see the order of names, and sees the order of samples', () => {
  const hash = payloadHashOf({ sources: {}, samples: [{ a: 1, b: 2 }, { c: 3 }], deletions: [] });
  expect(payloadHashOf({ deletions: [], samples: [{ b: 2, a: 1 }, { c: 3 }], sources: {} })).toBe(hash);
  expect(payloadHashOf({ sources: {}, samples: [{ c: 3 }, { a: 1, b: 2 }], deletions: [] })).not.toBe(hash);
});
