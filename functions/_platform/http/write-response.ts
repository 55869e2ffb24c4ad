import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { ApiResponse } from './operation.ts';

/**
 * Set on every answer. The API serves data and one page of documentation, which brings its own policy;
 * nothing of it is to be framed, sniffed, cached by a proxy or sent as a referrer.
 */
const SECURITY_HEADERS = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

/** Below this gzip saves less than its headers and CPU cost. */
const MIN_GZIP_BYTES = 4_096;

/** The gateway's shape of an answer; an operation's own headers win over the defaults. */
export function writeResponse(
  response: ApiResponse,
  extra: { readonly headers: Readonly<Record<string, string>>; readonly acceptEncoding: string | undefined },
): APIGatewayProxyStructuredResultV2 {
  const headers: Record<string, string> = { ...SECURITY_HEADERS, ...extra.headers, ...response.headers };
  if (response.body === undefined) return { statusCode: response.status, headers };
  headers['content-type'] ??= 'application/json';
  const text = typeof response.body === 'string' ? response.body : JSON.stringify(response.body);
  if (
    text.length < MIN_GZIP_BYTES ||
    !/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i.test(extra.acceptEncoding ?? '')
  )
    return { statusCode: response.status, headers, body: text };
  headers['content-encoding'] = 'gzip';
  headers['vary'] = 'accept-encoding';
  const body = gzipSync(text, { level: 1 }).toString('base64');
  return { statusCode: response.status, headers, body, isBase64Encoded: true };
}
