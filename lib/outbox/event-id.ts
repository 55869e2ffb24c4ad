import { createHash } from 'node:crypto';
import { encodeBase32 } from '../core/ids.ts';
import type { UserScope } from '../samples/model.ts';

/** What makes an event the event it is, apart from whose it is. */
export interface EventIdentity {
  readonly seq: number;
  readonly type: string;
  /** The count belongs to it: parts cut at another size are other events, and none is dropped for another. */
  readonly part: { readonly index: number; readonly count: number };
}

/**
 * 52 characters of base 32: SHA-256 over the JSON of [workspace, user, seq, type, part, parts] (OBX2).
 * The same change entry gives the same ids for ever; consumers keep them to drop repeats, so this function
 * is frozen by an example in its test.
 */
export function eventIdOf(scope: UserScope, { seq, type, part }: EventIdentity): string {
  const identity = JSON.stringify([scope.workspaceId, scope.userId, seq, type, part.index, part.count]);
  return encodeBase32(createHash('sha256').update(identity).digest());
}
