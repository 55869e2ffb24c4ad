import * as z from 'zod';
import { definedFields } from '../../core/defined-fields.ts';
import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import { fail, type Result } from '../../core/result.ts';
import { isTimeZone } from '../../core/zones.ts';
import { composedPage } from '../composed-page.ts';
import type { OAuth2Definition, TokenGrant, TokenRefusal } from '../definition.ts';
import type { ProviderResponse, UserHttp } from '../http.ts';
import { fieldOf, jsonOf } from '../json-body.ts';
import { type ProviderAccount, ProviderFault } from '../model.ts';
import { parseTokenAnswer, scopesOf } from '../oauth2-tokens.ts';
import { Id } from '../payload-fields.ts';
import { faultKindOf, statusOf } from './envelope.ts';

const TOKEN = { origin: 'api', path: '/v2/oauth2' } as const;
/** What the token endpoint adds to RFC 6749. */
const ACTION = { action: 'requesttoken' } as const;

/**
 * OAuth 2.0 in an envelope of Withings' own. Access tokens live three hours, refresh tokens a year; each
 * refresh brings a new one, and the old one survives some hours at most.
 */
export const auth: OAuth2Definition = {
  kind: 'oauth2',
  authorize: { origin: 'account', path: '/oauth2_user/authorize2', scopeSeparator: ',' },
  pkce: 'none',
  token: { ...TOKEN, clientAuthentication: 'body', exchangeParameters: ACTION, refreshParameters: ACTION },
  scopes: ['user.info', 'user.metrics', 'user.activity', 'user.sleepevents'],
  parseTokens,
  grantedScopes: (_callback, grant) => scopesOf(grant.scope),
  refresh: 'rotating',
  refreshAheadMs: 15 * MINUTE_MS,
};

/** Words of an error that speaks of the code (which lives 30 s) or the refresh token, and of our application. */
const OF_GRANT = /invalid_grant|refresh[_ ]?token|\bcode\b/i;
const OF_CLIENT = /client|signature/i;
const MAX_ERROR_CHARS = 300;

function parseTokens(response: ProviderResponse, nowMs: EpochMs): Result<TokenGrant, TokenRefusal> {
  const answer = jsonOf(response.body);
  const status = statusOf(response.body);
  if (response.status !== 200 || status === undefined) return parseTokenAnswer(response, nowMs);
  if (status !== 0) return fail(refusalOf(status, fieldOf(answer, 'error')));
  const inner = { ...response, body: composedPage(fieldOf(answer, 'body') ?? null).body };
  return parseTokenAnswer(inner, nowMs, { userIdOf });
}

/** A failed authentication is the grant's unless it speaks of the application; wrong parameters are ours. */
function refusalOf(status: number, error: unknown): TokenRefusal {
  const kind = faultKindOf(status);
  if (kind === 'unavailable' || kind === 'rate_limited') return 'unavailable';
  const words = typeof error === 'string' ? error.slice(0, MAX_ERROR_CHARS) : '';
  if (OF_CLIENT.test(words)) return 'rejected';
  return kind === 'unauthorized' || OF_GRANT.test(words) ? 'invalid_grant' : 'rejected';
}

function userIdOf(answer: unknown): string | undefined {
  const parsed = Id.safeParse(fieldOf(answer, 'userid'));
  return parsed.success ? parsed.data : undefined;
}

const Devices = z.object({
  body: z.object({ devices: z.array(z.object({ timezone: z.string().max(64).optional() })).max(100) }),
});

/** The id came with the token. The zone is that of a device; who has none, or did not allow it, has no zone. */
export async function identify(http: UserHttp, grant: TokenGrant): Promise<ProviderAccount> {
  if (grant.userId === undefined) throw new ProviderFault('malformed', { reason: 'no_user_id' });
  return {
    providerUserId: grant.userId,
    ...definedFields({ timeZone: await findZone(http), grantedScopes: scopesOf(grant.scope) }),
  };
}

async function findZone(http: UserHttp): Promise<string | undefined> {
  try {
    const { payload } = await http.json({
      origin: 'api',
      path: '/v2/user',
      method: 'POST',
      form: { action: 'getdevice' },
    });
    const zones = Devices.safeParse(payload).data?.body.devices.map(({ timezone }) => timezone);
    return zones?.find((zone) => zone !== undefined && isTimeZone(zone));
  } catch (error) {
    if (error instanceof ProviderFault && error.kind === 'forbidden') return undefined;
    throw error;
  }
}
