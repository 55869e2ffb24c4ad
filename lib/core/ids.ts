import type { EpochMs } from './instants.ts';
import type { Randomness } from './randomness.ts';

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * 26 lower-case characters: a UUIDv7 (RFC 9562) in Crockford's base 32, so that ids sort by the
 * millisecond they were made in.
 */
export const newSortableId = (nowMs: EpochMs, randomness: Randomness): string =>
  encodeBase32(uuidV7Of(nowMs, randomness));

/** A UUIDv7 in its usual form, for rows that others name as well; whoever makes a row makes its id, for ever. */
export const newUuid = (nowMs: number, randomness: Randomness): string =>
  uuidText(uuidV7Of(nowMs, randomness));

/** 16 bytes as RFC 9562 writes them: lower-case hex in groups of 8, 4, 4, 4 and 12. */
export const uuidText = (bytes: Uint8Array): string =>
  [...bytes]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

function uuidV7Of(nowMs: number, randomness: Randomness): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(randomness.bytes(10), 6);
  let rest = nowMs;
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes;
}

/** The millisecond that a sortable id was made in; undefined for a text that is none. */
export function instantOfSortableId(id: string): EpochMs | undefined {
  if (!/^[0-9a-hjkmnp-tv-z]{26}$/.test(id)) return undefined;
  // Ten characters are 50 bits: the 48 of the time and two of the version.
  let bits = 0;
  for (const character of id.slice(0, 10)) bits = bits * 32 + CROCKFORD.indexOf(character);
  return Math.floor(bits / 4) as EpochMs;
}

/** Big-endian Crockford base 32, lower case, most significant bits first, padded with zero bits. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0x1fff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += CROCKFORD[(buffer >> bits) & 31];
    }
  }
  return bits > 0 ? text + CROCKFORD[(buffer << (5 - bits)) & 31] : text;
}

/** `length` unbiased base 62 characters: bytes of 248 and above are drawn again. */
export function randomBase62(length: number, randomness: Randomness): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomness.bytes(length - text.length)) {
      if (byte < 248) text += BASE62[byte % 62];
    }
  }
  return text;
}
