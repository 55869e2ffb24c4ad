import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  clientFields,
  consent,
  type Received,
  SIMULATED_NOW,
  type SimulatedClouds,
  send,
  startClouds,
  startReceiver,
} from '../../../../test/support/simulated-clouds.ts';

const SCOPES =
  'extapi:personal extapi:daily extapi:heartrate extapi:workout extapi:spo2 extapi:stress extapi:heart_health';
const DAY_SEC = 86_400;
let clouds: SimulatedClouds;
beforeEach(async () => {
  clouds = await startClouds();
});
afterEach(() => clouds[Symbol.asyncDispose]());

const origin = (name: string) => clouds.app('oura').origins[name] ?? '';
const TOKEN = '/oauth/v2/ext/oauth-token';
const tokenRequest = (form: Record<string, string>, url = `${origin('accounts')}${TOKEN}`) =>
  send(url, { form: { ...form, ...clientFields(clouds.app('oura')) } });

const agree = (person: string, extra: Record<string, string> = {}) =>
  consent(clouds.app('oura'), {
    authorize: `${origin('accounts')}/oauth/v2/ext/oauth-authorize`,
    scope: SCOPES,
    person,
    extra,
  });

async function connect(person = 'runner', extra: Record<string, string> = {}) {
  const found = await agree(person, extra);
  const { json } = await tokenRequest({ grant_type: 'authorization_code', code: found.get('code') ?? '' });
  return json;
}

const get = (token: string, path: string) => send(`${origin('api')}/v2/usercollection/${path}`, { token });
const appHeaders = () => ({
  'x-client-id': clouds.app('oura').clientId,
  'x-client-secret': clouds.app('oura').clientSecret,
});

/** A client that repeats the challenge when the verification token is right. */
function client({ method, url }: Received) {
  if (method !== 'GET') return { status: 200 };
  const isOurs =
    url.searchParams.get('verification_token') === clouds.app('oura').settings['verificationToken'];
  return isOurs
    ? { status: 200, body: JSON.stringify({ challenge: url.searchParams.get('challenge') }) }
    : { status: 401 };
}

