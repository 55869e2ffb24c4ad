import { createHmac } from 'node:crypto';
import type { Answer, Call } from '../frame/call.ts';
import type { CloudKit, Route } from '../frame/cloud.ts';
import type { OAuthError, OAuthRules } from '../oauth/rules.ts';
import { sameText } from '../oauth/token.ts';
import { done, failed, STATUS } from './envelope.ts';
import { userIdOf } from './model.ts';

const ACCESS_SEC = 10_800;
const YEAR_SEC = 365 * 86_400;
const OLD_REFRESH_SEC = 8 * 3600;
/** A code is good for this long and no longer. */
const CODE_SEC = 30;
const NONCE_LIFE_MS = 30 * 60_000;

const STATUS_OF: Readonly<Record<OAuthError, number>> = {
  invalid_client: STATUS.unauthorizedClient,
  invalid_grant: STATUS.invalidToken,
  invalid_request: STATUS.invalidParams,
  invalid_scope: STATUS.invalidParams,
  unsupported_grant_type: STATUS.invalidParams,
};

export interface WithingsOAuth {
  readonly rules: OAuthRules;
  /** Where a nonce for the signed mode comes from. */
  readonly route: Route;
}

export function createOAuth(kit: CloudKit): WithingsOAuth {
  const nonces = new Map<string, number>();
  const isClient = (call: Call): boolean => clientProven(kit, nonces, call);
  return {
    rules: {
      authorize: { origin: 'account', path: '/oauth2_user/authorize2' },
      token: [{ origin: 'api', path: '/v2/oauth2' }],
      clientAuth: 'body',
      pkce: 'none',
      scopes: ['user.info', 'user.metrics', 'user.activity', 'user.sleepevents'],
      scopeSeparator: ',',
      scopeRequired: true,
      subsets: false,
      minStateLength: 1,
      codeSec: CODE_SEC,
      accessSec: ACCESS_SEC,
      refreshSec: YEAR_SEC,
      rotation: 'keep_old',
      keepOldSec: OLD_REFRESH_SEC,
      refreshKillsAccess: false,
      refreshIf: () => true,
      callbackExtras: () => ({}),
      beforeToken(call) {
        const action = call.form().get('action');
        if (action === 'requesttoken') return undefined;
        if (action !== 'revoke') return failed(STATUS.unknownAction, 'Unknown action');
        return isClient(call)
          ? revoke(kit, call.form().get('userid'))
          : failed(STATUS.unauthorizedClient, 'Invalid client');
      },
      verifyClient: isClient,
      tokenAnswer: ({ accessToken, refreshToken, accessExpiresMs, grant }, nowMs) =>
        done({
          userid: String(userIdOf(grant.person)),
          access_token: accessToken,
          refresh_token: refreshToken,
          expires_in: Math.round((accessExpiresMs - nowMs) / 1000),
          scope: grant.scopes.join(','),
          csrf_token: kit.random.hex(20),
          token_type: 'Bearer',
        }),
      // Which of the two it was, the description says.
      errorAnswer: (error, description) =>
        failed(
          STATUS_OF[error],
          error === 'invalid_grant' ? `Invalid code or refresh_token: ${description}` : description,
        ),
    },
    route: {
      method: 'POST',
      origin: 'api',
      path: '/v2/signature',
      access: 'public',
      handle: (call) => nonceAnswer(kit, nonces, call),
    },
  };
}

/** The access of one person, taken back by the application. */
function revoke(kit: CloudKit, userId: string | null): Answer {
  const person = kit.people.find((one) => String(userIdOf(one)) === userId);
  if (person === undefined) return failed(STATUS.invalidParams, 'Invalid userid');
  kit.endGrant(person);
  return done({});
}

/** Hexadecimal HMAC of the values, in the order of their names, with commas between. */
const signatureOf = (kit: CloudKit, values: readonly (string | null)[]): string =>
  createHmac('sha256', kit.clientSecret).update(values.join(',')).digest('hex');

function nonceAnswer(kit: CloudKit, nonces: Map<string, number>, call: Call): Answer {
  const form = call.form();
  if (form.get('action') !== 'getnonce') return failed(STATUS.unknownAction, 'Unknown action');
  const signed = signatureOf(kit, ['getnonce', form.get('client_id'), form.get('timestamp')]);
  if (form.get('client_id') !== kit.clientId || !sameText(form.get('signature') ?? '', signed)) {
    return failed(STATUS.unauthorizedClient, 'Invalid signature');
  }
  const nonce = kit.random.hex(16);
  nonces.set(nonce, kit.now() + NONCE_LIFE_MS);
  return done({ nonce });
}

/** The secret itself, or a signature over the action, the client and a nonce, which is good for once. */
function clientProven(kit: CloudKit, nonces: Map<string, number>, call: Call): boolean {
  const form = call.form();
  if (form.get('client_id') !== kit.clientId) return false;
  const signature = form.get('signature');
  if (signature === null) return sameText(form.get('client_secret') ?? '', kit.clientSecret);
  const nonce = form.get('nonce') ?? '';
  const isFresh = (nonces.get(nonce) ?? 0) > kit.now();
  nonces.delete(nonce);
  return isFresh && sameText(signature, signatureOf(kit, [form.get('action'), kit.clientId, nonce]));
}
