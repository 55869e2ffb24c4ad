import { MINUTE_MS } from '../../core/instants.ts';
import type { OAuth2Definition, TokenGrant } from '../definition.ts';
import type { UserHttp } from '../http.ts';
import { fieldOf } from '../json-body.ts';
import { type ProviderAccount, ProviderFault } from '../model.ts';
import { parseTokenAnswer } from '../oauth2-tokens.ts';
import { Id } from '../payload-fields.ts';

/** OAuth 2.0 with Basic. There is no refresh token: the access token lives until the person removes us. */
export const auth: OAuth2Definition = {
  kind: 'oauth2',
  authorize: { origin: 'flow', path: '/oauth2/authorization', scopeSeparator: ' ' },
  pkce: 'none',
  token: { origin: 'remote', path: '/v2/oauth2/token', clientAuthentication: 'basic' },
  scopes: ['accesslink.read_all'],
  parseTokens: (response, nowMs) =>
    parseTokenAnswer(response, nowMs, { userIdOf: (answer) => idOf(fieldOf(answer, 'x_user_id')) }),
  grantedScopes: () => undefined,
  refresh: 'none',
  refreshAheadMs: MINUTE_MS,
};

const idOf = (value: unknown): string | undefined => {
  const parsed = Id.safeParse(value);
  return parsed.success ? parsed.data : undefined;
};

const CONFLICT = 409;

/**
 * Registers the person, without which no data is given out: a repeat is answered 409, which is as good. Only
 * what is uploaded afterwards can be had. 403 says that the person has not taken Polar's terms.
 */
export async function identify(http: UserHttp, grant: TokenGrant): Promise<ProviderAccount> {
  const { userId } = grant;
  if (userId === undefined) throw new ProviderFault('malformed', { reason: 'no_user_id' });
  await register(http, userId);
  return { providerUserId: userId };
}

/** `member-id` is ours and unique: one registration for each of Polar's people. */
async function register(http: UserHttp, userId: string): Promise<void> {
  try {
    await http.send({
      origin: 'api',
      path: '/v3/users',
      method: 'POST',
      json: { 'member-id': `headwater-${userId}` },
    });
  } catch (error) {
    if (!(error instanceof ProviderFault && error.status === CONFLICT)) throw error;
  }
}

/** Removes the registration and with it the token. One that is gone is a success. */
export async function revoke(http: UserHttp, { userId }: TokenGrant): Promise<void> {
  if (userId === undefined) return;
  try {
    await http.send({ origin: 'api', path: `/v3/users/${encodeURIComponent(userId)}`, method: 'DELETE' });
  } catch (error) {
    const isGone =
      error instanceof ProviderFault && (error.kind === 'unauthorized' || error.kind === 'not_found');
    if (!isGone) throw error;
  }
}
