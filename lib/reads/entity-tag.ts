import { createHash } from 'node:crypto';

/** A strong validator of an answer (RFC 9110 8.8.3): equal bodies have equal tags. */
export const entityTagOf = (body: string): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

/** Whether If-None-Match names the tag; by weak comparison, as RFC 9110 13.1.2 has it. */
export function isMatched(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const names = ifNoneMatch.split(',').map((name) => name.trim().replace(/^W\//, ''));
  return names.includes('*') || names.includes(tag);
}
