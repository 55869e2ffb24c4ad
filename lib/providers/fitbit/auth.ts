import * as z from 'zod';
import { MINUTE_MS } from '../../core/instants.ts';
import type { AuthDefinition, TokenGrant } from '../definition.ts';
import type { AppHttp, UserHttp } from '../http.ts';
import { type ProviderAccount, ProviderFault } from '../model.ts';
import { parseTokenAnswer, scopesOf } from '../oauth2-tokens.ts';
import { Id, optional } from '../payload-fields.ts';
import { SCOPES } from './scopes.ts';

/**
 * Google's OAuth 2.0. `access_type=offline` is what brings a refresh token and `prompt=consent` what brings it
 * again; it is never renewed, so an answer without one keeps the stored one. People may grant a part of the
 * scopes, which the token's answer names.
 */
export const FITBIT_AUTH: AuthDefinition = {
  kind: 'oauth2',
  authorize: {
    origin: 'accounts',
    path: '/o/oauth2/v2/auth',
    parameters: { access_type: 'offline', prompt: 'consent' },
    scopeSeparator: ' ',
  },
  pkce: 'S256',
  token: { origin: 'oauth', path: '/token', clientAuthentication: 'body' },
  scopes: Object.values(SCOPES),
  parseTokens: (response, nowMs) => parseTokenAnswer(response, nowMs),
  grantedScopes: (callback, grant) => scopesOf(grant.scope ?? callback['scope']),
  refresh: 'stable',
  refreshAheadMs: 5 * MINUTE_MS,
};

const Identity = z.object({ healthUserId: Id, legacyUserId: optional(Id) });
const Settings = z.object({ timeZone: optional(z.string().max(64)) });

/** Fitbit's old user id comes along, so that people of the shut-down API are known again. */
export async function identifyFitbit(http: UserHttp, grant: TokenGrant): Promise<ProviderAccount> {
  const answer = await http.json({ origin: 'api', path: '/v4/users/me/identity' });
  const identity = Identity.safeParse(answer.payload);
  if (!identity.success) throw new ProviderFault('malformed', { reason: 'identity' });
  const { healthUserId, legacyUserId } = identity.data;
  const timeZone = await timeZoneOf(http);
  const grantedScopes = scopesOf(grant.scope);
  return {
    providerUserId: healthUserId,
    ...(legacyUserId === undefined ? {} : { otherUserIds: [legacyUserId] }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(grantedScopes === undefined ? {} : { grantedScopes }),
  };
}

/** Undefined when the person did not grant the settings, which is theirs to decide. */
async function timeZoneOf(http: UserHttp): Promise<string | undefined> {
  try {
    const { payload } = await http.json({ origin: 'api', path: '/v4/users/me/settings' });
    return Settings.safeParse(payload).data?.timeZone;
  } catch (error) {
    if (error instanceof ProviderFault && error.kind === 'forbidden') return undefined;
    throw error;
  }
}

/** Revoking a token ends the grant it came from. 400 says that the token is none any more. */
export async function revokeFitbit(
  { app }: { readonly user: UserHttp; readonly app: AppHttp },
  tokens: TokenGrant,
): Promise<void> {
  const token = tokens.refreshToken ?? tokens.accessToken;
  const { status } = await app.send({ origin: 'oauth', path: '/revoke', method: 'POST', form: { token } });
  if (status === 200 || status === 400) return;
  throw new ProviderFault(status >= 500 || status === 429 ? 'unavailable' : 'rejected', { status });
}