test('SIMP1 a refresh token of Oura is good for once, and the access token lives a day', async () => {
  const first = await connect();
  expect(first).toMatchObject({ expires_in: DAY_SEC, token_type: 'bearer' });
  const refresh = () => tokenRequest({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
  const answers = await Promise.all([refresh(), refresh()]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  await clouds.control('POST', 'clock', { advanceSec: DAY_SEC });
  const refused = await get(first.access_token, 'personal_info');
  expect([refused.status, refused.json.title]).toEqual([401, 'Unauthorized']);
});

test('SIMP1 after an answer that was lost on the way, Oura knows neither token', async () => {
  const first = await connect();
  await clouds.control('POST', 'oura/faults', { kind: 'lost_token_response' });
  const refresh = () => tokenRequest({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
  await expect(refresh()).rejects.toThrow();
  expect((await refresh()).json.error).toBe('invalid_grant');
});

test('SIMP1 asked at the old address, Oura refuses a code and uses it up', async () => {
  const found = await agree('runner');
  expect(found.get('iss')).toBe(`${origin('accounts')}/oauth/v2/ext/oauth-anonymous`);
  const form = { grant_type: 'authorization_code', code: found.get('code') ?? '' };
  const old = await tokenRequest(form, `${origin('api')}/oauth/token`);
  expect([old.status, old.json.error]).toEqual([400, 'invalid_request']);
  expect((await tokenRequest(form)).json.error).toBe('invalid_grant');
});

test('SIMP1 a revoked token of Oura takes the grant along', async () => {
  const { access_token: token, refresh_token } = await connect();
  const revoked = await send(`${origin('accounts')}/oauth/v2/ext/oauth-revoke`, {
    form: { token: refresh_token },
  });
  expect(revoked.status).toBe(200);
  expect((await get(token, 'personal_info')).status).toBe(401);
});

test('SIMP2 Oura knows scopes with their prefix, and serves what was granted of them', async () => {
  const { access_token: token, scope } = await connect('runner', { sim_scopes: 'extapi:daily' });
  expect(scope).toBe('extapi:daily');
  expect((await get(token, 'sleep')).status).toBe(200);
  expect((await get(token, 'workout')).status).toBe(403);
  const bare = await agree('runner', { scope: 'daily' });
  expect(bare.get('error')).toBe('invalid_scope');
});

test('SIMP3 Oura subscribes an address that repeats the challenge, and no other', async () => {
  await using good = await startReceiver(client);
  await using bad = await startReceiver(() => ({ status: 200, body: '{"challenge":"mine"}' }));
  const subscribe = async (baseUrl: string) =>
    (await clouds.control('PUT', 'webhooks', { baseUrl, only: ['oura'] })).json.oura;
  expect(await subscribe(bad.url)).toMatch(/^failed: .*repeat the challenge/);
  expect(await subscribe(good.url)).toBe('active');
});

test('SIMP3 a subscription made by hand is proven, listed, renewed and deleted', async () => {
  await using receiver = await startReceiver(client);
  const base = `${origin('api')}/v2/webhook/subscription`;
  const wanted = {
    callback_url: `${receiver.url}/hook`,
    verification_token: clouds.app('oura').settings['verificationToken'],
    event_type: 'update',
    data_type: 'sleep',
  };
  expect((await send(base)).status).toBe(401);
  const foreign = { ...wanted, verification_token: 'another' };
  expect((await send(base, { method: 'POST', headers: appHeaders(), json: foreign })).status).toBe(400);
  const unknown = { ...wanted, data_type: 'heartrate' };
  expect((await send(base, { method: 'POST', headers: appHeaders(), json: unknown })).status).toBe(422);
  const made = await send(base, { method: 'POST', headers: appHeaders(), json: wanted });
  expect([made.status, made.json.expiration_time]).toEqual([
    201,
    new Date(SIMULATED_NOW + 90 * DAY_SEC * 1000).toISOString(),
  ]);
  await clouds.control('POST', 'clock', { advanceSec: DAY_SEC });
  const renewed = await send(`${base}/renew/${made.json.id}`, { method: 'PUT', headers: appHeaders() });
  expect(Date.parse(renewed.json.expiration_time)).toBe(SIMULATED_NOW + 91 * DAY_SEC * 1000);
  expect((await send(base, { headers: appHeaders() })).json).toEqual([renewed.json]);
  const gone = await send(`${base}/${made.json.id}`, { method: 'DELETE', headers: appHeaders() });
  expect([gone.status, (await send(base, { headers: appHeaders() })).json]).toEqual([204, []]);
});

test('SIMP4 an Oura push is signed over seconds and body, in upper-case hexadecimal', async () => {
  await using receiver = await startReceiver(client);
  await connect();
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['oura'] });
  await clouds.control('POST', 'oura/people/runner/revise');
  await clouds.control('POST', 'flush');
  const pushes = receiver.received.filter(({ method }) => method === 'POST');
  expect(pushes.map(({ body }) => JSON.parse(body).data_type).sort()).toEqual([
    'daily_readiness',
    'daily_sleep',
    'daily_spo2',
    'sleep',
  ]);
  for (const { headers, body } of pushes) {
    const timestamp = String(SIMULATED_NOW / 1000);
    const mac = createHmac('sha256', clouds.app('oura').clientSecret)
      .update(timestamp + body)
      .digest('hex');
    expect(headers).toMatchObject({ 'x-oura-timestamp': timestamp, 'x-oura-signature': mac.toUpperCase() });
  }
});

test('SIMP5 an Oura subscription expires after ninety days, and is cancelled by 410', async () => {
  let status = 200;
  await using receiver = await startReceiver((request) =>
    request.method === 'GET' ? client(request) : { status },
  );
  await connect();
  const pushed = async () => {
    const before = receiver.received.filter(({ method }) => method === 'POST').length;
    await clouds.control('POST', 'oura/people/runner/revise');
    await clouds.control('POST', 'flush');
    return receiver.received.filter(({ method }) => method === 'POST').length - before;
  };
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['oura'] });
  expect(await pushed()).toBe(4);
  await clouds.control('POST', 'clock', { advanceSec: 90 * DAY_SEC });
  expect(await pushed()).toBe(0);
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['oura'] });
  status = 410;
  expect(await pushed()).toBe(4);
  status = 200;
  await clouds.control('POST', 'clock', { advanceSec: DAY_SEC });
  expect(await pushed()).toBe(0);
});

