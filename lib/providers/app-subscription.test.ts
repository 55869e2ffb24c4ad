import { generateKeyPairSync, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  jsonResponse,
  NOW_MS,
  type PaperAnswer,
  paperCloud,
  status,
} from '../../test/support/paper-cloud.ts';

import { settingsOf } from './app-subscription.ts';
import type { AppSubscription, ProviderDefinition } from './definition.ts';
import { fitbit } from './fitbit/fitbit.ts';
import { NOTIFIED_TYPES } from './fitbit/subscriber.ts';
import type { ProviderRequest } from './http.ts';
import { oura } from './oura/oura.ts';
import { polar } from './polar/polar.ts';
import { PROVIDERS } from './registry.ts';
import { strava } from './strava/strava.ts';
import { withings } from './withings/withings.ts';

const callback = { url: 'https://health.example.com/v1/inbound/x' };
const OTHER = 'https://other.example.com/v1/inbound/x';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const serviceAccountKey = JSON.stringify({
  type: 'service_account',
  client_email: 'subscriber@project.example',
  private_key_id: 'key-1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
});
const app = {
  clientId: 'client',
  clientSecret: 'the secret',
  settings: {
    verifyToken: 'verify me',
    verificationToken: 'verify me',
    signatureSecretKey: 'key',
    projectNumber: '12345',
    serviceAccountKey,
    webhookAuthorization: 'Bearer ours',
    inboundKey: 'key of the address',
  },
};

async function run(
  definition: ProviderDefinition,
  answer: PaperAnswer,
  settings: Readonly<Record<string, string>> = app.settings,
): Promise<{ readonly outcome: AppSubscription | undefined; readonly asked: readonly ProviderRequest[] }> {
  const cloud = paperCloud(answer);
  const outcome = await definition.push.subscribeApp?.(cloud.app, { ...app, settings }, callback, NOW_MS);
  return { outcome, asked: cloud.asked };
}
const created = (json: unknown) => jsonResponse(201, json);
const isRead = ({ method }: ProviderRequest): boolean => (method ?? 'GET') === 'GET';
const later = (days: number): string => new Date(NOW_MS + days * 86_400_000).toISOString();

test('PRV63 what an application lacks among its settings is named, not shown', () => {
  expect(settingsOf(app, ['verifyToken', 'projectNumber'])).toEqual({
    verifyToken: 'verify me',
    projectNumber: '12345',
  });
  expect(settingsOf({ ...app, settings: { verifyToken: '' } }, ['verifyToken', 'projectNumber'])).toEqual({
    status: 'failed',
    reason: 'setting_missing: verifyToken, projectNumber',
  });
});

test.each(PROVIDERS.filter(({ push }) => push.subscribeApp !== undefined))(
  'PRV63 $name: a refusal is told by its status, without what was said or sent',
  async (definition) => {
    const { outcome } = await run(definition, () => jsonResponse(403, { said: 'the secret' }));
    expect(outcome?.status).toBe('failed');
    expect(outcome?.reason).toMatch(/^answered 403/);
    expect(JSON.stringify(outcome)).not.toContain('secret');
    const unreadable = await run(definition, () => jsonResponse(200, 'gone'));
    expect(unreadable.outcome?.status).toBe('failed');
  },
);

test('PRV63 Strava: one subscription, whose id goes into the settings, made once', async () => {
  const none = await run(strava, (request) => (isRead(request) ? [] : created({ id: 77 })));
  expect(none.outcome).toEqual({ status: 'created', settings: { subscriptionId: '77' } });
  expect(none.asked[0]?.query).toEqual({ client_id: 'client', client_secret: 'the secret' });
  expect(none.asked[1]?.form).toEqual({
    client_id: 'client',
    client_secret: 'the secret',
    callback_url: callback.url,
    verify_token: 'verify me',
  });
  const ours = [{ id: 77, callback_url: callback.url }];
  expect((await run(strava, () => ours)).outcome).toEqual({
    status: 'active',
    settings: { subscriptionId: '77' },
  });
  const known = { ...app.settings, subscriptionId: '77' };
  expect((await run(strava, () => ours, known)).outcome).toEqual({ status: 'active' });
  const theirs = await run(strava, () => [{ id: 78, callback_url: OTHER }]);
  expect(theirs.outcome).toEqual({ status: 'failed', reason: 'subscribed_elsewhere' });
  expect(theirs.asked).toHaveLength(1);
  expect((await run(strava, () => [], {})).asked).toEqual([]);
  const nameless = await run(strava, (request) => (isRead(request) ? [] : created({})));
  expect(nameless.outcome).toEqual({ status: 'failed', reason: 'no subscription id' });
});

