import * as z from 'zod';
import { MINUTE_MS } from '../../core/instants.ts';
import type { AuthDefinition, TokenGrant } from '../definition.ts';
import type { AppHttp, UserHttp } from '../http.ts';
import { type ProviderAccount, ProviderFault } from '../model.ts';
import { parseTokenAnswer } from '../oauth2-tokens.ts';
import { Id } from '../payload-fields.ts';

/**
 * OAuth 2.0 with PKCE, which Garmin requires. Scopes are not asked for: what may be read is a list of
 * permissions that the person toggles at Garmin, read by `identifyGarmin` and changed by notifications.
 */
export const GARMIN_AUTH: AuthDefinition = {
  kind: 'oauth2',
  authorize: { origin: 'connect', path: '/oauth2Confirm', scopeSeparator: ' ' },
  pkce: 'S256',
  token: { origin: 'auth', path: '/di-oauth2-service/oauth/token', clientAuthentication: 'body' },
  scopes: [],
  parseTokens: (response, nowMs) => parseTokenAnswer(response, nowMs),
  grantedScopes: () => undefined,
  refresh: 'rotating',
  // Garmin asks for at least ten minutes.
  refreshAheadMs: 15 * MINUTE_MS,
};

const UserId = z.object({ userId: Id });
const Permission = z.string().min(1).max(64);
const Permissions = z.union([
  z.array(Permission).max(50),
  z.object({ permissions: z.array(Permission).max(50) }).transform(({ permissions }) => permissions),
]);

/** The user id is the join key of every notification, and stays the same when the person connects again. */
export async function identifyGarmin(http: UserHttp, _grant: TokenGrant): Promise<ProviderAccount> {
  const identity = await http.json({ origin: 'api', path: '/wellness-api/rest/user/id' });
  const permissions = await http.json({ origin: 'api', path: '/wellness-api/rest/user/permissions' });
  const userId = UserId.safeParse(identity.payload);
  const granted = Permissions.safeParse(permissions.payload);
  if (!userId.success || !granted.success) throw new ProviderFault('malformed', { reason: 'identity' });
  return { providerUserId: userId.data.userId, grantedScopes: granted.data };
}

/** Ends the registration, which Garmin's program requires when a person disconnects. */
export async function revokeGarmin({
  user,
}: {
  readonly user: UserHttp;
  readonly app: AppHttp;
}): Promise<void> {
  try {
    await user.send({ origin: 'api', path: '/wellness-api/rest/user/registration', method: 'DELETE' });
  } catch (error) {
    const isGone =
      error instanceof ProviderFault && (error.kind === 'unauthorized' || error.kind === 'not_found');
    if (!isGone) throw error;
  }
}
