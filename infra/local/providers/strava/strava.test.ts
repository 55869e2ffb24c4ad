import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  clientFields,
  consent,
  type Received,
  type Reply,
  SIMULATED_NOW,
  type SimulatedClouds,
  send,
  startClouds,
  startReceiver,
} from '../../../../test/support/simulated-clouds.ts';

const ALL = 'read,activity:read_all,profile:read_all';
let clouds: SimulatedClouds;
beforeEach(async () => {
  clouds = await startClouds();
});
afterEach(() => clouds[Symbol.asyncDispose]());

const web = () => clouds.app('strava').origins['web'] ?? '';
const agree = (person: string, extra: Record<string, string> = {}, scope = ALL) =>
  consent(clouds.app('strava'), { authorize: `${web()}/oauth/authorize`, scope, person, extra });
const token = (form: Record<string, string>) =>
  send(`${web()}/oauth/token`, { form: { ...form, ...clientFields(clouds.app('strava')) } });
async function connect(person = 'runner', extra: Record<string, string> = {}, scope = ALL) {
  const code = (await agree(person, extra, scope)).get('code') ?? '';
  return (await token({ grant_type: 'authorization_code', code })).json;
}
const get = (access: string, path: string) => send(`${web()}/api/v3${path}`, { token: access });

/** A client that knows the verify token. */
function client({ method, url }: Received, status = 200) {
  if (method !== 'GET') return { status };
  const known = url.searchParams.get('hub.verify_token') === clouds.app('strava').settings['verifyToken'];
  return known
    ? { status: 200, body: JSON.stringify({ 'hub.challenge': url.searchParams.get('hub.challenge') }) }
    : { status: 403 };
}
const subscribe = (baseUrl: string) => clouds.control('PUT', 'webhooks', { baseUrl, only: ['strava'] });
const events = (received: readonly Received[]) => received.filter(({ method }) => method === 'POST');

