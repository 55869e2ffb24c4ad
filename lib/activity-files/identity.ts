import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonical-json.ts';
import { encodeBase32 } from '../core/ids.ts';
import type { ActivityFormat } from './model.ts';

/**
 * An external id for an activity of a file, from what the file says of itself: the same for every copy of the file,
 * cut or whole, under any name (ACT6). Serial numbers and titles are not in it, only their hash.
 */
export function externalIdOf(format: ActivityFormat, said: readonly unknown[]): string {
  const digest = createHash('sha256')
    .update(canonicalJson(said.map((each) => each ?? null)))
    .digest();
  return `${format}-${encodeBase32(digest.subarray(0, 16))}`;
}
