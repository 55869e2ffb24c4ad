/** Oura's webhook subscriptions: one for each kind of event and of data, proven by a challenge, and they expire. */
import type { Answer, Call } from '../frame/call.ts';
import type { CloudKit, Route } from '../frame/cloud.ts';

export const EVENT_TYPES = ['create', 'update', 'delete'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const DATA_TYPES = [
  'workout',
  'sleep',
  'daily_sleep',
  'daily_readiness',
  'daily_activity',
  'daily_spo2',
  'daily_stress',
  'daily_resilience',
  'daily_cardiovascular_age',
  'vo2_max',
  'sleep_time',
  'session',
  'tag',
  'enhanced_tag',
  'rest_mode_period',
  'ring_configuration',
] as const;
export type DataType = (typeof DATA_TYPES)[number];

const LIFE_MS = 90 * 86_400_000;
const CHALLENGE_LIMIT_MS = 10_000;
const PATH = '/v2/webhook/subscription';

interface Subscription {
  readonly id: string;
  readonly callbackUrl: string;
  readonly verificationToken: string;
  readonly eventType: EventType;
  readonly dataType: DataType;
  readonly expiresMs: number;
}

export interface Subscriptions {
  readonly routes: readonly Route[];
  /** Proves the address and subscribes it to everything. Answers undefined, or why it failed. */
  subscribeAll(address: string, verificationToken: string): Promise<string | undefined>;
  /** Whether somebody is subscribed to this now. */
  covers(eventType: EventType, dataType: DataType): boolean;
  cancelAll(): void;
}

export function createSubscriptions(kit: CloudKit): Subscriptions {
  const all = kit.keep('subscriptions', new Map<string, Subscription>());
  const put = (subscription: Omit<Subscription, 'expiresMs'>): Subscription => {
    const made = { ...subscription, expiresMs: kit.now() + LIFE_MS };
    all.set(made.id, made);
    return made;
  };
  return {
    routes: routesOf(kit, all, put),
    async subscribeAll(address, verificationToken) {
      const failure = await challenge(kit, address, verificationToken);
      if (failure !== undefined) return failure;
      all.clear();
      for (const eventType of EVENT_TYPES) {
        for (const dataType of DATA_TYPES) {
          put({ id: kit.random.uuid(), callbackUrl: address, verificationToken, eventType, dataType });
        }
      }
      return undefined;
    },
    covers: (eventType, dataType) =>
      [...all.values()].some(
        (one) => one.eventType === eventType && one.dataType === dataType && one.expiresMs > kit.now(),
      ),
    cancelAll: () => all.clear(),
  };
}

type Put = (subscription: Omit<Subscription, 'expiresMs'>) => Subscription;
type All = Map<string, Subscription>;

const notFound: Answer = { status: 404, json: { detail: 'Subscription not found' } };

function routesOf(kit: CloudKit, all: All, put: Put): readonly Route[] {
  const base = { origin: 'api', access: 'app' } as const;
  const byId = (call: Call, then: (found: Subscription) => Answer | Promise<Answer>) => {
    const found = all.get(call.params['id'] ?? '');
    return found === undefined ? notFound : then(found);
  };
  return [
    {
      ...base,
      method: 'GET',
      path: PATH,
      handle: () => ({ status: 200, json: [...all.values()].map(subscriptionJson) }),
    },
    {
      ...base,
      method: 'POST',
      path: PATH,
      handle: (call: Call) => save(kit, put, kit.random.uuid(), call),
    },
    {
      ...base,
      method: 'GET',
      path: `${PATH}/{id}`,
      handle: (call: Call) => byId(call, (found) => ({ status: 200, json: subscriptionJson(found) })),
    },
    {
      ...base,
      method: 'PUT',
      path: `${PATH}/renew/{id}`,
      handle: (call: Call) => byId(call, (found) => ({ status: 200, json: subscriptionJson(put(found)) })),
    },
    {
      ...base,
      method: 'PUT',
      path: `${PATH}/{id}`,
      handle: (call: Call) => byId(call, ({ id }) => save(kit, put, id, call)),
    },
    {
      ...base,
      method: 'DELETE',
      path: `${PATH}/{id}`,
      handle: (call: Call) =>
        byId(call, ({ id }) => {
          all.delete(id);
          return { status: 204 };
        }),
    },
  ];
}

const subscriptionJson = (subscription: Subscription) => ({
  id: subscription.id,
  callback_url: subscription.callbackUrl,
  event_type: subscription.eventType,
  data_type: subscription.dataType,
  expiration_time: new Date(subscription.expiresMs).toISOString(),
});

async function save(kit: CloudKit, put: Put, id: string, call: Call): Promise<Answer> {
  const body = call.json();
  const field = (name: string): string => {
    const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
    return typeof value === 'string' ? value : '';
  };
  const eventType = EVENT_TYPES.find((known) => known === field('event_type'));
  const dataType = DATA_TYPES.find((known) => known === field('data_type'));
  const callbackUrl = field('callback_url');
  const verificationToken = field('verification_token');
  if (eventType === undefined || dataType === undefined || URL.parse(callbackUrl) === null) {
    return {
      status: 422,
      json: { detail: [{ loc: ['body'], msg: 'invalid subscription', type: 'value_error' }] },
    };
  }
  const failure = await challenge(kit, callbackUrl, verificationToken);
  if (failure !== undefined)
    return { status: 400, json: { detail: `Webhook verification failed: ${failure}` } };
  const made = put({ id, callbackUrl, verificationToken, eventType, dataType });
  kit.subscribed(callbackUrl);
  return { status: call.method === 'POST' ? 201 : 200, json: subscriptionJson(made) };
}

/** The address has to answer the challenge, and may refuse a verification token that is not its own. */
async function challenge(kit: CloudKit, address: string, token: string): Promise<string | undefined> {
  const asked = kit.random.hex(16);
  const target = new URL(address);
  target.searchParams.set('verification_token', token);
  target.searchParams.set('challenge', asked);
  const response = await fetch(target, {
    signal: AbortSignal.timeout(CHALLENGE_LIMIT_MS),
    redirect: 'manual',
  });
  const text = await response.text();
  if (response.status !== 200) return `the address answered ${response.status}`;
  return answeredBy(text) === asked ? undefined : 'the address did not repeat the challenge';
}

function answeredBy(text: string): unknown {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'challenge') : undefined;
  } catch {
    return undefined;
  }
}