test('SIMP1 Strava returns the same access token while more than an hour is left, and then kills the refresh token', async () => {
  const first = await connect();
  expect(first).toMatchObject({
    token_type: 'Bearer',
    expires_in: 21_600,
    expires_at: SIMULATED_NOW / 1000 + 21_600,
  });
  expect(first.athlete.id).toBeGreaterThan(0);
  const refresh = (refresh_token: string) => token({ grant_type: 'refresh_token', refresh_token });
  const early = (await refresh(first.refresh_token)).json;
  expect([early.access_token, early.refresh_token, early.athlete]).toEqual([
    first.access_token,
    first.refresh_token,
    undefined,
  ]);
  await clouds.control('POST', 'clock', { advanceSec: 18_001 });
  const both = await Promise.all([refresh(first.refresh_token), refresh(first.refresh_token)]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
  const late = both.find(({ status }) => status === 200)?.json;
  expect(late.access_token).not.toBe(first.access_token);
  expect((await get(first.access_token, '/athlete')).status).toBe(200);
  await clouds.control('POST', 'clock', { advanceSec: 3600 });
  expect((await get(first.access_token, '/athlete')).status).toBe(401);
  expect((await get(late.access_token, '/athlete')).status).toBe(200);
});

test.each(['/oauth/deauthorize', '/oauth/revoke'])('SIMP1 %s ends the grant at Strava', async (path) => {
  const { access_token: access } = await connect();
  const { clientId, clientSecret } = clouds.app('strava');
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const authorization = path.endsWith('revoke') ? basic : `Bearer ${access}`;
  expect(
    (await send(`${web()}${path}`, { form: { token: access }, headers: { authorization } })).status,
  ).toBe(200);
  expect((await get(access, '/athlete')).status).toBe(401);
});

test('SIMP2 the callback of Strava says what was ticked, and private activities stay hidden without read_all', async () => {
  const granted = await agree('runner', { sim_scopes: 'read' });
  expect(granted.get('scope')).toBe('read');
  const { access_token: none } = await connect('runner', { sim_scopes: 'read' });
  expect((await get(none, '/athlete/activities')).status).toBe(403);
  const { access_token: some } = await connect('runner', {}, 'read,activity:read');
  const { access_token: every } = await connect('cyclist');
  const seen = (await get(some, '/athlete/activities?per_page=200')).json;
  const all = (await get(every, '/athlete/activities?per_page=200')).json;
  expect(seen.some(({ visibility }: { visibility: string }) => visibility === 'only_me')).toBe(false);
  expect(all.some(({ visibility }: { visibility: string }) => visibility === 'only_me')).toBe(true);
});

test('SIMP3 Strava subscribes an address that repeats hub.challenge, and no other', async () => {
  await using receiver = await startReceiver(client);
  expect((await subscribe(receiver.url)).json).toEqual({ strava: 'active' });
  expect(receiver.received[0]?.url.searchParams.get('hub.mode')).toBe('subscribe');
  await using silent = await startReceiver(() => ({ status: 200, body: '{}' }));
  expect((await subscribe(silent.url)).json.strava).toMatch(/^failed: the callback did not repeat/);
});

test('SIMP4 Strava signs nothing unless it is asked to', async () => {
  await using receiver = await startReceiver(client);
  await subscribe(receiver.url);
  await connect();
  const revise = async () => {
    await clouds.control('POST', 'strava/people/runner/revise');
    await clouds.control('POST', 'flush');
    return events(receiver.received).at(-1) as Received;
  };
  expect((await revise()).headers['x-strava-signature']).toBeUndefined();
  await clouds.control('POST', 'strava/signing', {});
  const { headers, body } = await revise();
  const seconds = SIMULATED_NOW / 1000;
  const mac = createHmac('sha256', clouds.app('strava').clientSecret)
    .update(`${seconds}.${body}`)
    .digest('hex');
  expect(headers['x-strava-signature']).toBe(`t=${seconds},v1=${mac}`);
});

test('SIMP5 Strava tries three more times, and forgets what happened while nobody listened', async () => {
  await connect();
  await clouds.control('POST', 'strava/people/runner/revise');
  await using receiver = await startReceiver((request) => client(request, 503));
  await subscribe(receiver.url);
  expect(events(receiver.received)).toEqual([]);
  await clouds.control('POST', 'strava/people/runner/revise');
  for (let tries = 0; tries < 6; tries++) {
    await clouds.control('POST', 'flush');
    await clouds.control('POST', 'clock', { advanceSec: 900 });
  }
  expect(events(receiver.received)).toHaveLength(4);
  expect(new Set(events(receiver.received).map(({ body }) => body)).size).toBe(1);
});

test('SIMP6 Strava pages until a page is empty, and a short one is not the last', async () => {
  const { access_token: access } = await connect('runner', {}, 'read,activity:read');
  const sizes: number[] = [];
  const starts: string[] = [];
  for (let page = 1; sizes.at(-1) !== 0; page++) {
    const { json } = await get(access, `/athlete/activities?per_page=5&page=${page}`);
    sizes.push(json.length);
    starts.push(...json.map(({ start_date }: { start_date: string }) => start_date));
  }
  expect(sizes.slice(0, -2).some((size) => size > 0 && size < 5)).toBe(true);
  expect(starts).toEqual([...new Set(starts)].sort().reverse());
  const after = (
    await get(access, `/athlete/activities?after=${SIMULATED_NOW / 1000 - 20 * 86_400}&per_page=200`)
  ).json;
  const ascending = after.map(({ start_date }: { start_date: string }) => start_date);
  expect(ascending).toEqual([...ascending].sort());
});

test('SIMP7 what is renamed, deleted or new at Strava is told by its id, with texts as values', async () => {
  await using receiver = await startReceiver(client);
  await subscribe(receiver.url);
  const { access_token: access, athlete } = await connect();
  const revised = (await clouds.control('POST', 'strava/people/runner/revise')).json.changes[0];
  const { name, distance } = (await get(access, `/activities/${revised.id}`)).json;
  expect(distance).toBe(revised.after.distance);
  await clouds.control('POST', 'strava/people/runner/delete');
  expect((await get(access, `/activities/${revised.id}`)).status).toBe(404);
  const [added] = (await clouds.control('POST', 'strava/people/runner/record')).json.changes;
  expect((await get(access, `/activities/${added.id}`)).status).toBe(200);
  await clouds.control('POST', 'strava/people/runner/deauthorize');
  await clouds.control('POST', 'flush');
  const common = {
    owner_id: athlete.id,
    subscription_id: Number(clouds.app('strava').settings['subscriptionId']),
    event_time: SIMULATED_NOW / 1000,
  };
  expect(events(receiver.received).map(({ body }) => JSON.parse(body))).toEqual([
    {
      object_type: 'activity',
      object_id: Number(revised.id),
      aspect_type: 'update',
      updates: { title: name },
      ...common,
    },
    { object_type: 'activity', object_id: Number(revised.id), aspect_type: 'delete', updates: {}, ...common },
    { object_type: 'activity', object_id: Number(added.id), aspect_type: 'create', updates: {}, ...common },
    {
      object_type: 'athlete',
      object_id: athlete.id,
      aspect_type: 'update',
      updates: { authorized: 'false' },
      ...common,
    },
  ]);
  expect((await get(access, '/athlete')).status).toBe(401);
});

test('SIMP8 Strava counts in quarter hours and UTC days, refused requests too', async () => {
  const { access_token: access } = await connect();
  expect((await clouds.control('PUT', 'strava/limits', { documented: true })).json).toEqual({
    overallQuarter: 200,
    overallDay: 2000,
    readQuarter: 100,
    readDay: 1000,
  });
  await clouds.control('PUT', 'strava/limits', { readQuarter: 2 });
  const answers: Reply[] = [];
  for (let asked = 0; asked < 4; asked++) answers.push(await get(access, '/athlete'));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 429]);
  const header = (name: string) => answers.at(-1)?.headers.get(name);
  expect([header('x-ratelimit-limit'), header('x-ratelimit-usage')]).toEqual(['200,2000', '4,4']);
  expect([header('x-readratelimit-limit'), header('x-readratelimit-usage'), header('retry-after')]).toEqual([
    '2,1000',
    '4,4',
    null,
  ]);
  expect(answers.at(-1)?.json.errors).toEqual([
    { resource: 'Application', field: 'overall rate limit', code: 'exceeded' },
  ]);
  // Noon is the beginning of a quarter hour.
  await clouds.control('POST', 'clock', { advanceSec: 899 });
  expect((await get(access, '/athlete')).status).toBe(429);
  await clouds.control('POST', 'clock', { advanceSec: 1 });
  expect((await get(access, '/athlete')).headers.get('x-readratelimit-usage')).toBe('1,6');
});

