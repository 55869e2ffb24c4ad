import { createHmac, timingSafeEqual } from 'node:crypto';

/** A request as a server that speaks OAuth 1.0a sees it. */
export interface SeenRequest {
  readonly method: string;
  /** Scheme and authority as the caller knows them, then path and query as they came. */
  readonly base: string;
  readonly target: string;
  readonly contentType: string;
  readonly body: string;
}

export type Credentials = ReadonlyMap<string, string>;

/** The parameters of an `OAuth` header (RFC 5849 3.5.1), decoded; undefined for another scheme. */
export function readHeader(header: string | undefined): Credentials | undefined {
  if (header === undefined || !/^oauth /i.test(header)) return undefined;
  const found = new Map<string, string>();
  for (const part of header.slice(6).split(',')) {
    const [, name = '', value = ''] = /^\s*([a-z_]+)="([^"]*)"\s*$/i.exec(part) ?? [];
    if (name !== '' && name !== 'realm') found.set(name, decodeURIComponent(value));
  }
  return found;
}

const UNRESERVED = new Set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~');

/** RFC 5849 3.6, byte by byte. */
function escapeText(text: string): string {
  let escaped = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    escaped += UNRESERVED.has(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

/** `a=b&c` as pairs: a plus is a space, and percents are undone (RFC 5849 3.4.1.3.1). */
function pairsOf(text: string): readonly (readonly [string, string])[] {
  if (text === '') return [];
  const decode = (part: string) => decodeURIComponent(part.replaceAll('+', ' '));
  return text.split('&').map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [decode(pair), ''] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))];
  });
}

/** What the client must have signed (RFC 5849 3.4.1), put together from what arrived. */
function expectedText(request: SeenRequest, credentials: Credentials): string {
  const [path = '', query = ''] = request.target.split('?');
  const isForm = request.contentType.startsWith('application/x-www-form-urlencoded');
  const pairs = [
    ...pairsOf(query),
    ...(isForm ? pairsOf(request.body) : []),
    ...[...credentials].filter(([name]) => name !== 'oauth_signature'),
  ].map(([name, value]) => `${escapeText(name)}=${escapeText(value)}`);
  // The equals sign sorts behind the digits and the percent: names are compared by themselves.
  pairs.sort((a, b) => Buffer.compare(keyOf(a), keyOf(b)));
  return `${request.method}&${escapeText(request.base + path)}&${escapeText(pairs.join('&'))}`;
}

/** Byte order by name, then by value: a zero byte stands between them, which neither holds. */
const keyOf = (pair: string): Buffer => Buffer.from(pair.replace('=', '\0'), 'latin1');

/** Whether the signature is that of the two secrets, HMAC-SHA1. */
export function isSigned(
  request: SeenRequest,
  credentials: Credentials,
  clientSecret: string,
  tokenSecret: string,
): boolean {
  if (credentials.get('oauth_signature_method') !== 'HMAC-SHA1') return false;
  const key = `${escapeText(clientSecret)}&${escapeText(tokenSecret)}`;
  const expected = createHmac('sha1', key).update(expectedText(request, credentials)).digest();
  const sent = Buffer.from(credentials.get('oauth_signature') ?? '', 'base64');
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}
