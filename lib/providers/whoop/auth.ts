import * as z from 'zod';
import { definedFields } from '../../core/defined-fields.ts';
import { MINUTE_MS } from '../../core/instants.ts';
import type { OAuth2Definition, TokenGrant } from '../definition.ts';
import type { UserHttp } from '../http.ts';
import { type ProviderAccount, ProviderFault } from '../model.ts';
import { parseTokenAnswer, scopesOf } from '../oauth2-tokens.ts';
import { Id } from '../payload-fields.ts';

/**
 * OAuth 2.0 without PKCE; `state` of at least 8 characters. Access tokens live an hour. A refresh kills both
 * tokens of before at once; asked for with a dead one, `invalid_request` is an answer too (providers.md 12.1).
 * Without the scope `offline` there is no refresh token.
 */
export const auth: OAuth2Definition = {
  kind: 'oauth2',
  authorize: { origin: 'api', path: '/oauth/oauth2/auth', scopeSeparator: ' ' },
  pkce: 'none',
  token: {
    origin: 'api',
    path: '/oauth/oauth2/token',
    clientAuthentication: 'body',
    refreshParameters: { scope: 'offline' },
  },
  scopes: [
    'read:recovery',
    'read:cycles',
    'read:sleep',
    'read:workout',
    'read:profile',
    'read:body_measurement',
    'offline',
  ],
  parseTokens: (response, nowMs) =>
    parseTokenAnswer(response, nowMs, { deadGrantErrors: ['invalid_request'] }),
  grantedScopes: (_callback, grant) => scopesOf(grant.scope),
  refresh: 'single-use',
  refreshAheadMs: 5 * MINUTE_MS,
};

const Profile = z.object({ user_id: Id });

export async function identify(http: UserHttp, grant: TokenGrant): Promise<ProviderAccount> {
  const { payload } = await http.json({ origin: 'api', path: '/developer/v2/user/profile/basic' });
  const profile = Profile.safeParse(payload);
  if (!profile.success) throw new ProviderFault('malformed', { reason: 'profile_unreadable' });
  return {
    providerUserId: profile.data.user_id,
    ...definedFields({ grantedScopes: scopesOf(grant.scope) }),
  };
}

/** Ends the grant and the notifications of this person. 401 says that it was gone already. */
export async function revoke(http: UserHttp): Promise<void> {
  try {
    await http.send({ origin: 'api', path: '/developer/v2/user/access', method: 'DELETE' });
  } catch (error) {
    const isGone =
      error instanceof ProviderFault && (error.kind === 'unauthorized' || error.kind === 'not_found');
    if (!isGone) throw error;
  }
}
