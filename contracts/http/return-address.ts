import * as z from 'zod';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
/** RFC 8252 7.1: a scheme of one's own is a reversed domain name, so it has a dot; `javascript:` has none. */
const OWN_SCHEME = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/;

function isReturnAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.hash !== '' || text.includes('#')) return false;
  if (url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return url.hostname !== '';
  return url.protocol === 'http:' ? LOOPBACK_HOSTS.has(url.hostname) : OWN_SCHEME.test(url.protocol);
}

/** An address that people go to after a consent: https, an app's own scheme, or http on the developer's machine. */
export const ReturnAddress = z
  .string()
  .max(512)
  .refine(isReturnAddress, {
    error: 'is not https, a scheme of your own with a dot in it, or http on localhost; or has a fragment',
  })
  .meta({
    description:
      'https, a scheme of your own such as com.example.app, or http on localhost; without a fragment',
    example: 'https://app.example.com/connected',
  });
