import { createPublicKey, verify } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { googleClient } from '../../../../test/support/google-client.ts';
import {
  type Received,
  type SimulatedClouds,
  send,
  startClouds,
  startReceiver,
} from '../../../../test/support/simulated-clouds.ts';

let clouds: SimulatedClouds;
beforeEach(async () => {
  clouds = await startClouds();
});
afterEach(() => clouds[Symbol.asyncDispose]());

const { origin, get, post, connect, inbound, subscribe } = googleClient(() => clouds);
const notifications = (received: readonly Received[]) =>
  received
    .filter(({ body }) => body.startsWith('['))
    .flatMap(({ body }) => JSON.parse(body))
    .map(({ data }) => data);

test('SIMP3 Google wants 201 with the secret and 401 without it', async () => {
  await using good = await startReceiver(inbound());
  expect((await subscribe(good.url)).json).toEqual({ fitbit: 'active' });
  expect(
    good.received.map(({ body, headers }) => [
      body,
      headers['user-agent'],
      headers['authorization'] === undefined,
    ]),
  ).toEqual([
    ['{"type":"verification"}', 'Google-Health-API-Webhooks', false],
    ['{"type":"verification"}', 'Google-Health-API-Webhooks', true],
  ]);
  await using open = await startReceiver(() => ({ status: 201 }));
  expect((await subscribe(open.url)).json.fitbit).toMatch(/^failed: FAILED_PRECONDITION/);
  await using wrong = await startReceiver(() => ({ status: 204 }));
  expect((await subscribe(wrong.url)).json.fitbit).toMatch(/^failed: FAILED_PRECONDITION/);
});

/** Reads field 3 and 4 of the Tink key, and takes the sign byte off. */
function publicKey(value: string) {
  const bytes = Buffer.from(value, 'base64');
  const x = bytes.subarray(10, 10 + (bytes[9] ?? 0));
  const y = bytes.subarray(12 + x.length);
  expect([bytes[8], bytes[10 + x.length], bytes[11 + x.length]]).toEqual([0x1a, 0x22, y.length]);
  const url = (part: Buffer) => part.subarray(-32).toString('base64url');
  return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: url(x), y: url(y) }, format: 'jwk' });
}

async function verified({ headers, body }: Received): Promise<boolean | 'unknown key'> {
  const keyset = await send(`${origin('keys')}/googlehealthapi/webhooks/webhooks_public_keyset.json`);
  const signature = Buffer.from(String(headers['google-health-api-signature']), 'base64');
  expect(signature[0]).toBe(1);
  const keys: { keyId: number; keyData: { value: string } }[] = keyset.json.key;
  const key = keys.find(({ keyId }) => keyId === signature.readUInt32BE(1));
  if (key === undefined) return 'unknown key';
  return verify(
    'sha256',
    Buffer.from(body),
    { key: publicKey(key.keyData.value), dsaEncoding: 'der' },
    signature.subarray(5),
  );
}

test('SIMP4 Google signs the raw body with the primary key of its keyset, also after a rotation', async () => {
  await using receiver = await startReceiver(inbound());
  await subscribe(receiver.url);
  await connect();
  const pushed = async () => {
    await clouds.control('POST', 'fitbit/people/runner/revise');
    await clouds.control('POST', 'flush');
    return receiver.received.at(-1) as Received;
  };
  const first = await pushed();
  expect(first.headers['authorization']).toBe(clouds.app('fitbit').settings['webhookAuthorization']);
  expect(await verified(first)).toBe(true);
  await clouds.control('POST', 'fitbit/rotate-keys');
  expect(await verified(first)).toBe(true);
  const second = await pushed();
  expect(await verified(second)).toBe(true);
  await clouds.control('POST', 'fitbit/rotate-keys', { keepOld: false });
  expect(await verified(second)).toBe('unknown key');
});

test('SIMP4 a tampered push of Google fails, an unsigned one has no signature, and the keyset can be out of reach', async () => {
  await using receiver = await startReceiver(inbound());
  await subscribe(receiver.url);
  await connect();
  for (const kind of ['tampered_push', 'unsigned_push']) {
    await clouds.control('POST', 'fitbit/faults', { kind });
    await clouds.control('POST', 'fitbit/people/runner/revise');
    await clouds.control('POST', 'flush');
  }
  const [tampered, unsigned] = receiver.received.slice(-2) as [Received, Received];
  expect(JSON.parse(tampered.body)).toHaveLength(4);
  expect(await verified(tampered)).toBe(false);
  expect(unsigned.headers['google-health-api-signature']).toBeUndefined();
  await clouds.control('POST', 'fitbit/faults', { kind: 'keyset_unreachable' });
  const keyset = () => send(`${origin('keys')}/googlehealthapi/webhooks/webhooks_public_keyset.json`);
  expect([(await keyset()).status, (await keyset()).status]).toEqual([503, 503]);
  await clouds.control('DELETE', 'fitbit/faults');
  expect((await keyset()).status).toBe(200);
});

