import { createHash } from 'node:crypto';
import { encodeBase32 } from '../../core/ids.ts';

const GROUP_ID = /^([0-9a-hjkmnp-tv-z]{26})-[0-9a-hjkmnp-tv-z]{10}$/;
/** Ten characters of base 32: 50 bits tell the few groups apart that one workout was ever in. */
const MEMBERSHIP_BYTES = 7;
const MEMBERSHIP_CHARS = 10;

/** Stands for exactly these members, in whatever order they came; begins with the least of their ids. */
export function groupIdOf(memberIds: readonly string[]): string {
  const sorted = [...memberIds].sort();
  const digest = createHash('sha256').update(sorted.join('\n')).digest();
  const membership = encodeBase32(digest.subarray(0, MEMBERSHIP_BYTES)).slice(0, MEMBERSHIP_CHARS);
  return `${sorted[0] ?? ''}-${membership}`;
}

/** The member that a group is found by; undefined for a text that is no id of a group. */
export const anchorOf = (groupId: string): string | undefined => GROUP_ID.exec(groupId)?.[1];
