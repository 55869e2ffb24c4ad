import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  consent,
  REDIRECT,
  type Received,
  SIMULATED_NOW,
  type SimulatedClouds,
  send,
  startClouds,
  startReceiver,
} from '../../../../test/support/simulated-clouds.ts';

const DAY_SEC = 86_400;
let clouds: SimulatedClouds;
beforeEach(async () => {
  clouds = await startClouds();
});
afterEach(() => clouds[Symbol.asyncDispose]());

const origin = (name: string) => clouds.app('polar').origins[name] ?? '';
const basic = () => {
  const { clientId, clientSecret } = clouds.app('polar');
  return { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
};
const tokenRequest = (form: Record<string, string>, headers: Record<string, string> = basic()) =>
  send(`${origin('remote')}/v2/oauth2/token`, { form, headers });

async function agree(person: string): Promise<string> {
  const authorize = `${origin('flow')}/oauth2/authorization`;
  const found = await consent(clouds.app('polar'), { authorize, scope: 'accesslink.read_all', person });
  return found.get('code') ?? '';
}

const exchange = async (person: string) =>
  tokenRequest({ grant_type: 'authorization_code', code: await agree(person), redirect_uri: REDIRECT });

const get = (token: string, path: string) => send(`${origin('api')}/v3${path}`, { token });
const register = (token: string, memberId: string) =>
  send(`${origin('api')}/v3/users`, { token, method: 'POST', json: { 'member-id': memberId } });

async function connect(person = 'runner') {
  const { json } = await exchange(person);
  await register(json.access_token, `member-${person}`);
  return json;
}

const isPing = ({ headers }: Received) => headers['polar-webhook-event'] === 'PING';

test('SIMP1 Polar wants Basic, gives no refresh token, and its tokens live a year', async () => {
  const code = await agree('runner');
  const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT };
  const { clientId, clientSecret } = clouds.app('polar');
  const inBody = await tokenRequest({ ...form, client_id: clientId, client_secret: clientSecret }, {});
  expect([inBody.status, inBody.json.error]).toEqual([401, 'invalid_client']);
  const { json } = await tokenRequest(form);
  expect(json).toEqual({
    access_token: expect.stringMatching(/^sim_/),
    token_type: 'bearer',
    expires_in: 365 * DAY_SEC,
    x_user_id: expect.any(Number),
  });
  const refreshed = await tokenRequest({ grant_type: 'refresh_token', refresh_token: json.access_token });
  expect(refreshed.json.error).toBe('unsupported_grant_type');
});

test('SIMP1 deleting the user at Polar ends the registration and the token', async () => {
  const { access_token: token, x_user_id: id } = await connect();
  const path = `${origin('api')}/v3/users`;
  expect((await send(`${path}/1`, { token, method: 'DELETE' })).status).toBe(403);
  expect((await send(`${path}/${id}`, { token, method: 'DELETE' })).status).toBe(204);
  expect((await get(token, '/exercises')).status).toBe(401);
  const again = (await exchange('runner')).json;
  expect((await get(again.access_token, '/exercises')).status).toBe(403);
});

test('SIMP3 Polar pings an address before it uses it', async () => {
  await using good = await startReceiver(() => ({ status: 200 }));
  await using bad = await startReceiver(() => ({ status: 204 }));
  const subscribe = async (baseUrl: string) =>
    (await clouds.control('PUT', 'webhooks', { baseUrl, only: ['polar'] })).json.polar;
  expect(await subscribe(bad.url)).toBe('failed: PING was answered with 204');
  expect(await subscribe(good.url)).toBe('active');
  expect(good.received.map((one) => [isPing(one), JSON.parse(one.body).event])).toEqual([[true, 'PING']]);
});

test('SIMP3 Polar has one webhook and tells its secret once', async () => {
  await using receiver = await startReceiver(() => ({ status: 200 }));
  const base = `${origin('api')}/v3/webhooks`;
  const wanted = { events: ['EXERCISE'], url: `${receiver.url}/hook` };
  expect((await send(base, { method: 'POST', json: wanted })).status).toBe(401);
  const create = () => send(base, { method: 'POST', headers: basic(), json: wanted });
  const made = await create();
  expect(made.status).toBe(201);
  expect(made.json.data.signature_secret_key).toBe(clouds.app('polar').settings['signatureSecretKey']);
  expect((await create()).status).toBe(409);
  const listed = await send(base, { headers: basic() });
  expect(listed.json.data).toEqual([{ id: made.json.data.id, ...wanted, active: true }]);
  await send(`${base}/deactivate`, { method: 'POST', headers: basic() });
  const resting = await send(`${base}/${made.json.data.id}`, { headers: basic() });
  expect(resting.json.data.active).toBe(false);
  const gone = await send(`${base}/${made.json.data.id}`, { method: 'DELETE', headers: basic() });
  expect(gone.status).toBe(204);
  expect((await create()).json.data.signature_secret_key).not.toBe(made.json.data.signature_secret_key);
});

