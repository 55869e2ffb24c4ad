import { authorize, type OAuthApp } from '../oauth/authorize.ts';
import { createGrants, type Grants } from '../oauth/grants.ts';
import { answerTokenRequest } from '../oauth/token.ts';
import { createHistory, type History } from '../people/history.ts';
import { everyone, type Person } from '../people/people.ts';
import type { Answer, Call } from './call.ts';
import type { Cloud, CloudKit, CloudMaker } from './cloud.ts';
import { createDeliveries, type Deliveries } from './deliveries.ts';
import { createFaults, type Faults } from './faults.ts';
import { createLimits, type Limits } from './limits.ts';
import type { Random } from './random.ts';
import { type CloudStats, createStats } from './stats.ts';

/** One cloud with all its state: what the server asks and the controls change. */
export interface CloudRuntime {
  readonly cloud: Cloud;
  readonly kit: CloudKit;
  readonly grants: Grants;
  readonly faults: Faults;
  readonly limits: Limits;
  readonly stats: CloudStats;
  readonly deliveries: Deliveries;
  readonly loads: Map<string, { records: number; pageDelayMs: number }>;
  /** The OAuth addresses; undefined when the call is for none of them. */
  oauth(call: Call): { readonly answer: Answer; readonly rotated: boolean } | undefined;
}

export interface RuntimeOptions {
  readonly maker: CloudMaker;
  readonly now: () => number;
  readonly startMs: number;
  /** Of the values of people. */
  readonly dataSeed: string;
  readonly random: Random;
  readonly baseUrl: () => string;
}

export function createRuntime(options: RuntimeOptions): CloudRuntime {
  const { maker, now, random } = options;
  const state = {
    faults: createFaults(),
    stats: createStats(),
    loads: new Map<string, { records: number; pageDelayMs: number }>(),
  };
  const parts: { grants?: Grants; deliveries?: Deliveries } = {};
  const people = everyone();
  const histories = historiesOf(options, people);
  const kit: CloudKit = {
    name: maker.name,
    now,
    random,
    clientId: `${maker.name}-${random.hex(6)}`,
    clientSecret: random.token(),
    originUrl: (origin) => `${options.baseUrl()}/${maker.name}/${origin}`,
    people,
    history: (person) => histories(person.name),
    grantOf: (person) => parts.grants?.ofPerson(person),
    endGrant: (person) => parts.grants?.revokePerson(person) ?? false,
    revokeToken: (token) => parts.grants?.revokeToken(token) ?? false,
    push: (outgoing) => parts.deliveries?.push(outgoing),
    subscribed: (address) => parts.deliveries?.use(address),
    unsubscribed: () => parts.deliveries?.end(),
    fault: (kind, call) => state.faults.take(kind, `/${call.origin}${call.path}`),
    load: (person) => state.loads.get(person.name),
  };
  const cloud = maker.create(kit);
  const grants = createGrants(cloud.oauth, random, now);
  const deliveries = createDeliveries({ cloud: maker.name, rules: cloud.push, now, ...state });
  Object.assign(parts, { grants, deliveries });
  const app = {
    cloud: maker.name,
    title: cloud.title,
    people,
    rules: cloud.oauth,
    grants,
    clientId: kit.clientId,
    clientSecret: kit.clientSecret,
  };
  return {
    cloud,
    kit,
    grants,
    deliveries,
    limits: createLimits(cloud.limits),
    ...state,
    oauth: (call) =>
      answerOAuth(
        { ...app, approved: (person, granted) => cloud.approved?.(person, granted) },
        call,
        state,
        now(),
      ),
  };
}

function answerOAuth(
  app: OAuthApp,
  call: Call,
  { stats, faults }: { stats: CloudStats; faults: Faults },
  nowMs: number,
) {
  const { rules } = app;
  const isAt = ({ origin, path }: { origin: string; path: string }): boolean =>
    origin === call.origin && path === call.path;
  if (call.method === 'GET' && isAt(rules.authorize)) return { answer: authorize(app, call), rotated: false };
  if (call.method !== 'POST' || !rules.token.some(isAt)) return undefined;
  const { answer, event } = answerTokenRequest(app, call, nowMs);
  if (event === 'exchanged') stats.add('tokenExchanges');
  if (event === 'refreshed') stats.add('tokenRefreshes');
  if (event === 'refresh_failed') stats.add('refreshFailures');
  const issued = event === 'exchanged' || event === 'refreshed';
  return {
    answer,
    rotated: issued && faults.take('lost_token_response', `/${call.origin}${call.path}`) !== undefined,
  };
}

function historiesOf(
  { maker, dataSeed, startMs }: RuntimeOptions,
  people: readonly Person[],
): (name: string) => History {
  const made = new Map<string, History>(
    people.map((person) => [
      person.name,
      createHistory({
        person,
        seed: `${dataSeed}/${maker.name}`,
        startMs,
        recorded: maker.tellsMinutes === true,
      }),
    ]),
  );
  return (name) => {
    const history = made.get(name);
    if (history === undefined) throw new Error(`nobody is called ${name}`);
    return history;
  };
}