test('PRV63 Oura: every kind of event of every notified type, renewed in the last 30 days, made when missing', async () => {
  const types = ['sleep', 'daily_sleep', 'daily_readiness', 'daily_activity', 'daily_spo2'];
  const all = [...types, 'daily_cardiovascular_age', 'vo2_max', 'workout'].flatMap((data_type) =>
    ['create', 'update', 'delete'].map((event_type) => ({
      id: `${data_type}-${event_type}`,
      callback_url: callback.url,
      data_type,
      event_type,
      expiration_time: later(60),
    })),
  );
  const whole = await run(oura, () => all);
  expect(whole.outcome).toEqual({ status: 'active', expiresAtMs: Date.parse(later(60)) });
  expect(whole.asked).toHaveLength(1);
  expect(whole.asked[0]?.headers).toEqual({ 'x-client-id': 'client', 'x-client-secret': 'the secret' });

  const [first, second, ...rest] = all;
  const ending = [{ ...first, expiration_time: later(29) }, second, ...rest];
  const renewed = await run(oura, (request) =>
    isRead(request) ? ending : { ...first, expiration_time: later(90) },
  );
  expect(renewed.outcome).toEqual({ status: 'renewed', expiresAtMs: Date.parse(later(60)) });
  expect(renewed.asked[1]).toMatchObject({
    method: 'PUT',
    path: '/v2/webhook/subscription/renew/sleep-create',
  });

  const missing = await run(oura, (request) =>
    isRead(request) ? rest : created({ ...first, expiration_time: later(90) }),
  );
  expect(missing.outcome?.status).toBe('created');
  expect(missing.asked[1]?.json).toEqual({
    callback_url: callback.url,
    verification_token: 'verify me',
    event_type: 'create',
    data_type: 'sleep',
  });
  expect(missing.asked).toHaveLength(3);

  const elsewhere = await run(oura, () => [{ ...first, callback_url: OTHER }]);
  expect(elsewhere.outcome).toEqual({ status: 'failed', reason: 'subscribed_elsewhere' });
  const half = await run(oura, (request) => (isRead(request) ? [] : status(422)));
  expect(half.outcome).toEqual({ status: 'failed', reason: 'answered 422 to create of sleep' });
});

test('PRV63 Polar: one webhook, whose key is told once, woken and completed when it has to be', async () => {
  const events = ['EXERCISE', 'SLEEP', 'CONTINUOUS_HEART_RATE', 'ACTIVITY_SUMMARY'];
  const hook = { id: 'hook', url: callback.url, events, active: true };
  for (const nothing of [{ data: [] }, undefined, { data: null }]) {
    const { outcome, asked } = await run(polar, (request) =>
      isRead(request) ? nothing : created({ data: { ...hook, signature_secret_key: 'told once' } }),
    );
    expect(outcome).toEqual({ status: 'created', settings: { signatureSecretKey: 'told once' } });
    expect(asked[1]).toMatchObject({ method: 'POST', json: { url: callback.url, events } });
    expect(asked[0]?.headers?.['authorization']).toBe(
      `Basic ${Buffer.from('client:the secret').toString('base64')}`,
    );
  }
  expect((await run(polar, () => ({ data: hook }))).outcome).toEqual({ status: 'active' });
  expect((await run(polar, () => ({ data: [hook] }), {})).outcome?.reason).toContain('signatureSecretKey');
  expect((await run(polar, () => ({ data: [{ ...hook, url: OTHER }] }))).outcome?.reason).toBe(
    'subscribed_elsewhere',
  );
  const resting = await run(polar, () => ({ data: [{ ...hook, active: false, events: ['SLEEP'] }] }));
  expect(resting.outcome).toEqual({ status: 'renewed' });
  expect(resting.asked.map(({ method, path }) => `${method ?? 'GET'} ${path}`)).toEqual([
    'GET /v3/webhooks',
    'PATCH /v3/webhooks/hook',
    'POST /v3/webhooks/activate',
  ]);
  const keyless = await run(polar, (request) => (isRead(request) ? { data: [] } : created({ data: {} })));
  expect(keyless.outcome).toEqual({ status: 'failed', reason: 'no signature key' });
});

const google =
  (list: unknown, answer: unknown = { name: 'operations/1' }): PaperAnswer =>
  (request) =>
    request.origin === 'oauth' ? { access_token: 'of the project' } : isRead(request) ? list : answer;