test('SIMP4 a Polar push is signed over the body, with the key of the webhook', async () => {
  await using receiver = await startReceiver(() => ({ status: 200 }));
  const { x_user_id: userId } = await connect();
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['polar'] });
  const { json } = await clouds.control('POST', 'polar/people/runner/record');
  await clouds.control('POST', 'flush');
  const pushes = receiver.received.filter((one) => !isPing(one));
  expect(pushes.map(({ body }) => JSON.parse(body).event).sort()).toEqual([
    'ACTIVITY_SUMMARY',
    'CONTINUOUS_HEART_RATE',
    'EXERCISE',
  ]);
  const key = clouds.app('polar').settings['signatureSecretKey'] ?? '';
  for (const { headers, body } of pushes) {
    expect(headers['polar-webhook-signature']).toBe(createHmac('sha256', key).update(body).digest('hex'));
  }
  const { id } = json.changes[0];
  expect(JSON.parse(pushes[0]?.body ?? '')).toEqual({
    event: 'EXERCISE',
    user_id: userId,
    entity_id: id,
    timestamp: '2026-11-18T12:00:00Z',
    url: `${origin('api')}/v3/exercises/${id}`,
  });
});

test('SIMP5 Polar puts a webhook to rest after seven days of failures', async () => {
  let status = 500;
  await using receiver = await startReceiver((one) => ({ status: isPing(one) ? 200 : status }));
  await connect();
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['polar'] });
  const pushed = async () => {
    const before = receiver.received.length;
    await clouds.control('POST', 'polar/people/runner/revise');
    await clouds.control('POST', 'flush');
    return receiver.received.length - before;
  };
  expect(await pushed()).toBe(1);
  await clouds.control('POST', 'clock', { advanceSec: 7 * DAY_SEC });
  await pushed();
  status = 200;
  expect(await pushed()).toBe(0);
  const { json } = await send(`${origin('api')}/v3/webhooks`, { headers: basic() });
  expect(json.data[0].active).toBe(false);
});

test('SIMP6 Polar has no pages: exercises of thirty days, nights of four weeks', async () => {
  const { access_token: token } = await connect();
  const exercises = (await get(token, '/exercises')).json;
  const starts = exercises.map(({ start_time }: { start_time: string }) => start_time);
  expect(starts.every((start: string) => start >= '2026-10-19T00:00:00')).toBe(true);
  expect(starts.length).toBeGreaterThan(10);
  const { nights } = (await get(token, '/users/sleep')).json;
  const { available } = (await get(token, '/users/sleep/available')).json;
  expect(nights[0].date >= '2026-10-22').toBe(true);
  expect(nights.map(({ date }: { date: string }) => date)).toEqual(
    available.map(({ date }: { date: string }) => date),
  );
  expect((await get(token, '/users/activities?from=2026-10-01&to=2026-11-18')).status).toBe(400);
  expect((await get(token, '/users/activities?from=2026-10-22&to=2026-11-18')).json).toHaveLength(28);
});

test('SIMP7 a night that Polar scores anew is longer afterwards', async () => {
  const { access_token: token } = await connect();
  const { json } = await clouds.control('POST', 'polar/people/runner/revise');
  const [{ id, before, after }] = json.changes;
  expect((await get(token, `/users/sleep/${id}`)).json).toEqual(after);
  expect(Date.parse(after.sleep_end_time) - Date.parse(before.sleep_end_time)).toBe(360_000);
  expect((await clouds.control('POST', 'polar/people/runner/delete')).status).toBe(409);
});

test('SIMP8 Polar tells both of its limits in every answer', async () => {
  const { access_token: token } = await connect();
  await clouds.control('PUT', 'polar/limits', { documented: true });
  const { headers } = await get(token, '/exercises');
  expect([headers.get('ratelimit-limit'), headers.get('ratelimit-usage')]).toEqual(['600, 5500', '1, 1']);
  expect(headers.get('ratelimit-reset')).toBe('900, 43200');
  await clouds.control('PUT', 'polar/limits', { quarter: 1 });
  await get(token, '/exercises');
  expect((await get(token, '/exercises')).status).toBe(429);
});

