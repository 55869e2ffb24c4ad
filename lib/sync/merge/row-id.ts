import { sha256 } from '@noble/hashes/sha2.js';

const encoder = new TextEncoder();
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** What rows are stored under. Keys of reads are made of it: it sorts before what ends a range of ids. */
export const STORED_ROW_ID = /^[0-9a-z-]{1,64}$/;
/** Of the one row of a type that a user has one of. */
export const OWN_ROW_ID = 'me';

/**
 * The id that a row is stored under: a UUID in lower case and `me` are themselves; any other text that a client
 * names its row becomes a UUID v8 (RFC 9562) out of user, type and that text. The same text is so the same row
 * in every request, and in references, without anything to remember.
 */
export function resolveRowId(userId: string, entityType: string, id: string): string {
  if (id === OWN_ROW_ID) return id;
  return UUID.test(id) ? id.toLowerCase() : uuidOf(`${userId}|${entityType}|${id}`);
}

/** UUID v8: the first 16 bytes of SHA-256, with the bits of version and variant set. */
export function uuidOf(text: string): string {
  const bytes = sha256(encoder.encode(text)).slice(0, 16);
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
