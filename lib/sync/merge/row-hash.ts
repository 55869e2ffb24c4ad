import { sha256 } from '@noble/hashes/sha2.js';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { RowData } from './row.ts';

const encoder = new TextEncoder();
const BITS = 64;

/**
 * SYN9: the first 8 bytes, big endian, of SHA-256 over the canonical JSON (RFC 8785) of {id, version, data}.
 * Only living rows count.
 */
export function rowHash(id: string, version: number, data: RowData): bigint {
  const digest = sha256(encoder.encode(canonicalJson({ data, id, version })));
  return new DataView(digest.buffer, digest.byteOffset).getBigUint64(0);
}

/** Modulo 2^64, as the digest of a type is summed. */
export const addHash = (left: bigint, right: bigint): bigint => BigInt.asUintN(BITS, left + right);
export const subtractHash = (left: bigint, right: bigint): bigint => BigInt.asUintN(BITS, left - right);

/** 16 hexadecimal digits, as on the wire. */
export const formatHash = (hash: bigint): string => hash.toString(16).padStart(16, '0');
