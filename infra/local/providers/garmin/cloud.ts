import type { Answer, UserCall } from '../frame/call.ts';
import type { Cloud, CloudErrors, CloudKit, CloudMaker, PushRules, Route } from '../frame/cloud.ts';
import type { OAuthRules } from '../oauth/rules.ts';
import { rfcError } from '../oauth/rules.ts';
import { idHex } from '../people/dice.ts';
import type { Person } from '../people/people.ts';
import { createActions } from './actions.ts';
import { createBackfill } from './backfill.ts';
import type { Account } from './model.ts';
import { SUMMARY_TYPES } from './summaries.ts';
import { truthOf } from './truth.ts';
import { callbackPath, createUploads, type Uploads } from './uploads.ts';

const ALL_PERMISSIONS = [
  'ACTIVITY_EXPORT',
  'HEALTH_EXPORT',
  'HISTORICAL_DATA_EXPORT',
  'WORKOUT_IMPORT',
  'COURSE_IMPORT',
];
const fail = (status: number, errorMessage: string): Answer => ({ status, json: { errorMessage } });

const errors: CloudErrors = {
  unauthorized: (reason) => fail(401, `access token is ${reason}`),
  unauthorizedApp: () => fail(401, 'unknown application'),
  forbidden: () => fail(403, 'permission denied'),
  rateLimited: () => fail(429, 'too many requests'),
  serverError: () => fail(503, 'service unavailable'),
  notFound: () => fail(404, 'not found'),
};

/** PKCE is required, scopes are not used; the person ticks permissions, and historical data is one of them. */
const oauth: OAuthRules = {
  authorize: { origin: 'connect', path: '/oauth2Confirm' },
  token: [
    { origin: 'auth', path: '/di-oauth2-service/oauth/token' },
    { origin: 'api', path: '/di-oauth2-service/oauth/token' },
  ],
  clientAuth: 'body',
  pkce: 'required',
  scopes: ['PARTNER_WRITE', 'PARTNER_READ', 'CONNECT_READ', 'CONNECT_WRITE'],
  scopeSeparator: ' ',
  scopeRequired: false,
  subsets: false,
  minStateLength: 0,
  codeSec: 600,
  accessSec: 86_400,
  refreshSec: 7_775_998,
  rotation: 'single_use',
  refreshKillsAccess: false,
  refreshIf: () => true,
  callbackExtras: () => ({}),
  consentOptions: ALL_PERMISSIONS.map((value) => ({ value, label: value, checked: true })),
  tokenAnswer: ({ grant, accessToken, accessExpiresMs, refreshToken }, nowMs) => ({
    status: 200,
    json: {
      access_token: accessToken,
      token_type: 'bearer',
      refresh_token: refreshToken,
      expires_in: Math.floor((accessExpiresMs - nowMs) / 1000),
      scope: grant.scopes.join(' '),
      refresh_token_expires_in: 7_775_998,
    },
  }),
  errorAnswer: rfcError,
};

const MINUTE = 60;

/** Nothing is signed: a key in the address, 200 and nothing else counts, and a week of patience. */
const pushRules = (kit: CloudKit, inboundKey: string): PushRules => ({
  addressKey: () => inboundKey,
  handshake: async () => undefined,
  headers: () => ({ 'garmin-client-id': kit.clientId, 'user-agent': 'Garmin Health API' }),
  sign: () => ({}),
  accepted: (status) => status === 200,
  retrySec: [MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE],
  keepSec: 7 * 86_400,
  timeoutMs: 30_000,
});

function createGarmin(kit: CloudKit): Cloud {
  const inboundKey = kit.keep('inboundKey', kit.random.token());
  const permissions = kit.keep(
    'permissions',
    new Map<string, readonly string[]>(kit.people.map(({ name }) => [name, ALL_PERMISSIONS])),
  );
  const account = (person: Person): Account => ({
    userId: idHex(16, 'garmin', person.name),
    history: kit.history(person),
  });
  const permissionsOf = ({ name }: Person): readonly string[] => permissions.get(name) ?? [];
  const uploads = createUploads({ kit, account, permissions: permissionsOf });
  return {
    name: 'garmin',
    title: 'Garmin Connect',
    origins: ['connect', 'auth', 'api'],
    oauth,
    errors,
    routes: routesOf({ kit, account, permissionsOf, uploads }),
    limits: {
      windows: [
        {
          name: 'backfillPerMinute',
          limit: 3000,
          documented: 100,
          windowSec: 60,
          per: 'app',
          aligned: false,
          appliesTo: ({ path }) => path.includes('/backfill/'),
        },
      ],
      headers: () => ({}),
    },
    push: pushRules(kit, inboundKey),
    settings: () => ({ inboundKey }),
    verifyApp: () => false,
    approved: (person, granted) => void permissions.set(person.name, granted),
    act: createActions({ kit, uploads, account, permissions }),
    truth: (person, from, to) => truthOf(account(person), from, to),
    control(name, body) {
      if (name !== 'mode' || (body['mode'] !== 'ping' && body['mode'] !== 'push')) return undefined;
      uploads.setMode(body['mode']);
      return { mode: body['mode'] };
    },
  };
}

interface RouteOptions {
  readonly kit: CloudKit;
  readonly account: (person: Person) => Account;
  readonly permissionsOf: (person: Person) => readonly string[];
  readonly uploads: Uploads;
}

function routesOf({ kit, account, permissionsOf, uploads }: RouteOptions): readonly Route[] {
  const backfill = createBackfill({
    accountOf: ({ grant }) => account(grant.person),
    permissions: ({ grant }) => permissionsOf(grant.person),
    uploads,
    seen: kit.keep('backfills', new Set<string>()),
  });
  const get = (path: string, handle: (call: UserCall) => Answer): Route => ({
    method: 'GET',
    origin: 'api',
    path,
    access: 'user',
    handle,
  });
  const userId = ({ grant }: UserCall): Answer => ({
    status: 200,
    json: { userId: account(grant.person).userId },
  });
  return [
    get('/wellness-api/rest/user/id', userId),
    get('/partner-gateway/rest/user/id', userId),
    get('/wellness-api/rest/user/permissions', ({ grant }) => ({
      status: 200,
      json: { permissions: permissionsOf(grant.person) },
    })),
    {
      method: 'DELETE',
      origin: 'api',
      path: '/wellness-api/rest/user/registration',
      access: 'user',
      handle: ({ grant }) => {
        kit.endGrant(grant.person);
        return { status: 204 };
      },
    },
    get('/wellness-api/rest/backfill/{type}', backfill),
    ...SUMMARY_TYPES.map((type) => get(callbackPath(type), (call) => collect(uploads, account, call))),
  ];
}

/** Summaries are had by an address from a notification and in no other way. */
function collect(
  uploads: Uploads,
  account: RouteOptions['account'],
  { query, grant, path }: UserCall,
): Answer {
  const found = uploads.collect(query.get('token') ?? '');
  if (found === undefined || path !== callbackPath(found.upload.type))
    return fail(400, 'InvalidPullTokenException failure');
  if (found.upload.account.userId !== account(grant.person).userId)
    return fail(403, 'the token is of another user');
  return { status: 200, json: found.summaries };
}

export const GARMIN: CloudMaker = { name: 'garmin', tellsMinutes: true, create: createGarmin };
