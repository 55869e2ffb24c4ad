import type { Answer, UserCall } from '../frame/call.ts';
import type { Cloud, CloudKit, CloudMaker, Route } from '../frame/cloud.ts';
import { type OAuthRules, rfcError } from '../oauth/rules.ts';
import { idBig, idHex } from '../people/dice.ts';
import type { Person } from '../people/people.ts';
import { createActions } from './actions.ts';
import { DAILY_TYPES } from './daily-types.ts';
import { EMPTY_TYPES } from './empty-types.ts';
import { errors, googleError } from './errors.ts';
import { createKeyset, type Keyset } from './keys.ts';
import { calendar, listPoints, told } from './list.ts';
import { MINUTE_TYPES } from './minute-types.ts';
import type { Account, DataType, Operation } from './model.ts';
import { pushRules } from './notifications.ts';
import { createProject, type Subscribers } from './project.ts';
import { dailyRollUp, rollUp } from './rollup.ts';
import { SESSION_TYPES } from './session-types.ts';
import { offsetShape } from './shapes.ts';
import { truthOf } from './truth.ts';

const PREFIX = 'https://www.googleapis.com/auth/googlehealth.';
const READABLE = [
  'activity_and_fitness',
  'health_metrics_and_measurements',
  'sleep',
  'nutrition',
  'profile',
  'settings',
  'location',
  'ecg',
  'irn',
];
const TYPES: readonly DataType[] = [...MINUTE_TYPES, ...DAILY_TYPES, ...SESSION_TYPES, ...EMPTY_TYPES];
const KEYSET_PATH = '/googlehealthapi/webhooks/webhooks_public_keyset.json';

/** Refresh tokens stay; they come with the first consent or with `prompt=consent`, and only for `access_type=offline`. */
const oauthRules = (kit: CloudKit): OAuthRules => ({
  authorize: { origin: 'accounts', path: '/o/oauth2/v2/auth' },
  token: [{ origin: 'oauth', path: '/token' }],
  clientAuth: 'either',
  pkce: 'optional',
  scopes: READABLE.map((name) => `${PREFIX}${name}.readonly`),
  scopeSeparator: ' ',
  scopeRequired: true,
  subsets: true,
  minStateLength: 0,
  codeSec: 600,
  accessSec: 3599,
  rotation: 'stable',
  refreshKillsAccess: false,
  refreshIf(query) {
    const person = kit.people.find(({ name }) => name === query.get('sim_user'));
    const connected = person !== undefined && kit.grantOf(person) !== undefined;
    const consents = (query.get('prompt') ?? '').split(' ').includes('consent');
    return query.get('access_type') === 'offline' && (consents || !connected);
  },
  callbackExtras: (scopes) => ({ scope: scopes.join(' ') }),
  tokenAnswer: ({ grant, accessToken, accessExpiresMs, refreshToken }, nowMs) => ({
    status: 200,
    json: {
      access_token: accessToken,
      expires_in: Math.floor((accessExpiresMs - nowMs) / 1000),
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      scope: grant.scopes.join(' '),
      token_type: 'Bearer',
    },
  }),
  errorAnswer: rfcError,
});

function createFitbit(kit: CloudKit): Cloud {
  const authorization = kit.keep('authorization', `Bearer ${kit.random.token()}`);
  const keyset = createKeyset(kit.keep);
  const unlinked = kit.keep('unlinked', new Set<string>());
  const subscribers = kit.keep<Subscribers>('subscribers', new Map());
  const project = createProject(kit, subscribers, authorization);
  const secret = (): string => [...subscribers.values()].at(-1)?.secret ?? authorization;
  const accountOf = (person: Person): Account => ({
    healthUserId: String(idBig(18, 'fitbit', person.name)),
    legacyUserId: idHex(3, 'fitbit', person.name).toUpperCase(),
    history: kit.history(person),
  });
  return {
    name: 'fitbit',
    title: 'Fitbit (Google Health)',
    origins: ['accounts', 'oauth', 'api', 'keys'],
    oauth: { ...oauthRules(kit), beforeToken: project.beforeToken },
    errors,
    routes: [
      ...dataRoutes({ kit, accountOf, unlinked }),
      ...openRoutes(kit, keyset),
      ...project.routes,
      ...GONE,
    ],
    limits: {
      windows: [
        { name: 'userPerMinute', limit: 6000, documented: 300, windowSec: 60, per: 'user', aligned: false },
      ],
      headers: () => ({}),
    },
    push: pushRules(secret, keyset, project.proven),
    settings: () => ({ webhookAuthorization: authorization, ...project.settings }),
    verifyApp: () => false,
    act: createActions(kit, accountOf),
    truth: (person, from, to) => truthOf(accountOf(person), from, to),
    control(name, body) {
      if (name === 'rotate-keys') return { primaryKeyId: keyset.rotate(body['keepOld'] !== false) };
      if (name !== 'link' || typeof body['name'] !== 'string') return undefined;
      if (body['linked'] === false) unlinked.add(body['name']);
      else unlinked.delete(body['name']);
      return { unlinked: [...unlinked] };
    },
  };
}

