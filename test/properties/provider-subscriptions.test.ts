import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createProviderDirectory } from '../../lib/adapters/http/provider-directory.ts';
import { createRawHttp } from '../../lib/adapters/http/provider-http.ts';
import { callbackOf, inboundUrlOf } from '../../lib/connections/consent/push-callback.ts';
import { keepSubscribed } from '../../lib/connections/pushes/keep-subscribed.ts';
import { type SubscribedProvider, subscribeApps } from '../../lib/connections/pushes/subscribe-apps.ts';
import { DAY_MS, type EpochMs } from '../../lib/core/instants.ts';
import type { ProviderApp, ProviderDefinition, PushRequest } from '../../lib/providers/definition.ts';
import { ProviderFault } from '../../lib/providers/model.ts';
import { PROVIDERS } from '../../lib/providers/registry.ts';
import { withings } from '../../lib/providers/withings/withings.ts';
import { manualClock } from '../contract-suites/store-fixtures.ts';
import { connectionOf } from '../support/connection-builders.ts';
import { connectReader } from '../support/provider-reader.ts';
import {
  type Received,
  SIMULATED_NOW,
  type SimulatedClouds,
  startClouds,
  startReceiver,
} from '../support/simulated-clouds.ts';

/**
 * Subscriptions made by our own calls at the simulated clouds: the address is proven by each cloud's handshake,
 * answered by the definition, and what is pushed afterwards is genuine.
 */
const NOW_MS = SIMULATED_NOW as EpochMs;
const SELF = ['fitbit', 'strava', 'oura', 'polar'] as const;

