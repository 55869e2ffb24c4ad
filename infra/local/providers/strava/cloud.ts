import type { Answer, Call, UserCall } from '../frame/call.ts';
import type { Cloud, CloudKit, CloudMaker, Route } from '../frame/cloud.ts';
import { type OAuthRules, rfcError } from '../oauth/rules.ts';
import { basicCredentials } from '../oauth/token.ts';
import { idNumber } from '../people/dice.ts';
import type { Workout } from '../people/history.ts';
import type { Person } from '../people/people.ts';
import { isoSeconds } from '../people/zones.ts';
import { createActions } from './actions.ts';
import {
  type Athlete,
  activityId,
  detailedActivity,
  onlyMe,
  streamAnswer,
  summaryActivity,
} from './activities.ts';
import { errors, fail } from './errors.ts';
import { limits } from './limits.ts';
import { pushRules } from './push.ts';
import { type Subscription, subscriptionRoutes } from './subscriptions.ts';

const SCOPES = [
  'read',
  'read_all',
  'profile:read_all',
  'profile:write',
  'activity:read',
  'activity:read_all',
  'activity:write',
];

const oauthRules = (athleteOf: (person: Person) => Athlete): OAuthRules => ({
  authorize: { origin: 'web', path: '/oauth/authorize' },
  token: [
    { origin: 'web', path: '/oauth/token' },
    { origin: 'web', path: '/api/v3/oauth/token' },
  ],
  clientAuth: 'body',
  pkce: 'none',
  scopes: SCOPES,
  scopeSeparator: ',',
  scopeRequired: true,
  subsets: true,
  minStateLength: 0,
  codeSec: 600,
  accessSec: 21_600,
  rotation: 'may_change',
  refreshKillsAccess: false,
  refreshIf: () => true,
  callbackExtras: (scopes) => ({ scope: scopes.join(',') }),
  tokenAnswer: ({ grant, accessToken, accessExpiresMs, refreshToken, first }, nowMs) => ({
    status: 200,
    json: {
      token_type: 'Bearer',
      expires_at: Math.floor(accessExpiresMs / 1000),
      expires_in: Math.floor((accessExpiresMs - nowMs) / 1000),
      refresh_token: refreshToken,
      access_token: accessToken,
      ...(first ? { athlete: athleteShape(athleteOf(grant.person)) } : {}),
    },
  }),
  errorAnswer: (error, description) =>
    error === 'invalid_client'
      ? fail(401, 'Authorization Error', { resource: 'Application', field: 'client_secret', code: 'invalid' })
      : error === 'invalid_grant'
        ? fail(400, 'Bad Request', {
            resource:
              description.includes('refresh') || description.includes('removed')
                ? 'RefreshToken'
                : 'AuthorizationCode',
            field: 'code',
            code: 'invalid',
          })
        : rfcError(error, description),
});

const athleteShape = ({ id, history }: Athlete) => ({
  id,
  username: history.person.name,
  resource_state: 2,
  firstname: history.person.name,
  lastname: '',
  weight: history.person.weightKg,
});

function createStrava(kit: CloudKit): Cloud {
  const verifyToken = kit.keep('verifyToken', kit.random.token());
  const subscriptionId = kit.keep('subscriptionId', 100_000 + kit.random.bytes(2).readUInt16BE(0));
  const subscription: Subscription = kit.keep('subscription', { address: undefined });
  const signing: { key: string | undefined } = kit.keep('signing', { key: undefined });
  const athleteOf = (person: Person): Athlete => ({
    id: idNumber(8, 'strava', person.name),
    history: kit.history(person),
  });
  return {
    name: 'strava',
    title: 'Strava',
    origins: ['web'],
    oauth: oauthRules(athleteOf),
    errors,
    routes: [
      ...revocations(kit),
      ...dataRoutes(kit, athleteOf),
      ...subscriptionRoutes(kit, subscriptionId, subscription),
    ],
    limits,
    push: pushRules({ verifyToken, subscription, signingKey: () => signing.key, random: kit.random }),
    settings: () => ({ verifyToken, subscriptionId: String(subscriptionId) }),
    verifyApp: () => false,
    act: createActions({ kit, athleteOf, subscriptionId }),
    truth: (person, from, to) => truthOf(kit, athleteOf(person), from, to),
    control(name, body) {
      if (name !== 'signing') return undefined;
      signing.key =
        body['enabled'] === false
          ? undefined
          : typeof body['key'] === 'string'
            ? body['key']
            : kit.clientSecret;
      return { signed: signing.key !== undefined };
    },
  };
}

/** Both ways out: the older with the access token, the newer with the client's own credential. */
const revocations = (kit: CloudKit): readonly Route[] => [
  {
    method: 'POST',
    origin: 'web',
    path: '/oauth/deauthorize',
    access: 'public',
    handle(call: Call) {
      const header = (call.headers['authorization'] ?? '').replace(/^Bearer /, '');
      const token = header || (call.form().get('access_token') ?? call.query.get('access_token') ?? '');
      return kit.revokeToken(token)
        ? { status: 200, json: { access_token: token } }
        : errors.unauthorized('unknown');
    },
  },
  {
    method: 'POST',
    origin: 'web',
    path: '/oauth/revoke',
    access: 'public',
    handle(call: Call) {
      const client = basicCredentials(call.headers['authorization']);
      if (client?.id !== kit.clientId || client.secret !== kit.clientSecret) return errors.unauthorizedApp();
      kit.revokeToken(call.form().get('token') ?? '');
      return { status: 200, json: {} };
    },
  },
];

