import type { IncomingMessage } from 'node:http';
import type { CorsDeclaration } from '../assembly/declared.ts';

/** Headers of an answer to a page of an allowed origin; none for any other. */
export function corsHeaders(
  cors: CorsDeclaration | undefined,
  origin: string | undefined,
): Readonly<Record<string, string>> {
  if (cors === undefined || origin === undefined) return {};
  const isAny = cors.AllowOrigins.includes('*');
  if (!isAny && !cors.AllowOrigins.includes(origin)) return {};
  return {
    'access-control-allow-origin': isAny && !cors.AllowCredentials ? '*' : origin,
    vary: 'Origin',
    ...(cors.AllowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(cors.ExposeHeaders.length > 0
      ? { 'access-control-expose-headers': cors.ExposeHeaders.join(',') }
      : {}),
  };
}

/** The gateway answers a preflight itself when CORS is configured; undefined when this is none. */
export function preflightHeaders(
  cors: CorsDeclaration | undefined,
  request: IncomingMessage,
): Readonly<Record<string, string>> | undefined {
  const { origin } = request.headers;
  const asked = request.headers['access-control-request-method'];
  if (cors === undefined || request.method !== 'OPTIONS' || origin === undefined || asked === undefined) {
    return undefined;
  }
  const allowed = corsHeaders(cors, origin);
  if (allowed['access-control-allow-origin'] === undefined) return {};
  return {
    ...allowed,
    'access-control-allow-methods': cors.AllowMethods.join(','),
    'access-control-allow-headers': cors.AllowHeaders.join(','),
    ...(cors.MaxAge === undefined ? {} : { 'access-control-max-age': String(cors.MaxAge) }),
  };
}