let clouds: SimulatedClouds;
beforeAll(async () => {
  clouds = await startClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());

const named = (name: string): ProviderDefinition => {
  const found = PROVIDERS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no provider ${name}`);
  return found;
};
const requestOf = ({ method, url, headers, body }: Received): PushRequest => ({
  method: method as PushRequest['method'],
  query: Object.fromEntries(url.searchParams),
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  body: new TextEncoder().encode(body),
});
const receive = (definition: ProviderDefinition, app: ProviderApp) =>
  startReceiver(
    (one) => definition.push.handshake(requestOf(one), app) ?? { status: definition.push.okStatus },
  );

async function subscribeAll(publicUrl: string, nowMs: number, only?: string) {
  const apps = new Map(PROVIDERS.map(({ name }): [string, ProviderApp] => [name, clouds.app(name)]));
  const providers = createProviderDirectory(PROVIDERS, { load: async () => apps }, createRawHttp());
  const clock = { ...manualClock(), now: () => nowMs as EpochMs };
  const done: SubscribedProvider[] = [];
  for await (const one of subscribeApps({ providers, publicUrl, clock }, only)) done.push(one);
  return done.map(({ subscription }) => subscription);
}

async function expectGenuine(definition: ProviderDefinition, received: readonly Received[]): Promise<void> {
  const app = clouds.app(definition.name);
  const keys = {
    load: async (origin: string, path: string): Promise<unknown> =>
      (await fetch(`${app.origins[origin]}${path}`)).json(),
  };
  expect(received.length).toBeGreaterThan(0);
  for (const one of received) {
    const request = requestOf(one);
    expect(one.url.pathname).toBe(`/v1/inbound/${definition.name}`);
    expect(await definition.push.verify(request, app, { nowMs: NOW_MS, keys })).toBe('genuine');
    expect(definition.push.parse(request.body, request.headers)).not.toEqual([]);
  }
}

describe.each(SELF)('%s', (name) => {
  test('CON66 PRV63 an application subscribes itself once, and is pushed to from then on', async () => {
    const definition = named(name);
    await using receiver = await receive(definition, clouds.app(name));
    const [made] = await subscribeAll(receiver.url, NOW_MS, name);
    expect(made).toMatchObject({ status: 'created' });
    const handshakeCount = receiver.received.length;
    expect(handshakeCount).toBeGreaterThan(0);
    expect(await subscribeAll(receiver.url, NOW_MS, name)).toMatchObject([{ status: 'active' }]);
    expect(receiver.received).toHaveLength(handshakeCount);

    await connectReader(definition, clouds.app(name), 'runner', NOW_MS);
    receiver.received.length = 0;
    await clouds.control('POST', `${name}/people/runner/record`, {});
    await clouds.control('POST', 'flush');
    await expectGenuine(definition, receiver.received);

    const elsewhere = await subscribeAll('https://another.example.com', NOW_MS, name);
    expect(elsewhere).toEqual([{ status: 'failed', reason: 'subscribed_elsewhere' }]);
  });
});

test('CON66 PRV63 Oura’s subscriptions are renewed before they end, and not before their last month', async () => {
  const { url } = await currentOura();
  const [active] = await subscribeAll(url, NOW_MS + 59 * DAY_MS, 'oura');
  expect(active).toMatchObject({ status: 'active' });
  await clouds.control('POST', 'clock', { advanceSec: 61 * 86_400 });
  const [renewed] = await subscribeAll(url, NOW_MS + 61 * DAY_MS, 'oura');
  expect(renewed).toEqual({ status: 'renewed', expiresAtMs: NOW_MS + (61 + 90) * DAY_MS });
});

/** The address that the test above left at Oura: renewing does not call it. */
async function currentOura(): Promise<{ readonly url: string }> {
  const { clientId, clientSecret, origins } = clouds.app('oura');
  const reply = await fetch(`${origins['api']}/v2/webhook/subscription`, {
    headers: { 'x-client-id': clientId, 'x-client-secret': clientSecret },
  });
  const [first] = (await reply.json()) as readonly { readonly callback_url: string }[];
  return { url: new URL(first?.callback_url ?? '').origin };
}

test('CON66 a run over all says what becomes of each, and a cloud that is down keeps no other from its turn', async () => {
  await clouds.control('POST', 'polar/faults', { kind: 'server_error', count: 1 });
  const states = await subscribeAll('https://health.example.com', NOW_MS + 61 * DAY_MS);
  expect(Object.fromEntries(PROVIDERS.map(({ name }, index) => [name, states[index]]))).toMatchObject({
    fitbit: { status: 'failed', reason: 'subscribed_elsewhere' },
    garmin: { status: 'portal', inboundUrl: 'https://health.example.com/v1/inbound/garmin' },
    strava: { status: 'failed', reason: 'subscribed_elsewhere' },
    whoop: { status: 'portal' },
    oura: { status: 'failed' },
    withings: { status: 'per_person' },
    polar: { status: 'failed' },
  });
  // An assertion of two months ago is none of now.
  expect(await subscribeAll('https://health.example.com', NOW_MS, 'fitbit')).toEqual([
    { status: 'failed', reason: 'answered 400 to the service account' },
  ]);
  await expect(subscribeAll('https://health.example.com', NOW_MS, 'nobody')).rejects.toMatchObject({
    code: 'provider.unknown',
  });
});

test('CON65 PRV63 a person of Withings is subscribed to every kind once, under the key of the address', async () => {
  const app = clouds.app('withings');
  await using receiver = await receive(withings, app);
  const { context } = await connectReader(withings, app, 'runner', NOW_MS);
  const inboundUrl = inboundUrlOf(receiver.url, 'withings');
  const session = {
    provider: {
      definition: withings,
      app,
      http: { send: () => Promise.reject(new ProviderFault('unavailable')) },
    },
    connection: connectionOf({ provider: 'withings', account: { ...context.account, inboundUrl } }),
    http: context.http,
  };
  await keepSubscribed(session);
  const looked = receiver.received.length;
  expect(looked).toBe(7);
  await keepSubscribed(session);
  expect(receiver.received).toHaveLength(looked);
  receiver.received.length = 0;
  await clouds.control('POST', 'withings/people/runner/record', {});
  await clouds.control('POST', 'flush');
  await expectGenuine(withings, receiver.received);
});

test('CON65 what a provider refuses keeps no sync from its data; a fault of ours does', async () => {
  const app = { clientId: 'c', clientSecret: 's', settings: { inboundKey: 'a key&' } };
  const sessionWith = (error: Error | undefined, inboundUrl: string | undefined) => {
    const asked: unknown[] = [];
    const fail = async (request: unknown) => {
      asked.push(request);
      throw error ?? new ProviderFault('forbidden');
    };
    const account = { providerUserId: '1', ...(inboundUrl === undefined ? {} : { inboundUrl }) };
    return {
      asked,
      provider: { definition: withings, app, http: { send: fail } },
      connection: connectionOf({ provider: 'withings', account }),
      http: { send: fail, json: fail, jsonAt: fail },
    };
  };
  const url = inboundUrlOf('https://health.example.com/', 'withings');
  expect(callbackOf(url, app).url).toBe('https://health.example.com/v1/inbound/withings?key=a%20key%26');
  expect(callbackOf(url, { ...app, settings: {} }).url).toBe(url);
  const refused = sessionWith(undefined, url);
  await keepSubscribed(refused);
  expect(refused.asked).toHaveLength(1);
  const unknown = sessionWith(undefined, undefined);
  await keepSubscribed(unknown);
  expect(unknown.asked).toEqual([]);
  await expect(keepSubscribed(sessionWith(new Error('ours'), url))).rejects.toThrow('ours');
});