test('SIMP9 Polar gives nothing before the registration, and registers nobody twice', async () => {
  const { access_token: token, x_user_id: id } = (await exchange('runner')).json;
  expect((await get(token, '/exercises')).status).toBe(403);
  expect((await register(token, '')).status).toBe(400);
  const registered = await register(token, 'mine');
  expect(registered.json).toMatchObject({ 'polar-user-id': id, 'member-id': 'mine' });
  expect((await register(token, 'mine')).status).toBe(409);
  const other = (await exchange('cyclist')).json;
  expect((await register(other.access_token, 'mine')).status).toBe(409);
  expect((await get(token, '/exercises')).status).toBe(200);
});

test('SIMP9 nothing counts as uploaded before the registration at Polar', async () => {
  const { access_token: token } = await connect();
  const exercises = (await get(token, '/exercises')).json;
  for (const { upload_time } of exercises) expect(Date.parse(upload_time)).toBe(SIMULATED_NOW);
});

test('SIMP10 Polar writes durations by ISO 8601, wall clocks without an offset, and kebab-case', async () => {
  const { access_token: token } = await connect();
  const truth = (await clouds.control('GET', 'polar/people/runner/truth')).json;
  const bare = (await get(token, '/exercises')).json.at(-1);
  expect(bare.samples).toBeUndefined();
  const { json } = await get(token, `/exercises/${bare.id}?samples=true&zones=true`);
  const told = truth.workouts.find(({ externalId }: { externalId: string }) => externalId === json.id);
  const startMs = Date.parse(`${json.start_time}Z`) - json.start_time_utc_offset * 60_000;
  expect(startMs).toBe(Date.parse(told.start));
  const minutes = (Date.parse(told.end) - Date.parse(told.start)) / 60_000;
  const [, hours = '0', rest = '0'] = /^PT(?:(\d+)H)?(?:(\d+)M)?$/.exec(json.duration) ?? [];
  expect(Number(hours) * 60 + Number(rest)).toBe(minutes);
  const [beats] = json.samples;
  expect([beats['sample-type'], beats['recording-rate']]).toEqual(['0', 5]);
  expect(beats.data.split(',')).toHaveLength(minutes * 12);
  expect(json.heart_rate_zones[0]).toMatchObject({ 'lower-limit': 95, 'in-zone': 'PT0S' });
  expect(json.training_load_pro['cardio-load']).toBe(json.training_load);
});

test('SIMP10 the keys of a hypnogram are the wall clock and go past midnight', async () => {
  const { access_token: token } = await connect();
  const { json } = await get(token, '/users/sleep/2026-11-18');
  const keys = Object.keys(json.hypnogram);
  expect(keys[0]).toBe(json.sleep_start_time.slice(11, 16));
  expect([(keys[0] ?? '') > '21:00', (keys.at(-1) ?? '') < '09:00']).toEqual([true, true]);
  expect(new Set(Object.values(json.hypnogram))).toEqual(new Set([0, 1, 3, 4]));
});

test('SIMP11 the truth of Polar is what its lists say', async () => {
  const { access_token: token } = await connect('shift_worker');
  const truth = (await clouds.control('GET', 'polar/people/shift_worker/truth')).json;
  const { nights } = (await get(token, '/users/sleep')).json;
  const { recharges } = (await get(token, '/users/nightly-recharge')).json;
  expect(truth.sleeps.map(({ externalId }: { externalId: string }) => externalId)).toEqual(
    nights.map(({ date }: { date: string }) => date),
  );
  for (const night of nights) {
    const asleepSec = night.light_sleep + night.deep_sleep + night.rem_sleep;
    expect(truth.daily[night.date]).toMatchObject({
      sleep_duration: asleepSec / 60,
      sleep_score: night.sleep_score,
    });
  }
  for (const { date, heart_rate_variability_avg } of recharges) {
    expect(truth.daily[date].hrv_rmssd).toBe(heart_rate_variability_avg);
  }
  expect(recharges.length).toBeGreaterThan(15);
  for (const { start_time, steps, calories } of (await get(token, '/users/activities')).json) {
    expect(truth.daily[start_time.slice(0, 10)]).toMatchObject({ steps, total_energy: calories });
  }
});
