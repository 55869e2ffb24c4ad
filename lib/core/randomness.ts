/** Randomness as an input: seeded in tests, the operating system's in production. */
export interface Randomness {
  /** `count` unbiased random bytes. */
  bytes(count: number): Uint8Array;
}

/** Web Crypto, which Node, browsers and phones share. */
export const systemRandomness: Randomness = {
  bytes: (count) => globalThis.crypto.getRandomValues(new Uint8Array(count)),
};
