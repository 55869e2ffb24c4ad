import { authorize, type OAuthApp } from '../oauth/authorize.ts';
import { createGrants, emptyLedger, type Grants } from '../oauth/grants.ts';
import { answerTokenRequest } from '../oauth/token.ts';
import { createHistory, type History } from '../people/history.ts';
import { everyone, type Person } from '../people/people.ts';
import type { Answer, Call } from './call.ts';
import type { Cloud, CloudKit, CloudMaker } from './cloud.ts';
import { createDeliveries, type Deliveries, noWebhook } from './deliveries.ts';
import { createFaults, type Faults } from './faults.ts';
import { createLimits, type Limits } from './limits.ts';
import { type Keep, keepWithin, type Memory } from './memory.ts';
import { createRandom, type Random } from './random.ts';
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
  /** Keeps what has changed, before anybody is told of it. */
  readonly save: () => void;
  /** Set off by the stop of the simulator: nothing waits any longer. */
  readonly ended: AbortSignal;
  /** The OAuth addresses; undefined when the call is for none of them. */
  oauth(call: Call): { readonly answer: Answer; readonly rotated: boolean } | undefined;
}

export interface RuntimeOptions {
  readonly maker: CloudMaker;
  readonly now: () => number;
  readonly startMs: number;
  /** Of the values of people. */
  readonly dataSeed: string;
  /** Of secrets and tokens; random without one. */
  readonly seed: string | undefined;
  readonly memory: Memory;
  readonly ended: AbortSignal;
  readonly baseUrl: () => string;
}

/** What answers and controls share; `grants` and `deliveries` come once the cloud is there. */
interface Parts {
  readonly keep: Keep;
  readonly random: Random;
  readonly faults: Faults;
  readonly stats: CloudStats;
  readonly loads: CloudRuntime['loads'];
  grants?: Grants;
  deliveries?: Deliveries;
}

export function createRuntime(options: RuntimeOptions): CloudRuntime {
  const { maker, now, seed, memory, ended } = options;
  const keep = keepWithin(memory.keep, maker.name);
  const random = createRandom(
    seed === undefined ? undefined : `${seed}/${maker.name}`,
    keep('random', { calls: 0 }),
  );
  const faults = createFaults();
  const stats = createStats();
  const parts: Parts = { keep, random, faults, stats, loads: keep('loads', new Map()) };
  const kit = kitOf(options, parts);
  const cloud = maker.create(kit);
  const grants = createGrants({ rules: cloud.oauth, random, now, ledger: keep('grants', emptyLedger()) });
  // Who is not connected has read out their device in the meantime: there is nobody who had to be told.
  for (const person of kit.people)
    if (grants.ofPerson(person) === undefined) kit.history(person).record(options.startMs, 0);
  const webhook = keep('webhook', noWebhook());
  const deliveries = createDeliveries({
    cloud: maker.name,
    rules: cloud.push,
    now,
    ended,
    webhook,
    faults,
    stats,
  });
  Object.assign(parts, { grants, deliveries });
  const app: OAuthApp = {
    cloud: maker.name,
    title: cloud.title,
    people: kit.people,
    rules: cloud.oauth,
    grants,
    clientId: kit.clientId,
    clientSecret: kit.clientSecret,
    approved: (person, granted) => cloud.approved?.(person, granted),
  };
  return {
    cloud,
    kit,
    grants,
    deliveries,
    limits: createLimits(cloud.limits),
    faults,
    stats,
    loads: parts.loads,
    save: memory.write,
    ended,
    oauth: (call) => answerOAuth(app, call, parts, now()),
  };
}

function kitOf(options: RuntimeOptions, parts: Parts): CloudKit {
  const { maker, now } = options;
  const { keep, random } = parts;
  const people = everyone();
  const histories = historiesOf(options, keep, people);
  return {
    name: maker.name,
    now,
    random,
    keep: keepWithin(keep, 'own'),
    clientId: keep('clientId', `${maker.name}-${random.hex(6)}`),
    clientSecret: keep('clientSecret', random.token()),
    originUrl: (origin) => `${options.baseUrl()}/${maker.name}/${origin}`,
    people,
    history: (person) => histories(person.name),
    grantOf: (person) => parts.grants?.ofPerson(person),
    endGrant: (person) => parts.grants?.revokePerson(person) ?? false,
    revokeToken: (token) => parts.grants?.revokeToken(token) ?? false,
    push: (outgoing) => parts.deliveries?.push(outgoing),
    subscribed: (address) => parts.deliveries?.use(address),
    unsubscribed: () => parts.deliveries?.end(),
    fault: (kind, call) => parts.faults.take(kind, `/${call.origin}${call.path}`),
    load: (person) => parts.loads.get(person.name),
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
  keep: Keep,
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
        keep: keepWithin(keep, `people/${person.name}`),
      }),
    ]),
  );
  return (name) => {
    const history = made.get(name);
    if (history === undefined) throw new Error(`nobody is called ${name}`);
    return history;
  };
}