test('PRV63 Google: the subscriber of the project, proved again when it went inactive', async () => {
  const none = await run(fitbit, google({}));
  expect(none.outcome).toEqual({ status: 'created' });
  expect(none.asked[2]).toMatchObject({
    path: '/v4/projects/12345/subscribers',
    query: { subscriberId: 'headwater' },
    headers: { authorization: 'Bearer of the project' },
    json: { endpointUri: callback.url, endpointAuthorization: { secret: 'Bearer ours' } },
  });
  const known = (fields: object) => ({
    subscribers: [
      { name: 'projects/12345/subscribers/other', endpointUri: OTHER },
      { name: 'projects/12345/subscribers/headwater', endpointUri: callback.url, ...fields },
    ],
  });
  expect((await run(fitbit, google(known({ state: 'ACTIVE' })))).outcome).toEqual({ status: 'active' });
  const asleep = await run(fitbit, google(known({ state: 'INACTIVE' })));
  expect(asleep.outcome).toEqual({ status: 'renewed' });
  expect(asleep.asked[2]).toMatchObject({
    method: 'PATCH',
    path: '/v4/projects/12345/subscribers/headwater',
    query: { updateMask: 'endpointAuthorization' },
  });
  expect((await run(fitbit, google(known({ endpointUri: OTHER })))).outcome?.reason).toBe(
    'subscribed_elsewhere',
  );
  expect((await run(fitbit, google({}, status(409)))).outcome).toEqual({ status: 'active' });
  expect((await run(fitbit, google({}, status(400)))).outcome).toEqual({
    status: 'failed',
    reason: 'answered 400',
  });
});

test('PRV63 Google: nothing is subscribed that is not read, for one unknown type would fail it whole', () => {
  const read = new Set(fitbit.dataTypes.map(({ code }) => code));
  expect(NOTIFIED_TYPES.filter((type) => !read.has(type))).toEqual([]);
});

test('PRV64 the assertion of a service account is signed by its key, for the project alone, and short-lived', async () => {
  const { asked } = await run(fitbit, google({}));
  const form = asked[0]?.form ?? {};
  expect(asked[0]).toMatchObject({ origin: 'oauth', path: '/token', method: 'POST' });
  expect(form['grant_type']).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
  const [header = '', claims = '', signature = ''] = (form['assertion'] ?? '').split('.');
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
  expect(read(claims)).toEqual({
    iss: 'subscriber@project.example',
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    aud: 'https://oauth2.googleapis.com/token',
    iat: NOW_MS / 1_000,
    exp: NOW_MS / 1_000 + 600,
  });
  const signed = Buffer.from(`${header}.${claims}`);
  expect(verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  for (const broken of ['{', '{}', JSON.stringify({ client_email: 'a@b.c', private_key: 'x'.repeat(200) })]) {
    const { outcome, asked: calls } = await run(fitbit, google({}), {
      ...app.settings,
      serviceAccountKey: broken,
    });
    expect(outcome).toEqual({ status: 'failed', reason: 'setting_unreadable: serviceAccountKey' });
    expect(calls).toEqual([]);
  }
});

test('PRV63 Withings: a person is subscribed to each kind that is missing at this address, and the refused is left out', async () => {
  const listed = (profiles: unknown) => ({ status: 0, body: { profiles } });
  const subscribe = async (profiles: unknown, answer: PaperAnswer) => {
    const cloud = paperCloud((request) =>
      request.form?.['action'] === 'list' ? listed(profiles) : answer(request),
    );
    await withings.push.subscribeUser?.(cloud.http, callback, app);
    return cloud.asked.map(({ form }) => form?.['appli']);
  };
  const done = () => ({ status: 0, body: {} });
  const wanted = ['1', '2', '4', '16', '44', '46', '62'];
  const sorted = async (asked: Promise<readonly (string | undefined)[]>) => [...(await asked)].sort();
  expect(await sorted(subscribe(undefined, done))).toEqual([...wanted, undefined].sort());
  const own = wanted.map((appli) => ({ appli: Number(appli), callbackurl: callback.url }));
  expect(await subscribe(own, done)).toEqual([undefined]);
  const unkeyed = paperCloud(done);
  await withings.push.subscribeUser?.(unkeyed.http, callback, { ...app, settings: {} });
  expect(unkeyed.asked).toEqual([]);
  const others = own.map((profile) => ({ ...profile, callbackurl: OTHER }));
  expect(await subscribe(others, done)).toHaveLength(wanted.length + 1);
  expect(await subscribe([], ({ form }) => (form?.['appli'] === '44' ? status(403) : done()))).toHaveLength(
    8,
  );
  await expect(subscribe([], ({ form }) => (form?.['appli'] === '1' ? status(503) : done()))).rejects.toThrow(
    'unavailable',
  );
});
