import { createHash } from 'node:crypto';
import { uuidFrom } from '../frame/random.ts';

const digest = (parts: readonly (string | number)[]): Buffer =>
  createHash('sha256').update(parts.join('/')).digest();

/** A throw that depends on nothing but its name: the same parts give the same number in [0, 1). */
export function chance(...parts: readonly (string | number)[]): number {
  return digest(parts).readUIntBE(0, 6) / 2 ** 48;
}

/** A number in [low, high) by name. */
export function between(low: number, high: number, ...parts: readonly (string | number)[]): number {
  return low + (high - low) * chance(...parts);
}

/** A whole number in [low, high] by name. */
export function wholeBetween(low: number, high: number, ...parts: readonly (string | number)[]): number {
  return Math.floor(between(low, high + 1, ...parts));
}

export function idHex(byteCount: number, ...parts: readonly (string | number)[]): string {
  return digest(parts).subarray(0, byteCount).toString('hex');
}

export function idUuid(...parts: readonly (string | number)[]): string {
  return uuidFrom(digest(parts).subarray(0, 16));
}

/** A positive id of at most `digits` decimal digits, never with a leading zero; beyond 15 digits use idBig. */
export function idNumber(digits: number, ...parts: readonly (string | number)[]): number {
  return Number(idBig(digits, ...parts));
}

export function idBig(digits: number, ...parts: readonly (string | number)[]): bigint {
  const low = 10n ** BigInt(digits - 1);
  return low + (digest(parts).readBigUInt64BE(0) % (9n * low));
}

/** A fast generator for many throws in a row (minutes of a day), started by name. */
export function dice(...parts: readonly (string | number)[]): () => number {
  let state = digest(parts).readUInt32BE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
