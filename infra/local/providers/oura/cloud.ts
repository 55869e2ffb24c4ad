import { createHmac } from 'node:crypto';
import type { Answer, Call } from '../frame/call.ts';
import type { Cloud, CloudErrors, CloudKit, CloudMaker, PushRules, Route } from '../frame/cloud.ts';
import type { LimitRules } from '../frame/limits.ts';
import { sameText } from '../oauth/token.ts';
import type { Person } from '../people/people.ts';
import { createActs } from './acts.ts';
import type { BeatLoad } from './heart-rate.ts';
import { oauthRules } from './oauth.ts';
import { createRoutes } from './routes.ts';
import { createSubscriptions, type Subscriptions } from './subscriptions.ts';
import { truthOf } from './truth.ts';

const WINDOW_SEC = 300;
const GONE = 410;

const problem = (status: number, title: string, detail: string): Answer => ({
  status,
  json: { status, title, detail },
});

const ERRORS: CloudErrors = {
  unauthorized: () => problem(401, 'Unauthorized', 'The access token is invalid, expired or revoked.'),
  unauthorizedApp: () => ({ status: 401, json: { detail: 'Invalid client credentials' } }),
  forbidden: (kind) =>
    kind === 'membership'
      ? problem(403, 'Forbidden', 'The Oura Membership of the user has expired.')
      : problem(403, 'Forbidden', 'The scope was not granted.'),
  rateLimited: () => problem(429, 'Too Many Requests', 'Request rate limit exceeded.'),
  serverError: () => problem(500, 'Internal Server Error', 'An unexpected error occurred.'),
  notFound: () => problem(404, 'Not Found', 'Nothing is here.'),
};

const LIMITS: LimitRules = {
  windows: [
    {
      name: 'fiveMinutes',
      limit: 50_000,
      documented: 5000,
      windowSec: WINDOW_SEC,
      per: 'app',
      aligned: true,
    },
  ],
  headers([usage]): Readonly<Record<string, string>> {
    if (usage === undefined) return {};
    return {
      'x-ratelimit-limit': String(usage.limit),
      'x-ratelimit-remaining': String(Math.max(0, usage.limit - usage.used)),
      'x-ratelimit-reset': String(usage.resetSec),
    };
  },
};

/** Upper-case hexadecimal of the timestamp in seconds and the body, nothing between them. */
const pushRules = (kit: CloudKit, subscriptions: Subscriptions, token: string): PushRules => ({
  handshake: (address) => subscriptions.subscribeAll(address, token),
  headers: () => ({}),
  sign(body, nowMs) {
    const timestamp = String(Math.floor(nowMs / 1000));
    const mac = createHmac('sha256', kit.clientSecret).update(timestamp).update(body).digest('hex');
    return { 'x-oura-timestamp': timestamp, 'x-oura-signature': mac.toUpperCase() };
  },
  accepted: (status) => status >= 200 && status < 300,
  retrySec: [10, 30, 60, 120, 240, 480, 600, 600, 600, 600],
  timeoutMs: 10_000,
  deactivates(status) {
    if (status !== GONE) return false;
    subscriptions.cancelAll();
    return true;
  },
});

/** Extra records end where the ring was read out when they were asked for, and stay there. */
function createLoads(kit: CloudKit): (person: Person) => BeatLoad | undefined {
  const known = kit.keep('loads', new Map<string, BeatLoad>());
  return (person) => {
    const count = kit.load(person)?.records ?? 0;
    const last = known.get(person.name);
    if (count === 0 || last?.count === count) return count === 0 ? undefined : last;
    const made = { count, untilMs: kit.history(person).horizonMs() };
    known.set(person.name, made);
    return made;
  };
}

/** Whatever the token is, it is no good afterwards: RFC 7009 answers 200 to all. */
const revokeRoute = (kit: CloudKit, origin: string, path: string): Route => ({
  method: 'POST',
  origin,
  path,
  access: 'public',
  handle(call) {
    kit.revokeToken(call.form().get('token') ?? call.query.get('access_token') ?? '');
    return { status: 200, json: {} };
  },
});

export const OURA: CloudMaker = {
  name: 'oura',
  create(kit): Cloud {
    const verificationToken = kit.keep('verificationToken', kit.random.token());
    const subscriptions = createSubscriptions(kit);
    const acts = createActs(kit, subscriptions);
    const app = kit.keep('app', { isOutdated: false });
    const state = { view: acts.view, beatLoad: createLoads(kit), isOutdated: () => app.isOutdated };
    return {
      name: 'oura',
      title: 'Oura',
      origins: ['accounts', 'api'],
      oauth: oauthRules(kit),
      routes: [
        ...createRoutes(kit, state),
        ...subscriptions.routes,
        revokeRoute(kit, 'accounts', '/oauth/v2/ext/oauth-revoke'),
        revokeRoute(kit, 'api', '/oauth/revoke'),
      ],
      errors: ERRORS,
      limits: LIMITS,
      push: pushRules(kit, subscriptions, verificationToken),
      settings: () => ({ verificationToken }),
      verifyApp: ({ headers }: Call) =>
        headers['x-client-id'] === kit.clientId &&
        sameText(headers['x-client-secret'] ?? '', kit.clientSecret),
      act: acts.act,
      truth: (person, from, to) => truthOf(kit.history(person), from, to),
      /** `app-version {outdated}`: whether data is refused with 426 from now on. */
      control(name, body) {
        if (name !== 'app-version') return undefined;
        app.isOutdated = body['outdated'] === true;
        return { outdated: app.isOutdated };
      },
    };
  },
};