test('SIMP6 Oura pages documents and heart rate by next_token', async () => {
  const { access_token: token } = await connect();
  const read = async (path: string) => {
    const records = [];
    let next = '';
    do {
      const { json } = await get(token, `${path}${next}`);
      records.push(...json.data);
      next = json.next_token === null ? '' : `&next_token=${json.next_token}`;
    } while (next !== '');
    return records;
  };
  const days = (await read('daily_activity?start_date=2026-10-01&end_date=2026-11-19')).map(({ day }) => day);
  expect(days).toHaveLength(49);
  expect(days).toEqual([...new Set(days)].sort());
  const times = (
    await read(
      'heartrate?start_datetime=2026-11-10T00:00:00%2B01:00&end_datetime=2026-11-18T00:00:00%2B01:00',
    )
  ).map(({ timestamp }) => timestamp);
  expect(times).toHaveLength(8 * 288);
  expect(times).toEqual([...new Set(times)].sort());
});

test('SIMP6 the end date of Oura counts, but not for activity', async () => {
  const { access_token: token } = await connect();
  const days = async (collection: string) =>
    (await get(token, `${collection}?start_date=2026-11-16&end_date=2026-11-17`)).json.data.map(
      ({ day }: { day: string }) => day,
    );
  expect(await days('daily_readiness')).toEqual(['2026-11-16', '2026-11-17']);
  expect(await days('daily_activity')).toEqual(['2026-11-16']);
});

test('SIMP6 a hundred thousand heart rates of Oura are all there, once each', async () => {
  const { access_token: token } = await connect();
  await clouds.control('PUT', 'oura/people/runner/load', { records: 100_000 });
  const start = new Date(SIMULATED_NOW - 30 * DAY_SEC * 1000).toISOString();
  const end = new Date(SIMULATED_NOW).toISOString();
  const base = `heartrate?start_datetime=${start}&end_datetime=${end}`;
  let [next, last, loaded] = ['', '', 0];
  do {
    const { json } = await get(token, `${base}${next}`);
    for (const { timestamp } of json.data) {
      if (timestamp <= last) throw new Error(`${timestamp} follows ${last}`);
      last = timestamp;
    }
    loaded += json.data.length;
    next = json.next_token === null ? '' : `&next_token=${json.next_token}`;
  } while (next !== '');
  // What is left of the thirty days before the extra records is measured every five minutes.
  expect(loaded).toBeGreaterThan(100_000);
  expect(loaded).toBeLessThan(100_700);
});

test('SIMP7 a sleep that was deleted stays in the list of Oura as deleted', async () => {
  await using receiver = await startReceiver(client);
  const { access_token: token } = await connect();
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['oura'] });
  const { json } = await clouds.control('POST', 'oura/people/runner/delete', { type: 'sleep' });
  const { id } = json.changes[0];
  expect((await get(token, `sleep/${id}`)).json).toMatchObject({ id, type: 'deleted' });
  const listed = (await get(token, 'sleep?start_date=2026-11-17&end_date=2026-11-18')).json.data;
  expect(listed.map(({ type }: { type: string }) => type)).toEqual(['long_sleep', 'deleted']);
  await clouds.control('POST', 'flush');
  const events = receiver.received
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => JSON.parse(body));
  expect(events).toContainEqual(
    expect.objectContaining({ event_type: 'delete', data_type: 'sleep', object_id: id }),
  );
  const truth = (await clouds.control('GET', 'oura/people/runner/truth')).json;
  expect(truth.sleeps.map(({ externalId }: { externalId: string }) => externalId)).not.toContain(id);
});

