import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import type { OAuth2Definition, ProviderApp, TokenGrant } from '../definition.ts';
import type { AppHttp, UserHttp } from '../http.ts';
import { fieldOf, jsonOf } from '../json-body.ts';
import { type ProviderAccount, ProviderFault } from '../model.ts';
import { parseTokenAnswer, scopesOf } from '../oauth2-tokens.ts';
import { standardFault } from '../standard-faults.ts';
import { getJson } from './activity-calls.ts';
import { parseExactJson } from './exact-json.ts';
import { Athlete } from './payloads.ts';

/**
 * OAuth 2.0 without PKCE; scopes are separated by commas, and the callback says which the person left ticked.
 * A token is asked for again in its last half hour: with more than an hour left the same one would come back.
 */
export const auth: OAuth2Definition = {
  kind: 'oauth2',
  authorize: {
    origin: 'web',
    path: '/oauth/authorize',
    parameters: { approval_prompt: 'auto' },
    scopeSeparator: ',',
  },
  pkce: 'none',
  token: { origin: 'web', path: '/oauth/token', clientAuthentication: 'body' },
  scopes: ['read', 'activity:read_all'],
  parseTokens: (response, nowMs) => {
    const parsed = parseTokenAnswer(response, nowMs);
    if (!parsed.ok)
      return isDeadRefreshToken(response.body) ? { ok: false, failure: 'invalid_grant' } : parsed;
    const userId = athleteIdOf(response.body);
    return userId === undefined ? parsed : { ok: true, value: { ...parsed.value, userId } };
  },
  grantedScopes: (callback, grant) => scopesOf(callback['scope'] ?? grant.scope),
  refresh: 'rotating',
  refreshAheadMs: 30 * MINUTE_MS,
};

/** Only the first exchange tells who the athlete is. */
function athleteIdOf(body: Uint8Array): string | undefined {
  try {
    return Athlete.safeParse(fieldOf(parseExactJson(body), 'athlete')).data?.id;
  } catch {
    return undefined;
  }
}

/** Strava has its own form of `invalid_grant`: `{errors: [{resource: "RefreshToken", code: "invalid"}]}`. */
function isDeadRefreshToken(body: Uint8Array): boolean {
  const errors = fieldOf(jsonOf(body), 'errors');
  return (
    Array.isArray(errors) &&
    errors.some((error: unknown) => {
      const resource = fieldOf(error, 'resource');
      const isOfGrant = resource === 'RefreshToken' || resource === 'AuthorizationCode';
      return isOfGrant && fieldOf(error, 'code') === 'invalid';
    })
  );
}

export async function identify(http: UserHttp, grant: TokenGrant): Promise<ProviderAccount> {
  if (grant.userId !== undefined) return { providerUserId: grant.userId };
  const athlete = Athlete.safeParse(await getJson({ http }, '/athlete'));
  if (!athlete.success) throw new ProviderFault('malformed', { reason: 'profile_unreadable' });
  return { providerUserId: athlete.data.id };
}

/** RFC 7009, with the client's own credentials. 400 and 404 say that there is nothing to revoke. */
export async function revoke(
  http: AppHttp,
  app: ProviderApp,
  tokens: TokenGrant,
  nowMs: EpochMs,
): Promise<void> {
  const basic = Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64');
  const response = await http.send({
    origin: 'web',
    path: '/oauth/revoke',
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    form: { token: tokens.accessToken, token_type_hint: 'access_token' },
  });
  if (response.status === 400 || response.status === 404) return;
  const fault = standardFault(response, nowMs);
  if (fault !== undefined) throw fault;
}
