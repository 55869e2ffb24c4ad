/** The one webhook of an application: made with a PING, its secret told once, put to rest after a week of failures. */
import { createHmac } from 'node:crypto';
import type { Answer, Call } from '../frame/call.ts';
import type { CloudKit, PushRules, Route } from '../frame/cloud.ts';
import { problem } from './registrations.ts';

const PATH = '/v3/webhooks';
const PING_LIMIT_MS = 10_000;
const WEEK_SEC = 7 * 86_400;

export const EVENTS = [
  'EXERCISE',
  'SLEEP',
  'CONTINUOUS_HEART_RATE',
  'ACTIVITY_SUMMARY',
  'SLEEP_WISE_ALERTNESS',
  'SLEEP_WISE_CIRCADIAN_BEDTIME',
  'PHYSICAL_INFORMATION',
] as const;
export type EventName = (typeof EVENTS)[number];

interface Webhook {
  readonly id: string;
  readonly events: readonly string[];
  readonly url: string;
  readonly isActive: boolean;
}

export interface Webhooks {
  readonly routes: readonly Route[];
  readonly push: PushRules;
  secret(): string;
  covers(event: EventName): boolean;
}

interface State {
  webhook: Webhook | undefined;
  secret: string;
}

export function createWebhooks(kit: CloudKit): Webhooks {
  const state: State = kit.keep('webhook', { webhook: undefined, secret: kit.random.token() });
  return {
    routes: routesOf(kit, state),
    push: pushRules(kit, state),
    secret: () => state.secret,
    covers: (event) => state.webhook?.isActive === true && state.webhook.events.includes(event),
  };
}

const pushRules = (kit: CloudKit, state: State): PushRules => ({
  async handshake(address) {
    const failure = await ping(kit, address);
    if (failure === undefined) {
      state.webhook = { id: kit.random.hex(8), events: EVENTS, url: address, isActive: true };
    }
    return failure;
  },
  headers: () => ({ accept: '*/*' }),
  sign: (body) => ({
    'polar-webhook-signature': createHmac('sha256', state.secret).update(body).digest('hex'),
  }),
  accepted: (status) => status === 200,
  retrySec: [30, 300, 3600, 21_600, 86_400],
  keepSec: WEEK_SEC,
  timeoutMs: PING_LIMIT_MS,
  deactivates(_, failingForSec) {
    if (failingForSec < WEEK_SEC) return false;
    if (state.webhook !== undefined) state.webhook = { ...state.webhook, isActive: false };
    return true;
  },
});

async function ping(kit: CloudKit, address: string): Promise<string | undefined> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'polar-webhook-event': 'PING' },
    body: JSON.stringify({ timestamp: new Date(kit.now()).toISOString(), event: 'PING' }),
    redirect: 'manual',
    signal: AbortSignal.timeout(PING_LIMIT_MS),
  });
  return response.status === 200 ? undefined : `PING was answered with ${response.status}`;
}

function routesOf(kit: CloudKit, state: State): readonly Route[] {
  const base = { origin: 'api', access: 'app' } as const;
  const mine = (call: Call, then: (webhook: Webhook) => Answer | Promise<Answer>) =>
    state.webhook === undefined || (call.params['id'] ?? state.webhook.id) !== state.webhook.id
      ? problem(404, 'No webhook found.')
      : then(state.webhook);
  const set = (call: Call, isActive: boolean) =>
    mine(call, (webhook) => {
      state.webhook = { ...webhook, isActive };
      if (isActive) kit.subscribed(webhook.url);
      else kit.unsubscribed();
      return { status: 200 };
    });
  return [
    { ...base, method: 'POST', path: PATH, handle: (call: Call) => create(kit, state, call) },
    {
      ...base,
      method: 'GET',
      path: PATH,
      handle: () => ({
        status: 200,
        json: { data: state.webhook === undefined ? [] : [told(state.webhook)] },
      }),
    },
    { ...base, method: 'POST', path: `${PATH}/activate`, handle: (call: Call) => set(call, true) },
    { ...base, method: 'POST', path: `${PATH}/deactivate`, handle: (call: Call) => set(call, false) },
    {
      ...base,
      method: 'GET',
      path: `${PATH}/{id}`,
      handle: (call: Call) => mine(call, (webhook) => ({ status: 200, json: { data: told(webhook) } })),
    },
    {
      ...base,
      method: 'PATCH',
      path: `${PATH}/{id}`,
      handle: (call: Call) => mine(call, (webhook) => change(kit, state, webhook, call)),
    },
    {
      ...base,
      method: 'DELETE',
      path: `${PATH}/{id}`,
      handle: (call: Call) =>
        mine(call, () => {
          state.webhook = undefined;
          kit.unsubscribed();
          return { status: 204 };
        }),
    },
  ];
}

const told = ({ id, events, url, isActive }: Webhook) => ({ id, events, url, active: isActive });

function fieldsOf(call: Call): { readonly events: readonly string[]; readonly url: string | undefined } {
  const body = call.json();
  const field = (name: string): unknown =>
    typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  const [events, url] = [field('events'), field('url')];
  return {
    events: Array.isArray(events) ? events.filter((event) => EVENTS.some((known) => known === event)) : [],
    url: typeof url === 'string' && URL.parse(url) !== null ? url : undefined,
  };
}

/** Made again, a webhook has another secret; this is the one time that it is told. */
async function create(kit: CloudKit, state: State, call: Call): Promise<Answer> {
  if (state.webhook !== undefined) return problem(409, 'A webhook already exists.');
  const { events, url } = fieldsOf(call);
  if (url === undefined || events.length === 0) return problem(400, 'events and url are needed.');
  const failure = await ping(kit, url).catch(() => 'no answer');
  if (failure !== undefined) return problem(400, `The webhook could not be verified: ${failure}`);
  state.secret = kit.random.token();
  state.webhook = { id: kit.random.hex(8), events, url, isActive: true };
  kit.subscribed(url);
  const { id } = state.webhook;
  return { status: 201, json: { data: { id, events, url, signature_secret_key: state.secret } } };
}

async function change(kit: CloudKit, state: State, webhook: Webhook, call: Call): Promise<Answer> {
  const { events, url } = fieldsOf(call);
  if (url !== undefined) {
    const failure = await ping(kit, url).catch(() => 'no answer');
    if (failure !== undefined) return problem(400, `The webhook could not be verified: ${failure}`);
  }
  state.webhook = {
    ...webhook,
    events: events.length > 0 ? events : webhook.events,
    url: url ?? webhook.url,
  };
  return { status: 200, json: { data: told(state.webhook) } };
}