const API = '/api/v3';

function dataRoutes(kit: CloudKit, athleteOf: (person: Person) => Athlete): readonly Route[] {
  const get = (
    path: string,
    scopes: readonly string[],
    handle: (athlete: Athlete, call: UserCall) => Answer,
  ): Route => ({
    method: 'GET',
    origin: 'web',
    path: `${API}${path}`,
    access: 'user',
    handle: (call) =>
      scopes.some((scope) => call.grant.scopes.includes(scope))
        ? handle(athleteOf(call.grant.person), call)
        : fail(403, 'Forbidden', {
            resource: 'AccessToken',
            field: `${scopes[0]}_permission`,
            code: 'missing',
          }),
  });
  return [
    get('/athlete', ['read', 'profile:read_all'], (athlete) => ({
      status: 200,
      json: athleteShape(athlete),
    })),
    get('/athlete/zones', ['profile:read_all'], () => ({
      status: 200,
      json: { heart_rate: HEART_RATE_ZONES },
    })),
    get('/athlete/activities', READ_ACTIVITY, (athlete, call) => listActivities(kit, athlete, call)),
    ...ONE_ACTIVITY.map(([suffix, handle]) =>
      get(`/activities/{id}${suffix}`, READ_ACTIVITY, (athlete, call) => oneActivity(athlete, call, handle)),
    ),
  ];
}

const READ_ACTIVITY = ['activity:read', 'activity:read_all'];
const HEART_RATE_ZONES = {
  custom_zones: false,
  zones: [
    { min: 0, max: 115 },
    { min: 115, max: 152 },
    { min: 152, max: -1 },
  ],
};

type OneActivity = (athlete: Athlete, workout: Workout, call: UserCall) => Answer;

const ONE_ACTIVITY: readonly (readonly [string, OneActivity])[] = [
  ['', (athlete, workout) => ({ status: 200, json: detailedActivity(athlete, workout) })],
  [
    '/laps',
    (athlete, workout) => ({ status: 200, json: [{ ...summaryActivity(athlete, workout), lap_index: 1 }] }),
  ],
  ['/zones', () => fail(402, 'Payment Required')],
  ['/streams', streams],
];

function oneActivity(athlete: Athlete, call: UserCall, handle: OneActivity): Answer {
  const found = athlete.history
    .workouts()
    .find((workout) => String(activityId(athlete, workout)) === call.params['id']);
  return found !== undefined && visible(athlete, found, call)
    ? handle(athlete, found, call)
    : errors.notFound();
}

const visible = (athlete: Athlete, workout: Workout, { grant }: UserCall): boolean =>
  grant.scopes.includes('activity:read_all') || !onlyMe(athlete, workout);

const MAX_PER_PAGE = 200;

/**
 * Newest first; oldest first when there is only `after`. What the scope hides is taken out of its page, so a short
 * page is not the last: only an empty one is. An endless list begins again at the first page.
 */
function listActivities(kit: CloudKit, athlete: Athlete, call: UserCall): Answer {
  const number = (name: string, otherwise: number): number => Number(call.query.get(name) ?? otherwise);
  const [after, before] = [number('after', 0), number('before', Number.MAX_SAFE_INTEGER)];
  const page = kit.fault('endless_pages', call) === undefined ? number('page', 1) : 1;
  const perPage = number('per_page', 30);
  if (![after, before].every(Number.isFinite) || !(page >= 1) || !(perPage >= 1))
    return fail(400, 'Bad Request', { resource: 'Activity', field: 'page', code: 'invalid' });
  const size = Math.min(MAX_PER_PAGE, Math.floor(perPage));
  const all = athlete.history
    .workouts()
    .filter(({ startMs }) => startMs / 1000 > after && startMs / 1000 < before);
  const ordered = call.query.has('after') && !call.query.has('before') ? all : all.toReversed();
  const shown = ordered
    .slice((page - 1) * size, page * size)
    .filter((workout) => visible(athlete, workout, call));
  return { status: 200, json: shown.map((workout) => summaryActivity(athlete, workout)) };
}

function streams(athlete: Athlete, workout: Workout, { query }: UserCall): Answer {
  const keys = (query.get('keys') ?? '').split(',').filter(Boolean);
  if (keys.length === 0)
    return fail(400, 'Bad Request', { resource: 'Stream', field: 'keys', code: 'missing' });
  return { status: 200, json: streamAnswer(athlete, workout, keys, query.get('key_by_type') === 'true') };
}

/** There is nothing daily at Strava; what the scope hides is not part of the truth. */
function truthOf(kit: CloudKit, athlete: Athlete, from: string, to: string) {
  const scopes = kit.grantOf(athlete.history.person)?.scopes;
  const all = scopes === undefined || scopes.includes('activity:read_all');
  return {
    daily: {},
    sleeps: [],
    workouts: athlete.history
      .workouts()
      .filter((workout) => workout.date >= from && workout.date <= to && (all || !onlyMe(athlete, workout)))
      .map((workout) => ({
        externalId: String(activityId(athlete, workout)),
        start: isoSeconds(workout.startMs),
        end: isoSeconds(workout.endMs),
        type: workout.kind,
      })),
  };
}

export const STRAVA: CloudMaker = { name: 'strava', create: createStrava };