/** The Fitbit Web API, shut down on 2026-11-02, with its OAuth. */
const GONE: readonly Route[] = (
  ['/1/user/{id}/{resource}', '/1.2/user/{id}/{resource}', '/oauth2/token'] as const
).flatMap((path) =>
  (['GET', 'POST'] as const).map((method) => ({
    method,
    origin: 'api',
    path,
    access: 'public',
    handle: () => ({
      status: 410,
      json: {
        errors: [{ errorType: 'gone', message: 'The Fitbit Web API has been shut down.' }],
        success: false,
      },
    }),
  })),
);

/** What needs no person: the keyset, and the revocation of a token (with all of its grant). */
const openRoutes = (kit: CloudKit, keyset: Keyset): readonly Route[] => [
  {
    method: 'GET',
    origin: 'keys',
    path: KEYSET_PATH,
    access: 'public',
    handle: (call) =>
      kit.fault('keyset_unreachable', call) === undefined
        ? { status: 200, headers: { 'cache-control': 'public, max-age=3600' }, json: keyset.json() }
        : { status: 503, text: 'unreachable' },
  },
  {
    method: 'POST',
    origin: 'oauth',
    path: '/revoke',
    access: 'public',
    handle: ({ form, query }) =>
      kit.revokeToken(form().get('token') ?? query.get('token') ?? '')
        ? { status: 200, json: {} }
        : { status: 400, json: { error: 'invalid_token', error_description: 'Token expired or revoked' } },
  },
];

interface DataOptions {
  readonly kit: CloudKit;
  readonly accountOf: (person: Person) => Account;
  readonly unlinked: ReadonlySet<string>;
}

/** Every data route checks the account and the scope before anything else. */
function dataRoutes({ kit, accountOf, unlinked }: DataOptions): readonly Route[] {
  const route = (
    method: 'GET' | 'POST',
    path: string,
    handle: (account: Account, call: UserCall) => Answer | Promise<Answer>,
  ): Route => ({
    method,
    origin: 'api',
    path: `/v4/users/me/${path}`,
    access: 'user',
    handle: (call) =>
      unlinked.has(call.grant.person.name)
        ? googleError(400, 'The account is not linked', 'ACCOUNT_NOT_LINKED')
        : handle(accountOf(call.grant.person), call),
  });
  const data = (
    method: 'GET' | 'POST',
    suffix: string,
    operation: Operation,
    handle: (account: Account, type: DataType, call: UserCall) => Answer | Promise<Answer>,
  ): Route =>
    route(method, `dataTypes/{type}/${suffix}`, (account, call) => {
      const type = TYPES.find(({ url }) => url === call.params['type']);
      if (type === undefined) return googleError(404, 'unknown data type', 'RESOURCE_NOT_FOUND');
      if (!call.grant.scopes.includes(`${PREFIX}${type.scope}.readonly`))
        return googleError(403, 'Request had insufficient authentication scopes.', 'MISSING_OAUTH_SCOPE');
      if (!type.operations.includes(operation))
        return googleError(400, `${type.url} does not support ${operation}`, 'UNSUPPORTED_DATA_TYPE_ACTION');
      return handle(account, type, call);
    });
  return [
    ...personRoutes(route),
    data('GET', 'dataPoints', 'list', (account, type, call) =>
      listPoints({ kit, account, type, way: 'list' }, call),
    ),
    data('GET', 'dataPoints:reconcile', 'reconcile', (account, type, call) =>
      listPoints({ kit, account, type, way: 'reconcile' }, call),
    ),
    data('GET', 'dataPoints/{id}', 'get', getPoint),
    data('POST', 'dataPoints:rollUp', 'rollUp', rollUp),
    data('POST', 'dataPoints:dailyRollUp', 'dailyRollUp', dailyRollUp),
  ];
}

function getPoint(account: Account, type: DataType, { params }: UserCall): Answer {
  const found = calendar(account.history)
    .flatMap((date) => type.ofDate(account, date, false))
    .find(({ id }) => id === params['id']);
  return found === undefined ? errors.notFound() : { status: 200, json: told(account, type, 'list', found) };
}

type MakeRoute = (method: 'GET', path: string, handle: (account: Account, call: UserCall) => Answer) => Route;

function personRoutes(route: MakeRoute): readonly Route[] {
  return [
    route('GET', 'identity', ({ healthUserId, legacyUserId }) => ({
      status: 200,
      json: { name: `users/${healthUserId}/identity`, healthUserId, legacyUserId },
    })),
    route('GET', 'profile', ({ healthUserId }) => ({
      status: 200,
      json: {
        name: `users/${healthUserId}/profile`,
        age: 34,
        membershipStartDate: { year: 2021, month: 3, day: 7 },
      },
    })),
    route('GET', 'settings', ({ healthUserId, history }) => ({
      status: 200,
      json: {
        name: `users/${healthUserId}/settings`,
        timeZone: history.person.zone,
        utcOffset: offsetShape(history.person.zone, history.horizonMs()),
      },
    })),
    route('GET', 'pairedDevices', ({ healthUserId, history }) => ({
      status: 200,
      json: {
        pairedDevices: [
          {
            name: `users/${healthUserId}/pairedDevices/1`,
            deviceType: 'TRACKER',
            deviceVersion: 'Charge 6',
            batteryLevel: 71,
            batteryStatus: 'MEDIUM',
            lastSyncTime: new Date(history.horizonMs()).toISOString(),
          },
        ],
      },
    })),
  ];
}

export const FITBIT: CloudMaker = { name: 'fitbit', tellsMinutes: true, create: createFitbit };
