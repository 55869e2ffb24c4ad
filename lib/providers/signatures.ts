import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type EpochMs, MINUTE_MS } from '../core/instants.ts';

/** How far a signed timestamp may lie from our clock, either way, where the provider names nothing else. */
export const TIMESTAMP_TOLERANCE_MS = 5 * MINUTE_MS;
/** Longer than any encoding of a SHA-512. */
const MAX_SIGNATURE_LENGTH = 256;

/** How a provider signs: the encoding is compared as text, so `hex-upper` takes no lower case. */
export interface HmacScheme {
  readonly hash: 'sha256' | 'sha1';
  readonly encoding: 'base64' | 'hex' | 'hex-upper';
}

/** Whether `sent` is the HMAC of the parts in a row, in constant time. No key, no signature: false. */
export function isHmacOf(
  sent: string | undefined,
  key: string | undefined,
  parts: readonly (string | Uint8Array)[],
  scheme: HmacScheme,
): boolean {
  if (key === undefined || key === '') return false;
  const hmac = createHmac(scheme.hash, key);
  for (const part of parts) hmac.update(part);
  const digest = hmac.digest(scheme.encoding === 'base64' ? 'base64' : 'hex');
  return isSameSecret(sent, scheme.encoding === 'hex-upper' ? digest.toUpperCase() : digest);
}

/** Equality in constant time, whatever the lengths. An absent or empty secret equals nothing. */
export function isSameSecret(sent: string | undefined, expected: string | undefined): boolean {
  if (sent === undefined || expected === undefined || expected === '') return false;
  const bounded = sent.slice(0, Math.max(MAX_SIGNATURE_LENGTH, expected.length + 1));
  return timingSafeEqual(hashOf(bounded), hashOf(expected));
}

const hashOf = (text: string): Uint8Array => createHash('sha256').update(text, 'utf8').digest();

/** Whether a signed instant is close enough to now. */
export const isFresh = (
  sentMs: number,
  nowMs: EpochMs,
  toleranceMs: number = TIMESTAMP_TOLERANCE_MS,
): boolean => Number.isFinite(sentMs) && Math.abs(sentMs - nowMs) <= toleranceMs;
