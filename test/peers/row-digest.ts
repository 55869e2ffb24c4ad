import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ShownRow } from './peer-devices.ts';

const TWO_TO_64 = 1n << 64n;

/**
 * SYN9 as its documentation words it, with other people's code: how many rows, and the sum modulo 2^64 of the
 * first eight bytes of SHA-256 over the canonical JSON (RFC 8785) of `{id, version, data}`.
 */
export function digestOf(rows: readonly ShownRow[]): { readonly count: number; readonly hash: string } {
  const sum = rows.reduce((total, { id, version, data }) => {
    const text = canonicalize({ id, version, data }) ?? '';
    return (total + createHash('sha256').update(text).digest().readBigUInt64BE()) % TWO_TO_64;
  }, 0n);
  return { count: rows.length, hash: sum.toString(16).padStart(16, '0') };
}
