import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  SIMULATED_NOW,
  type SimulatedClouds,
  send,
  startClouds,
  startReceiver,
} from '../../../../test/support/simulated-clouds.ts';

let clouds: SimulatedClouds;
beforeAll(async () => {
  clouds = await startClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());

const NOW_SEC = SIMULATED_NOW / 1000;
const settings = () => clouds.app('fitbit').settings;
const account = (): { client_email: string; private_key: string } =>
  JSON.parse(settings()['serviceAccountKey'] ?? '{}');
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function assertion(claims: object = {}, key: KeyObject = createPrivateKey(account().private_key)): string {
  const body = {
    iss: account().client_email,
    aud: 'https://oauth2.googleapis.com/token',
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    iat: NOW_SEC,
    exp: NOW_SEC + 600,
    ...claims,
  };
  const signed = `${base64url({ alg: 'RS256', typ: 'JWT' })}.${base64url(body)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

const askToken = (text: string) =>
  send(`${clouds.app('fitbit').origins['oauth']}/token`, {
    form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: text },
  });

test('SIMP1 Google gives a token of the project for an assertion that its service account signed, and for no other', async () => {
  expect(await askToken(assertion())).toMatchObject({ status: 200, json: { token_type: 'Bearer' } });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  for (const wrong of [
    assertion({}, privateKey),
    assertion({ iss: 'somebody@else.example' }),
    assertion({ aud: 'https://example.com' }),
    assertion({ scope: 'https://www.googleapis.com/auth/googlehealth.sleep.readonly' }),
    assertion({ iat: NOW_SEC - 7200, exp: NOW_SEC - 3600 }),
    assertion({ exp: NOW_SEC + 86_400 }),
    'no.assertion',
  ]) {
    expect(await askToken(wrong)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  }
});

test('SIMP3 Google’s subscriber is proven twice when it is made and changed, and is one of its name', async () => {
  const secret = 'Bearer ours';
  await using receiver = await startReceiver(({ headers }) => ({
    status: headers['authorization'] === secret ? 201 : 401,
  }));
  await using careless = await startReceiver(() => ({ status: 201 }));
  const token = (await askToken(assertion())).json.access_token;
  const base = `${clouds.app('fitbit').origins['api']}/v4/projects/${settings()['projectNumber']}/subscribers`;
  const body = (endpointUri: string, dataTypes = ['steps', 'sleep']) => ({
    endpointUri,
    endpointAuthorization: { secret },
    subscriberConfigs: [{ dataTypes, subscriptionCreatePolicy: 'AUTOMATIC' }],
  });
  const create = (json: object, id = 'our-own') =>
    send(`${base}?subscriberId=${id}`, { method: 'POST', token, json });
  expect((await send(base)).status).toBe(401);
  expect((await send(base.replace(/projects.\d+/, 'projects/7'), { token })).status).toBe(404);
  expect((await create(body(receiver.url), 'No')).status).toBe(400);
  expect((await create(body(receiver.url, ['vo2-max']))).status).toBe(400);
  expect((await create(body(careless.url))).json.error.details[0].reason).toBe('FAILED_PRECONDITION');
  expect((await create(body(receiver.url))).status).toBe(200);
  expect(receiver.received).toHaveLength(2);
  expect((await create(body(receiver.url))).status).toBe(409);
  const own = `${base}/our-own`;
  const change = { method: 'PATCH', token, json: { endpointAuthorization: { secret } } };
  expect((await send(`${own}?updateMask=endpointAuthorization`, change)).status).toBe(200);
  expect(receiver.received).toHaveLength(4);
  expect((await send(base, { token })).json.subscribers).toMatchObject([
    { name: expect.stringMatching(/\/subscribers\/our-own$/), endpointUri: receiver.url, state: 'ACTIVE' },
  ]);
  expect((await send(own, { method: 'DELETE', token })).status).toBe(200);
  expect((await send(own, { method: 'DELETE', token })).status).toBe(404);
});
