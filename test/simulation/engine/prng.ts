import type { Randomness } from '../../../lib/core/randomness.ts';

/** Everything a history leaves to chance comes from one of these, so that its seed is all of it. */
export interface Prng {
  /** 32 unbiased bits. */
  next(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<Member>(members: readonly Member[]): Member;
  /** A generator of its own: what it is asked changes nothing for the others. */
  fork(): Prng;
}

/** sfc32 of Chris Doty-Humphrey's PractRand (public domain), seeded with three words and a counter. */
export function createPrng(seed: number, stream = 0x9e37_79b9): Prng {
  let a = 0;
  let b = seed | 0;
  let c = stream | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) next();
  const below = (limit: number): number => Math.floor((next() / 0x1_0000_0000) * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability * 0x1_0000_0000,
    pick: (members) => {
      const member = members[below(members.length)];
      if (member === undefined) throw new Error('nothing to pick from');
      return member;
    },
    fork: () => createPrng(next(), next()),
  };
}

export const randomnessOf = (prng: Prng): Randomness => ({
  bytes: (count) => Uint8Array.from({ length: count }, () => prng.next() & 0xff),
});
