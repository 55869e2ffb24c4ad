import { JwtInvalidClaimError } from 'aws-jwt-verify/error';
import type { Jwk } from 'aws-jwt-verify/jwk';
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt';
import { verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import { type EpochMs, SECOND_MS } from '../core/instants.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { AuthFailure } from './authenticator.ts';

/** What a token says of itself before anything is checked: used to find who could vouch for it, nothing else. */
export interface TokenClaim {
  readonly issuer: string;
  /** Of `aud`, or `client_id` where there is no `aud`. */
  readonly audiences: readonly string[];
  readonly keyId: string;
}

/** An honest token has one or two; each is a look-up. */
const MAX_AUDIENCE_COUNT = 5;
/** Clocks of phones are not concerned: issuers and Lambda keep NTP time. */
const CLOCK_SKEW_MS = 30_000;
export const MAX_SUBJECT_CHARS = 256;

/** The claim of a JWT, or undefined when it is none that could be verified: no `iss`, audience or `kid`. */
export function readClaim(jwt: string): TokenClaim | undefined {
  try {
    const { header, payload } = decomposeUnverifiedJwt(jwt);
    const audiences = audiencesOf(payload);
    if (typeof payload.iss !== 'string' || typeof header.kid !== 'string' || 'crit' in header)
      return undefined;
    if (audiences.length === 0 || audiences.length > MAX_AUDIENCE_COUNT) return undefined;
    return { issuer: payload.iss, audiences, keyId: header.kid };
  } catch {
    return undefined;
  }
}

function audiencesOf(payload: Readonly<Record<string, unknown>>): readonly string[] {
  const { aud, client_id: clientId } = payload;
  if (typeof aud === 'string') return [aud];
  if (Array.isArray(aud)) return aud.filter((each) => typeof each === 'string');
  return typeof clientId === 'string' ? [clientId] : [];
}

/**
 * The subject of `jwt`, after signature (RS, ES and EdDSA algorithms that fit `jwk`, never `none` or a
 * shared secret), issuer, `exp` (required) and `nbf` at `nowMs`, and subject (1 to 256 characters). The
 * audience was checked by the look-up of its pair. The library's own time checks are switched off by an
 * endless grace, because time is an input here.
 */
export function verifyToken(
  jwt: string,
  jwk: Jwk,
  expected: { readonly issuer: string; readonly algorithms: readonly string[]; readonly nowMs: EpochMs },
): Result<string, AuthFailure> {
  try {
    if (!expected.algorithms.includes(decomposeUnverifiedJwt(jwt).header.alg ?? ''))
      return invalid('its algorithm is not one that the issuer was registered with');
    const payload = verifyJwtSync(jwt, jwk, {
      issuer: expected.issuer,
      audience: null,
      graceSeconds: Number.POSITIVE_INFINITY,
    });
    const { exp, nbf, sub } = payload;
    if (exp === undefined) return invalid('it has no exp');
    if (exp * SECOND_MS + CLOCK_SKEW_MS <= expected.nowMs) return fail({ kind: 'expired' });
    if (nbf !== undefined && nbf * SECOND_MS - CLOCK_SKEW_MS > expected.nowMs)
      return invalid('it is not valid yet');
    if (sub === undefined || sub === '' || sub.length > MAX_SUBJECT_CHARS)
      return invalid('its sub is not 1 to 256 characters');
    return ok(sub);
  } catch (error) {
    return invalid(
      error instanceof JwtInvalidClaimError ? 'a claim does not fit' : 'its signature does not verify',
    );
  }
}

const invalid = (reason: string): Result<never, AuthFailure> => fail({ kind: 'invalid', reason });
