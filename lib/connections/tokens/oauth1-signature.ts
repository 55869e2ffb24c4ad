import { createHmac } from 'node:crypto';

/** A name and its value, decoded. A name may come more than once. */
export type Parameter = readonly [name: string, value: string];

/** What is signed of a request. */
export interface SignedRequest {
  readonly method: string;
  /** Absolute, with its query. */
  readonly url: string;
  /** Of an application/x-www-form-urlencoded body; other bodies are not signed (RFC 5849 3.4.1.3.1). */
  readonly form: readonly Parameter[];
}

export interface SigningKey {
  readonly clientSecret: string;
  /** Of the request token or the access token; undefined before there is one. */
  readonly tokenSecret: string | undefined;
}

/** RFC 5849 3.6: all but the unreserved characters of RFC 3986, as UTF-8, in capitals. Lone surrogates are U+FFFD. */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * RFC 5849 3.4.1: method, address without query, and all parameters in order. `oauth` holds the protocol's own
 * parameters without `realm` and `oauth_signature`.
 */
export function signatureBaseString(request: SignedRequest, oauth: readonly Parameter[]): string {
  const url = new URL(request.url);
  const parameters = [...url.searchParams, ...request.form, ...oauth];
  return [request.method.toUpperCase(), baseAddressOf(url), normalise(parameters)]
    .map(percentEncode)
    .join('&');
}

/** 3.4.1.2: scheme and host in lower case, the port unless it is the scheme's own, both of which URL does. */
const baseAddressOf = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

/** 3.4.1.3.2: encoded first, then in byte order by name and, where names are equal, by value. */
const normalise = (parameters: readonly Parameter[]): string =>
  parameters
    .map(([name, value]) => ({ name: percentEncode(name), value: percentEncode(value) }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&');

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** RFC 5849 3.4.2, HMAC-SHA1 in base64. */
export function signHmacSha1(
  request: SignedRequest,
  oauth: readonly Parameter[],
  { clientSecret, tokenSecret }: SigningKey,
): string {
  const key = `${percentEncode(clientSecret)}&${percentEncode(tokenSecret ?? '')}`;
  return createHmac('sha1', key).update(signatureBaseString(request, oauth)).digest('base64');
}

/** RFC 5849 3.5.1: the parameters as the value of an Authorization header. */
export const authorizationHeader = (realm: string | undefined, oauth: readonly Parameter[]): string =>
  `OAuth ${[
    ...(realm === undefined ? [] : [`realm="${realm.replaceAll(/["\\]/g, '')}"`]),
    ...oauth.map(([name, value]) => `${percentEncode(name)}="${percentEncode(value)}"`),
  ].join(', ')}`;
