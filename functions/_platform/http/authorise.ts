import type { Scope } from '../../../contracts/http/scopes.ts';
import type { AuthFailure } from '../../../lib/access/authenticator.ts';
import type { Principal } from '../../../lib/access/model.ts';
import type { RateVerdict } from '../../../lib/access/rate-limiter.ts';
import { assertNever } from '../../../lib/core/assert.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import type { AccessDependencies } from './access-dependencies.ts';
import { isDeviceSync } from './user-scope.ts';

/** RFC 6750 2.1, bounded: a Cognito token has about 1,000 characters, header lines of API Gateway at most 8 KB. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,8000}) *$/i;

/** The principal behind the Authorization header; `auth.missing`, `auth.invalid`, `auth.expired`. */
export async function findPrincipal(
  authorization: string | undefined,
  { authenticator }: AccessDependencies,
): Promise<Principal> {
  if (authorization === undefined || authorization === '') throw toAuthError({ kind: 'missing' });
  const credential = BEARER.exec(authorization)?.[1];
  if (credential === undefined)
    throw toAuthError({ kind: 'invalid', reason: 'the header is not of the form Bearer <credential>' });
  const found = await authenticator.authenticate(credential);
  if (!found.ok) throw toAuthError(found.failure);
  return found.value;
}

function toAuthError(failure: AuthFailure): AppError {
  switch (failure.kind) {
    case 'missing':
      return new AppError('auth.missing', 'Send Authorization: Bearer with an API key or a user token.');
    case 'invalid':
      return new AppError('auth.invalid', `The credentials are not valid: ${failure.reason}.`);
    case 'expired':
      return new AppError('auth.expired', 'The key or token has expired; get a new one.');
    case 'unavailable':
      return new AppError('server.unavailable', 'Credentials cannot be checked just now.');
    default:
      return assertNever(failure);
  }
}

/**
 * `auth.forbidden` names the scope that is missing: a caller can ask for it. A user token reaches its own
 * user alone, so it is refused too where the route names none (ACC10): what such a route reaches is the
 * workspace, as the list of all its users. Under /v1/sync/ the user is the token's own, or in a header.
 */
export function checkAccess(
  principal: Principal,
  { scope, path }: { readonly scope: Scope; readonly path: string },
): void {
  if (principal.kind === 'user' && !path.includes('{userId}') && !isDeviceSync(path))
    throw new AppError(
      'auth.forbidden',
      'The operation is for API keys: a user token reaches its own user alone.',
    );
  requireScope(principal, scope);
}

/** For what an operation needs beside the scope of its route. `auth.forbidden`. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (!principal.scopes.includes(scope))
    throw new AppError('auth.forbidden', `The operation needs the scope ${scope}.`);
}

/** draft-ietf-httpapi-ratelimit-headers-03, the three fields that clients know. */
export const rateHeaders = (verdict: RateVerdict): Readonly<Record<string, string>> => ({
  'ratelimit-limit': String(verdict.limit),
  'ratelimit-remaining': String(verdict.remaining),
  'ratelimit-reset': String(verdict.resetSec),
});

export function checkRate(verdict: RateVerdict): void {
  if (verdict.allowed) return;
  throw new AppError(
    'request.rate_limited',
    `More than ${verdict.limit} requests a minute; wait ${verdict.resetSec} s.`,
    { retryAfterSec: verdict.resetSec },
  );
}
