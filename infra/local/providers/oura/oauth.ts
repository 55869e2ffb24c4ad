import type { CloudKit } from '../frame/cloud.ts';
import { type Issued, type OAuthRules, rfcError } from '../oauth/rules.ts';

const ACCESS_SEC = 86_400;

const SCOPES = [
  'email',
  'personal',
  'daily',
  'heartrate',
  'workout',
  'tag',
  'session',
  'spo2',
  'ring_configuration',
  'stress',
  'heart_health',
] as const;

/** Ours is an application of the newer portal: its tokens come from moi, its scopes have the prefix. */
export function oauthRules(kit: CloudKit): OAuthRules {
  let isOldAddress = false;
  return {
    authorize: { origin: 'accounts', path: '/oauth/v2/ext/oauth-authorize' },
    token: [
      { origin: 'accounts', path: '/oauth/v2/ext/oauth-token' },
      { origin: 'api', path: '/oauth/token' },
    ],
    clientAuth: 'either',
    pkce: 'none',
    scopes: SCOPES.map((scope) => `extapi:${scope}`),
    scopeSeparator: ' ',
    scopeRequired: true,
    subsets: true,
    minStateLength: 0,
    codeSec: 600,
    accessSec: ACCESS_SEC,
    rotation: 'single_use',
    refreshKillsAccess: false,
    refreshIf: () => true,
    callbackExtras: () => ({ iss: `${kit.originUrl('accounts')}/oauth/v2/ext/oauth-anonymous` }),
    beforeToken(call) {
      isOldAddress = call.origin === 'api';
      return undefined;
    },
    tokenAnswer(issued, nowMs) {
      if (!isOldAddress) return tokens(issued, nowMs);
      // The old address is for applications of the old portal. Asked there, a code is gone all the same.
      kit.endGrant(issued.grant.person);
      return rfcError('invalid_request', 'the application is unknown here');
    },
    errorAnswer: rfcError,
  };
}

const tokens = ({ accessToken, refreshToken, accessExpiresMs, grant }: Issued, nowMs: number) => ({
  status: 200,
  json: {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: Math.round((accessExpiresMs - nowMs) / 1000),
    scope: grant.scopes.join(' '),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  },
});
