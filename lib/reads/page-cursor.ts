import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonical-json.ts';
import { fail, ok, type Result } from '../core/result.ts';

/** Enough that a cursor changed by accident or by hand is told, and short in a URL. */
const CHECKSUM_CHARS = 12;

/**
 * A position as an opaque text, bound to the query and the user that it was made for: `binding` is all that
 * must be equal when it comes back. It holds no secret and gives no right: the next request is authorised
 * and scoped like any other.
 */
export function encodeCursor(position: unknown, binding: unknown): string {
  const text = Buffer.from(JSON.stringify(position)).toString('base64url');
  return `${text}.${checksumOf(text, binding)}`;
}

/** The position, or `bad_cursor` for anything that `encodeCursor` did not make with an equal binding. */
export function decodeCursor(cursor: string, binding: unknown): Result<unknown, 'bad_cursor'> {
  const [text = '', checksum, ...rest] = cursor.split('.');
  if (rest.length > 0 || checksum !== checksumOf(text, binding)) return fail('bad_cursor');
  try {
    return ok(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    return fail('bad_cursor');
  }
}

const checksumOf = (text: string, binding: unknown): string =>
  createHash('sha256')
    .update(`${text}\n${canonicalJson(binding)}`)
    .digest('base64url')
    .slice(0, CHECKSUM_CHARS);
