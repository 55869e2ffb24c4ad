import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemRandomness } from '../../core/randomness.ts';
import { open, SEAL_OVERHEAD_BYTES, seal, UnsealError } from './sealing.ts';

const seeded = { seed: 20_261_121 };
const key = fc.record({
  id: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  secret: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});
const sealNow = (plain: Uint8Array, dataKey: { id: Uint8Array; secret: Uint8Array }, aad: string) =>
  seal(plain, dataKey, aad, systemRandomness);
const failureOf = (attempt: () => unknown): unknown => {
  try {
    return attempt();
  } catch (error) {
    return error instanceof UnsealError ? error.reason : error;
  }
};

test('P5 what was sealed opens with the same key and place, 33 bytes longer in between', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 3_000 }),
      key,
      fc.string({ unit: 'grapheme' }),
      (plain, k, aad) => {
        const sealed = sealNow(plain, k, aad);
        expect(sealed.length).toBe(plain.length + 33);
        expect(SEAL_OVERHEAD_BYTES).toBe(33);
        expect(open(sealed, k, aad)).toEqual(plain);
      },
    ),
    seeded,
  );
});

test('P5 another place, secret or key id does not open it', () => {
  fc.assert(
    fc.property(fc.uint8Array(), key, key, fc.string(), fc.string(), (plain, k, other, aad, place) => {
      fc.pre(aad !== place);
      fc.pre(Buffer.compare(k.secret, other.secret) !== 0 && Buffer.compare(k.id, other.id) !== 0);
      const sealed = sealNow(plain, k, aad);
      expect(failureOf(() => open(sealed, k, place))).toBe('authentication');
      expect(failureOf(() => open(sealed, { ...k, secret: other.secret }, aad))).toBe('authentication');
      expect(failureOf(() => open(sealed, { ...k, id: other.id }, aad))).toBe('key');
    }),
    seeded,
  );
});

test('P5 any flipped bit is noticed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), key, fc.nat(), fc.nat(7), (plain, k, position, bit) => {
      const sealed = sealNow(plain, k, 'place');
      const index = position % sealed.length;
      sealed[index] = (sealed[index] ?? 0) ^ (1 << bit);
      expect(failureOf(() => open(sealed, k, 'place'))).toMatch(/format|key|authentication/);
    }),
    { ...seeded, numRuns: 500 },
  );
});

test('P5 what is cut short, or empty, does not open', () => {
  const k = { id: new Uint8Array(4), secret: new Uint8Array(32) };
  const sealed = sealNow(new Uint8Array([1, 2, 3]), k, 'place');
  for (let length = 0; length < sealed.length; length += 1) {
    expect(failureOf(() => open(sealed.subarray(0, length), k, 'place'))).toMatch(/format|authentication/);
  }
});

test('P5 the same value sealed twice gives other bytes', () => {
  const k = { id: new Uint8Array(4), secret: new Uint8Array(32) };
  const plain = new Uint8Array(64);
  expect(sealNow(plain, k, 'place')).not.toEqual(sealNow(plain, k, 'place'));
});
