import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import type { Randomness } from '../../core/randomness.ts';
import type { DataKey } from '../../vault/data-keys.ts';

/**
 * Sealed values: AES-256-GCM (NIST SP 800-38D) with the associated data of the place that they lie in, so
 * that a value copied to another key, or put back at an older version, does not open.
 *
 *   [format 1][key id 4][nonce 12][ciphertext n][tag 16]
 */
const FORMAT = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;
/** What sealing adds to a value. */
export const SEAL_OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES;

/** A sealed value that does not open: unknown format, another key, or other bytes or place than sealed. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError';
  readonly reason: 'format' | 'key' | 'authentication';

  constructor(reason: UnsealError['reason'], options?: ErrorOptions) {
    super(`sealed value does not open: ${reason}`, options);
    this.reason = reason;
  }
}

/** Each call draws a nonce: the same value sealed twice gives other bytes. */
export function seal(plain: Uint8Array, key: DataKey, aad: string, randomness: Randomness): Uint8Array {
  const nonce = randomness.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyObjectOf(key), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(aad, 'utf8'));
  const sealed = new Uint8Array(SEAL_OVERHEAD_BYTES + plain.length);
  sealed[0] = FORMAT;
  sealed.set(key.id, 1);
  sealed.set(nonce, 1 + KEY_ID_BYTES);
  sealed.set(cipher.update(plain), HEADER_BYTES);
  cipher.final();
  sealed.set(cipher.getAuthTag(), HEADER_BYTES + plain.length);
  return sealed;
}

/** The value as it was before `seal` with the same key and associated data; throws `UnsealError` else. */
export function open(sealed: Uint8Array, key: DataKey, aad: string): Uint8Array {
  if (sealed.length < SEAL_OVERHEAD_BYTES || sealed[0] !== FORMAT) throw new UnsealError('format');
  if (key.id.some((byte, index) => byte !== sealed[1 + index])) throw new UnsealError('key');
  const nonce = sealed.subarray(1 + KEY_ID_BYTES, HEADER_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', keyObjectOf(key), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(aad, 'utf8'));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plain = decipher.update(sealed.subarray(HEADER_BYTES, sealed.length - TAG_BYTES));
  try {
    decipher.final();
  } catch (cause) {
    throw new UnsealError('authentication', { cause });
  }
  return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
}

/** Node checks and copies raw bytes at each use, 13 of 17 us for a small value; goes with the key it is of. */
const keyObjects = new WeakMap<DataKey, KeyObject>();

function keyObjectOf(key: DataKey): KeyObject {
  const known = keyObjects.get(key);
  if (known !== undefined) return known;
  const made = createSecretKey(key.secret);
  keyObjects.set(key, made);
  return made;
}
