import * as z from 'zod';
import { definedFields } from '../../core/defined-fields.ts';
import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import type { OAuth2Definition, ProviderApp, TokenGrant } from '../definition.ts';
import type { AppHttp, UserHttp } from '../http.ts';
import { type ProviderAccount, ProviderFault } from '../model.ts';
import { parseTokenAnswer, scopesOf } from '../oauth2-tokens.ts';
import { Id } from '../payload-fields.ts';
import { standardFault } from '../standard-faults.ts';

/**
 * Applications of the current portal ask with the prefix, those of the old one without: stripped when compared
 * (providers.md 6).
 */
const PREFIX = 'extapi:';
const bare = (scopes: readonly string[] | undefined): readonly string[] | undefined =>
  scopes?.map((scope) => (scope.startsWith(PREFIX) ? scope.slice(PREFIX.length) : scope));

/** OAuth 2.0 without PKCE. Refresh tokens are single-use; a spent one is answered with `invalid_request` too. */
export const auth: OAuth2Definition = {
  kind: 'oauth2',
  authorize: { origin: 'accounts', path: '/oauth/v2/ext/oauth-authorize', scopeSeparator: ' ' },
  pkce: 'none',
  token: { origin: 'accounts', path: '/oauth/v2/ext/oauth-token', clientAuthentication: 'body' },
  scopes: ['personal', 'daily', 'heartrate', 'workout', 'spo2', 'heart_health'].map(
    (scope) => `${PREFIX}${scope}`,
  ),
  parseTokens: (response, nowMs) =>
    parseTokenAnswer(response, nowMs, { deadGrantErrors: ['invalid_request'] }),
  grantedScopes: (callback, grant) => bare(scopesOf(grant.scope ?? callback['scope'])),
  refresh: 'single-use',
  refreshAheadMs: 10 * MINUTE_MS,
};

const Profile = z.object({ id: Id });

export async function identify(http: UserHttp, grant: TokenGrant): Promise<ProviderAccount> {
  const { payload } = await http.json({ origin: 'api', path: '/v2/usercollection/personal_info' });
  const profile = Profile.safeParse(payload);
  if (!profile.success) throw new ProviderFault('malformed', { reason: 'profile_unreadable' });
  return {
    providerUserId: profile.data.id,
    ...definedFields({ grantedScopes: bare(scopesOf(grant.scope)) }),
  };
}

/** RFC 7009: a token that is not known any more is answered as a success; 400 and 404 say the same. */
export async function revoke(
  http: AppHttp,
  app: ProviderApp,
  tokens: TokenGrant,
  nowMs: EpochMs,
): Promise<void> {
  const response = await http.send({
    origin: 'accounts',
    path: '/oauth/v2/ext/oauth-revoke',
    method: 'POST',
    form: {
      token: tokens.refreshToken ?? tokens.accessToken,
      client_id: app.clientId,
      client_secret: app.clientSecret,
    },
  });
  if (response.status === 400 || response.status === 404) return;
  const fault = standardFault(response, nowMs);
  if (fault !== undefined) throw fault;
}