test('SIMP5 Google puts 99 notifications into a POST, and keeps what is not answered with 204 for a week', async () => {
  let status = 200;
  await using receiver = await startReceiver((request) => inbound(status)(request));
  await subscribe(receiver.url);
  await connect();
  await clouds.control('POST', 'fitbit/people/runner/burst', { count: 120 });
  expect((await clouds.control('POST', 'flush')).json).toEqual({ delivered: 0, failed: 2, pending: 2 });
  const sizes = receiver.received
    .filter(({ body }) => body.startsWith('['))
    .map(({ body }) => JSON.parse(body).length);
  expect(sizes).toEqual([99, 21]);
  status = 204;
  expect((await clouds.control('POST', 'flush')).json).toEqual({ delivered: 0, failed: 0, pending: 2 });
  await clouds.control('POST', 'clock', { advanceSec: 10 });
  await clouds.control('POST', 'flush');
  expect((await clouds.control('GET', 'fitbit/stats')).json).toMatchObject({
    pushesSent: 4,
    pushesAccepted: 2,
    pushesFailed: 2,
  });
  status = 500;
  await clouds.control('POST', 'fitbit/people/runner/burst', { count: 1 });
  for (let tries = 0; tries < 190; tries++) {
    await clouds.control('POST', 'clock', { advanceSec: 3600 });
    await clouds.control('POST', 'flush');
  }
  expect((await clouds.control('POST', 'flush')).json.pending).toBe(0);
});

test('SIMP7 a night of Google is processed later, and tells its stages then', async () => {
  await using receiver = await startReceiver(inbound());
  await subscribe(receiver.url);
  const { access_token: access } = await connect();
  const newest = async () => (await get(access, '/dataTypes/sleep/dataPoints?pageSize=1')).json.dataPoints[0];
  const before = await newest();
  expect([before.sleep.metadata.processed, before.sleep.stages]).toEqual([false, undefined]);
  const { json } = await clouds.control('POST', 'fitbit/people/runner/revise', { type: 'sleep' });
  const after = await newest();
  expect([after.name, after.sleep.metadata.processed]).toEqual([before.name, true]);
  expect(after.sleep.stages.length).toBeGreaterThan(5);
  expect(after.sleep.interval.endTime).toBe(json.changes[0].after.end);
  await clouds.control('POST', 'flush');
  expect(notifications(receiver.received)).toMatchObject([
    { dataType: 'sleep', operation: 'UPSERT', version: '1' },
  ]);
});

test('SIMP7 a deleted sleep is gone, and its id is in the notification', async () => {
  await using receiver = await startReceiver(inbound());
  await subscribe(receiver.url);
  const { access_token: access } = await connect();
  const { json } = await clouds.control('POST', 'fitbit/people/runner/delete');
  const { id } = json.changes[0];
  expect((await get(access, `/dataTypes/sleep/dataPoints/${id}`)).status).toBe(404);
  await clouds.control('POST', 'flush');
  const { healthUserId } = (await get(access, '/identity')).json;
  expect(notifications(receiver.received)).toMatchObject([
    { dataType: 'sleep', operation: 'DELETE', recordId: id, healthUserId },
  ]);
});

test('SIMP7 a day that grows is told again, and nobody is told of people who are not connected', async () => {
  await using receiver = await startReceiver(inbound());
  await subscribe(receiver.url);
  const { access_token: access } = await connect();
  await clouds.control('POST', 'fitbit/people/cyclist/revise');
  const { json } = await clouds.control('POST', 'fitbit/people/runner/revise', { type: 'steps' });
  await clouds.control('POST', 'flush');
  expect(notifications(receiver.received).map(({ dataType }) => dataType)).toEqual([
    'steps',
    'distance',
    'total-calories',
  ]);
  const civil = (day: number) => ({ date: { year: 2026, month: 11, day } });
  const range = { start: civil(18), end: civil(19) };
  const sums = (await post(access, '/dataTypes/steps/dataPoints:dailyRollUp', { range, windowSizeDays: 1 }))
    .json;
  expect(sums.rollupDataPoints[0].steps.countSum).toBe(String(json.changes[0].after));
  expect(json.changes[0].after).toBeGreaterThan(json.changes[0].before);
});
