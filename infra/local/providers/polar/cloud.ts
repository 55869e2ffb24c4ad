import type { Cloud, CloudErrors, CloudKit, CloudMaker } from '../frame/cloud.ts';
import type { LimitRules, WindowUsage } from '../frame/limits.ts';
import { type OAuthRules, rfcError } from '../oauth/rules.ts';
import { basicCredentials, sameText } from '../oauth/token.ts';
import { createAct } from './acts.ts';
import { userIdOf } from './model.ts';
import { createRegistrations, problem } from './registrations.ts';
import { createRoutes } from './routes.ts';
import { truthOf } from './truth.ts';
import { createWebhooks } from './webhooks.ts';

const YEAR_SEC = 365 * 86_400;
const CODE_SEC = 600;
const QUARTER_SEC = 900;
const DAY_SEC = 86_400;
/** The documented limits grow with the registered persons: this is how many there can be. */
const USERS_COUNT = 5;

const OAUTH: OAuthRules = {
  authorize: { origin: 'flow', path: '/oauth2/authorization' },
  token: [{ origin: 'remote', path: '/v2/oauth2/token' }],
  clientAuth: 'basic',
  pkce: 'none',
  scopes: ['accesslink.read_all'],
  scopeSeparator: ' ',
  scopeRequired: true,
  subsets: false,
  minStateLength: 0,
  codeSec: CODE_SEC,
  accessSec: YEAR_SEC,
  rotation: 'none',
  refreshKillsAccess: false,
  refreshIf: () => false,
  callbackExtras: () => ({}),
  tokenAnswer: ({ accessToken, accessExpiresMs, grant }, nowMs) => ({
    status: 200,
    json: {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: Math.round((accessExpiresMs - nowMs) / 1000),
      x_user_id: userIdOf(grant.person),
    },
  }),
  errorAnswer: rfcError,
};

const ERRORS: CloudErrors = {
  unauthorized: () => problem(401, 'Unauthorized.'),
  unauthorizedApp: () => problem(401, 'Unauthorized.'),
  forbidden: () => problem(403, 'The user has not given the necessary consents.'),
  rateLimited: () => problem(429, 'Too many requests.'),
  serverError: () => problem(500, 'Internal server error.'),
  notFound: () => problem(404, 'Not found.'),
};

const LIMITS: LimitRules = {
  windows: [
    {
      name: 'quarter',
      limit: 10_000,
      documented: 500 + 20 * USERS_COUNT,
      windowSec: QUARTER_SEC,
      per: 'app',
      aligned: true,
    },
    {
      name: 'day',
      limit: 1_000_000,
      documented: 5000 + 100 * USERS_COUNT,
      windowSec: DAY_SEC,
      per: 'app',
      aligned: true,
    },
  ],
  headers(usage) {
    const both = (value: (one: WindowUsage) => number): string => usage.map(value).join(', ');
    return {
      'ratelimit-usage': both(({ used }) => used),
      'ratelimit-limit': both(({ limit }) => limit),
      'ratelimit-reset': both(({ resetSec }) => resetSec),
    };
  },
};

export const POLAR: CloudMaker = {
  name: 'polar',
  create(kit: CloudKit): Cloud {
    const registrations = createRegistrations(kit);
    const webhooks = createWebhooks(kit);
    return {
      name: 'polar',
      title: 'Polar AccessLink',
      origins: ['flow', 'remote', 'api'],
      oauth: OAUTH,
      // Exact paths first: `/v3/users/{id}` would fit many of them.
      routes: [...createRoutes(kit, registrations), ...webhooks.routes, ...registrations.routes],
      errors: ERRORS,
      limits: LIMITS,
      push: webhooks.push,
      settings: () => ({ signatureSecretKey: webhooks.secret() }),
      verifyApp({ headers }) {
        const given = basicCredentials(headers['authorization']);
        return given?.id === kit.clientId && sameText(given.secret, kit.clientSecret);
      },
      act: createAct({ kit, registrations, webhooks }),
      truth: (person, from, to) => truthOf(kit.history(person), kit.now(), from, to),
    };
  },
};
