import { createHmac } from 'node:crypto';
import type { Cloud, CloudErrors, CloudKit, CloudMaker, PushRules } from '../frame/cloud.ts';
import type { LimitRules } from '../frame/limits.ts';
import { type OAuthRules, rfcError } from '../oauth/rules.ts';
import { createActs } from './acts.ts';
import { cyclesOf } from './model.ts';
import { createRoutes } from './routes.ts';
import { truthOf } from './truth.ts';

const ACCESS_SEC = 3600;
const MINUTE_SEC = 60;
const DAY_SEC = 86_400;

const OAUTH: OAuthRules = {
  authorize: { origin: 'api', path: '/oauth/oauth2/auth' },
  token: [{ origin: 'api', path: '/oauth/oauth2/token' }],
  clientAuth: 'body',
  pkce: 'none',
  scopes: [
    'read:recovery',
    'read:cycles',
    'read:sleep',
    'read:workout',
    'read:profile',
    'read:body_measurement',
    'offline',
  ],
  scopeSeparator: ' ',
  scopeRequired: true,
  subsets: false,
  minStateLength: 8,
  codeSec: 600,
  accessSec: ACCESS_SEC,
  rotation: 'single_use',
  refreshKillsAccess: true,
  refreshIf: (_, scopes) => scopes.includes('offline'),
  callbackExtras: (scopes) => ({ scope: scopes.join(' ') }),
  tokenAnswer: ({ accessToken, refreshToken, grant, accessExpiresMs }, nowMs) => ({
    status: 200,
    headers: { 'cache-control': 'no-store' },
    json: {
      access_token: accessToken,
      expires_in: Math.round((accessExpiresMs - nowMs) / 1000),
      scope: grant.scopes.join(' '),
      token_type: 'bearer',
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    },
  }),
  errorAnswer: rfcError,
};

const ERRORS: CloudErrors = {
  unauthorized: () => ({ status: 401, json: { error: 'Authorization was not valid' } }),
  unauthorizedApp: () => ({ status: 401, json: { error: 'Authorization was not valid' } }),
  forbidden: () => ({ status: 403, json: { error: 'Forbidden' } }),
  rateLimited: () => ({ status: 429, json: { error: 'Too Many Requests' } }),
  serverError: () => ({ status: 500, json: { error: 'Internal Server Error' } }),
  notFound: () => ({ status: 404, json: { error: 'Not Found' } }),
};

/** `X-RateLimit-Remaining` and `-Reset` speak of the window that is nearest to its end. */
const LIMITS: LimitRules = {
  windows: [
    { name: 'minute', limit: 10_000, documented: 100, windowSec: MINUTE_SEC, per: 'app', aligned: true },
    { name: 'day', limit: 1_000_000, documented: 10_000, windowSec: DAY_SEC, per: 'app', aligned: true },
  ],
  headers(usage) {
    const [minute, day] = usage;
    if (minute === undefined || day === undefined) return {};
    const near = day.limit - day.used < minute.limit - minute.used ? day : minute;
    return {
      'x-ratelimit-limit': `${near.limit}, ${minute.limit};window=${MINUTE_SEC}, ${day.limit};window=${DAY_SEC}`,
      'x-ratelimit-remaining': String(Math.max(0, near.limit - near.used)),
      'x-ratelimit-reset': String(near.resetSec),
    };
  },
};

/** Base64 of the timestamp in milliseconds and the body, nothing between them. */
const pushRules = (kit: CloudKit): PushRules => ({
  handshake: async () => undefined,
  headers: () => ({}),
  sign: (body, nowMs) => ({
    'x-whoop-signature-timestamp': String(nowMs),
    'x-whoop-signature': createHmac('sha256', kit.clientSecret)
      .update(String(nowMs))
      .update(body)
      .digest('base64'),
  }),
  accepted: (status) => status >= 200 && status < 300,
  retrySec: [30, 120, 600, 2400],
  timeoutMs: 10_000,
});

export const WHOOP: CloudMaker = {
  name: 'whoop',
  create(kit): Cloud {
    const acts = createActs(kit);
    return {
      name: 'whoop',
      title: 'WHOOP',
      origins: ['api'],
      oauth: OAUTH,
      routes: createRoutes(kit, acts),
      errors: ERRORS,
      limits: LIMITS,
      push: pushRules(kit),
      settings: () => ({}),
      verifyApp: () => false,
      act: acts.act,
      truth(person, from, to) {
        const history = kit.history(person);
        return truthOf(history, cyclesOf(history, acts.gone(person.name)), from, to);
      },
    };
  },
};