test('SIMP8 Oura tells its limit of five minutes in every answer', async () => {
  const { access_token: token } = await connect();
  await clouds.control('PUT', 'oura/limits', { fiveMinutes: 1 });
  const first = await get(token, 'personal_info');
  expect([first.headers.get('x-ratelimit-limit'), first.headers.get('x-ratelimit-remaining')]).toEqual([
    '1',
    '0',
  ]);
  const second = await get(token, 'personal_info');
  expect([second.status, second.headers.get('x-ratelimit-reset')]).toEqual([429, '300']);
});

test('SIMP9 Oura refuses a lapsed membership with 403 and an old application with 426', async () => {
  const { access_token: token } = await connect();
  await clouds.control('POST', 'oura/faults', { kind: 'membership' });
  const lapsed = await get(token, 'sleep');
  expect([lapsed.status, lapsed.json.detail]).toEqual([403, 'The Oura Membership of the user has expired.']);
  await clouds.control('DELETE', 'oura/faults');
  await clouds.control('POST', 'oura/app-version', { outdated: true });
  expect((await get(token, 'sleep')).status).toBe(426);
  await clouds.control('POST', 'oura/app-version', { outdated: false });
  expect((await get(token, 'sleep')).status).toBe(200);
});

test.each([
  ['sleep?start_date=yesterday', 422],
  ['sleep?start_date=2026-11-18&end_date=2026-11-01', 400],
  ['sleep?next_token=mine', 400],
  ['heartrate?start_datetime=2026-09-01T00:00:00Z&end_datetime=2026-11-01T00:00:00Z', 400],
  ['sleep/none', 404],
])('SIMP9 Oura refuses %s with %i', async (path, status) => {
  const { access_token: token } = await connect();
  expect((await get(token, path)).status).toBe(status);
});

test('SIMP10 Oura counts sleep in seconds and tells its stages in digits', async () => {
  const { access_token: token } = await connect();
  const { json } = await get(token, 'sleep?start_date=2026-11-18&end_date=2026-11-18');
  const [sleep] = json.data;
  const half = (digit: string) =>
    [...sleep.sleep_phase_30_sec].filter((found) => found === digit).length * 30;
  expect({ deep: half('1'), light: half('2'), rem: half('3'), awake: half('4') }).toEqual({
    deep: sleep.deep_sleep_duration,
    light: sleep.light_sleep_duration,
    rem: sleep.rem_sleep_duration,
    awake: sleep.awake_time,
  });
  expect(sleep.bedtime_end).toMatch(/^2026-11-18T\d\d:\d\d:\d\d\+01:00$/);
});

test('SIMP11 the truth of Oura is what its collections say', async () => {
  const { access_token: token } = await connect('shift_worker');
  const truth = (await clouds.control('GET', 'oura/people/shift_worker/truth?from=2026-11-01')).json;
  const read = async (name: string) =>
    (await get(token, `${name}?start_date=2026-11-01&end_date=2026-11-19`)).json.data;
  for (const day of await read('daily_activity')) {
    expect(truth.daily[day.day]).toMatchObject({ steps: day.steps, total_energy: day.total_calories });
  }
  for (const sleep of await read('sleep')) {
    expect(truth.daily[sleep.day]).toMatchObject({
      resting_heart_rate: sleep.lowest_heart_rate,
      hrv_rmssd: sleep.average_hrv,
      sleep_duration: sleep.total_sleep_duration / 60,
    });
  }
  const ids = (list: { id: string }[]) => list.map(({ id }) => id).sort();
  const told = (list: { externalId: string }[]) => list.map(({ externalId }) => externalId).sort();
  expect(told(truth.sleeps)).toEqual(ids(await read('sleep')));
  expect(told(truth.workouts)).toEqual(ids(await read('workout')));
  expect(truth.workouts.length).toBeGreaterThan(1);
});
