import { sha256 } from '@noble/hashes/sha2.js';
import { uuidText } from '../../core/ids.ts';

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
  return uuidText(bytes);
}