test('SIMP12 a rate limit that Strava is made to reach shows in its headers', async () => {
  const { access_token: access } = await connect();
  await clouds.control('PUT', 'strava/limits', { documented: true });
  await clouds.control('POST', 'strava/faults', { kind: 'rate_limit' });
  const limited = await get(access, '/athlete');
  expect([
    limited.status,
    limited.headers.get('x-readratelimit-usage'),
    limited.headers.get('retry-after'),
  ]).toEqual([429, '101,1', null]);
  expect((await get(access, '/athlete')).headers.get('x-readratelimit-usage')).toBe('2,2');
});

test('SIMP9 an inactive application is refused everything at Strava', async () => {
  const { access_token: access } = await connect();
  await clouds.control('POST', 'strava/faults', { kind: 'inactive' });
  for (const path of ['/athlete', '/athlete/activities']) {
    const { status, json } = await get(access, path);
    expect([status, json]).toEqual([
      403,
      { message: 'Forbidden', errors: [{ resource: 'Application', field: 'Status', code: 'Inactive' }] },
    ]);
  }
  expect((await get('sim_unknown', '/athlete')).json).toEqual({
    message: 'Authorization Error',
    errors: [{ resource: 'Athlete', field: 'access_token', code: 'invalid' }],
  });
  await clouds.control('DELETE', 'strava/faults');
  const [{ id }] = (await get(access, '/athlete/activities?per_page=1')).json;
  expect((await get(access, `/activities/${id}/zones`)).status).toBe(402);
  expect((await get(access, '/athlete/activities?page=none')).status).toBe(400);
});

test('SIMP10 ids of Strava can have 64 bits, and its local time has a Z that it is not', async () => {
  const { access_token: access } = await connect('cyclist');
  const { text, json } = await get(access, '/athlete/activities?per_page=1');
  const id = /"id":(\d+)/.exec(text)?.[1] ?? '';
  expect(BigInt(id)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
  const [ride] = json;
  expect([ride.timezone, ride.utc_offset]).toEqual(['(GMT-05:00) America/New_York', -18_000]);
  expect(Date.parse(ride.start_date) - Date.parse(ride.start_date_local)).toBe(18_000_000);
  const streams = (
    await get(access, `/activities/${id}/streams?keys=time,heartrate,watts,none&key_by_type=true`)
  ).json;
  expect(Object.keys(streams)).toEqual(['time', 'heartrate', 'watts']);
  expect(streams.heartrate.data).toHaveLength(streams.time.original_size);
  expect((await get(access, `/activities/${id}`)).json.calories).toBeGreaterThan(100);
  const listed = (await get(access, `/activities/${id}/streams?keys=time`)).json;
  expect(listed[0]).toMatchObject({ type: 'time', series_type: 'time', resolution: 'high' });
});

test('SIMP11 the truth of Strava is what its list says', async () => {
  const { access_token: access } = await connect();
  const { json: truth } = await clouds.control('GET', 'strava/people/runner/truth');
  const listed = (await get(access, '/athlete/activities?per_page=200')).json;
  expect(
    listed
      .map(({ id, start_date }: { id: number; start_date: string }) => [String(id), start_date])
      .reverse(),
  ).toEqual(
    truth.workouts.map(({ externalId, start }: { externalId: string; start: string }) => [externalId, start]),
  );
  expect([truth.daily, truth.sleeps]).toEqual([{}, []]);
});
