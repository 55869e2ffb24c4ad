import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  clientFields,
  consent,
  REDIRECT,
  SIMULATED_NOW,
  type SimulatedClouds,
  send,
  startClouds,
  startReceiver,
} from '../../../../test/support/simulated-clouds.ts';

const SCOPE = 'user.info,user.metrics,user.activity,user.sleepevents';
const HOUR_SEC = 3600;
const NOW_SEC = SIMULATED_NOW / 1000;
let clouds: SimulatedClouds;
beforeEach(async () => {
  clouds = await startClouds();
});
afterEach(() => clouds[Symbol.asyncDispose]());

const api = () => clouds.app('withings').origins['api'] ?? '';
const agree = async (person: string) => {
  const authorize = `${clouds.app('withings').origins['account']}/oauth2_user/authorize2`;
  const found = await consent(clouds.app('withings'), { authorize, scope: SCOPE, person });
  return found.get('code') ?? '';
};
const tokenRequest = (form: Record<string, string>) =>
  send(`${api()}/v2/oauth2`, {
    form: { action: 'requesttoken', ...clientFields(clouds.app('withings')), ...form },
  });
const exchange = (code: string) =>
  tokenRequest({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT });
const refresh = (token: string) => tokenRequest({ grant_type: 'refresh_token', refresh_token: token });

async function connect(person = 'runner') {
  return (await exchange(await agree(person))).json.body;
}

async function call(token: string, service: string, form: Record<string, string>) {
  const { status, json } = await send(`${api()}/${service}`, { token, form });
  expect(status).toBe(200);
  return json;
}

async function all(token: string, service: string, form: Record<string, string>, list: string) {
  const records = [];
  let offset = '0';
  for (;;) {
    const { body } = await call(token, service, { ...form, offset });
    records.push(...body[list]);
    if (!body.more) return records;
    offset = String(body.offset);
  }
}

const signed = (values: readonly string[]) =>
  createHmac('sha256', clouds.app('withings').clientSecret).update(values.join(',')).digest('hex');

test('SIMP1 Withings puts tokens into an envelope, and they live three hours', async () => {
  const { status, json } = await exchange(await agree('runner'));
  expect([status, json.status]).toEqual([200, 0]);
  expect(json.body).toMatchObject({ expires_in: 10_800, scope: SCOPE, token_type: 'Bearer' });
  expect(json.body.userid).toMatch(/^\d+$/);
  const { access_token: token } = json.body;
  await clouds.control('POST', 'clock', { advanceSec: 3 * HOUR_SEC });
  expect(await call(token, 'measure', { action: 'getmeas' })).toMatchObject({ status: 401, body: {} });
});

test('SIMP1 a code of Withings is good for thirty seconds', async () => {
  const code = await agree('runner');
  await clouds.control('POST', 'clock', { advanceSec: 30 });
  expect((await exchange(code)).json.status).toBe(401);
});

test('SIMP1 the old refresh token of Withings lives eight hours, or until the new access token is used', async () => {
  const first = await connect();
  expect((await refresh(first.refresh_token)).json.status).toBe(0);
  const second = (await refresh(first.refresh_token)).json.body;
  expect(second.refresh_token).not.toBe(first.refresh_token);
  await call(second.access_token, 'measure', { action: 'getmeas' });
  expect((await refresh(first.refresh_token)).json.status).toBe(401);
  const third = (await refresh(second.refresh_token)).json.body;
  await clouds.control('POST', 'clock', { advanceSec: 8 * HOUR_SEC });
  expect((await refresh(second.refresh_token)).json.status).toBe(401);
  expect((await refresh(third.refresh_token)).json.status).toBe(0);
});

test('SIMP1 Withings takes a signature over a nonce in place of the secret, once, and can end a grant', async () => {
  const { access_token: token, userid } = await connect();
  const { clientId } = clouds.app('withings');
  const nonceFor = async () => {
    const timestamp = String(NOW_SEC);
    const form = { action: 'getnonce', client_id: clientId, timestamp };
    const signature = signed(['getnonce', clientId, timestamp]);
    return (await send(`${api()}/v2/signature`, { form: { ...form, signature } })).json.body.nonce;
  };
  const revoke = (nonce: string, signature: string) =>
    send(`${api()}/v2/oauth2`, { form: { action: 'revoke', client_id: clientId, nonce, signature, userid } });
  const nonce = await nonceFor();
  expect((await revoke(nonce, signed(['other', clientId, nonce]))).json.status).toBe(214);
  expect((await revoke(nonce, signed(['revoke', clientId, nonce]))).json.status).toBe(214);
  const next = await nonceFor();
  expect((await revoke(next, signed(['revoke', clientId, next]))).json.status).toBe(0);
  expect((await call(token, 'measure', { action: 'getmeas' })).status).toBe(401);
});

test('SIMP3 Withings asks an address with HEAD before it uses it', async () => {
  await using good = await startReceiver(() => ({ status: 200 }));
  await using bad = await startReceiver(({ method }) => ({ status: method === 'HEAD' ? 404 : 200 }));
  const subscribe = async (baseUrl: string) =>
    (await clouds.control('PUT', 'webhooks', { baseUrl, only: ['withings'] })).json.withings;
  expect(await subscribe(bad.url)).toBe('failed: HEAD was answered with 404');
  expect(await subscribe(good.url)).toBe('active');
  expect(good.received.map(({ method }) => method)).toEqual(['HEAD']);
});

test('SIMP3 notify subscribes each person and kind of data on its own', async () => {
  await using receiver = await startReceiver(() => ({ status: 200 }));
  const { access_token: token } = await connect();
  const wanted = { action: 'subscribe', callbackurl: `${receiver.url}/hook`, appli: '1', comment: 'weight' };
  expect((await call(token, 'notify', { ...wanted, appli: '3' })).status).toBe(503);
  expect((await call(token, 'notify', wanted)).status).toBe(0);
  expect((await call(token, 'notify', { action: 'list' })).body.profiles).toEqual([
    { appli: 1, callbackurl: `${receiver.url}/hook`, comment: 'weight' },
  ]);
  expect((await call(token, 'notify', { ...wanted, action: 'revoke' })).status).toBe(0);
  expect((await call(token, 'notify', { action: 'list' })).body.profiles).toEqual([]);
});

test('SIMP4 a Withings push is a form without a signature, at an address with a key', async () => {
  await using receiver = await startReceiver(() => ({ status: 204 }));
  const { userid } = await connect();
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['withings'] });
  await clouds.control('POST', 'withings/people/runner/revise', { type: 'measure' });
  await clouds.control('POST', 'flush');
  const [, push] = receiver.received;
  expect(push?.url.pathname).toBe('/v1/inbound/withings');
  expect(push?.url.searchParams.get('key')).toBe(clouds.app('withings').settings['inboundKey']);
  expect(push?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
  expect(Object.keys(push?.headers ?? {}).filter((name) => name.includes('signature'))).toEqual([]);
  const form = Object.fromEntries(new URLSearchParams(push?.body));
  expect(form).toEqual({
    userid,
    appli: '1',
    startdate: expect.stringMatching(/^\d{10}$/),
    enddate: String(Number(form['startdate']) + 1),
  });
});

test('SIMP5 Withings tries again until a push is accepted', async () => {
  let status = 500;
  await using receiver = await startReceiver(({ method }) => ({ status: method === 'HEAD' ? 200 : status }));
  await connect();
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['withings'] });
  await clouds.control('POST', 'withings/people/runner/delete');
  expect((await clouds.control('POST', 'flush')).json.pending).toBe(1);
  status = 200;
  await clouds.control('POST', 'clock', { advanceSec: 10 });
  expect((await clouds.control('POST', 'flush')).json.pending).toBe(0);
  expect(receiver.received.map(({ method }) => method)).toEqual(['HEAD', 'POST', 'POST']);
});

test('SIMP6 Withings pages by more and offset', async () => {
  const { access_token: token } = await connect();
  const dates = { startdateymd: '2026-09-20', enddateymd: '2026-11-18' };
  const days = await all(token, 'v2/measure', { action: 'getactivity', ...dates }, 'activities');
  expect(days.length).toBeGreaterThan(50);
  expect(new Set(days.map(({ date }) => date)).size).toBe(days.length);
  await clouds.control('POST', 'withings/faults', { kind: 'endless_pages' });
  const { body } = await call(token, 'v2/measure', { action: 'getactivity', ...dates, offset: '50' });
  expect([body.more, body.activities.length]).toEqual([true, 25]);
});

test('SIMP6 lastupdate brings what was changed since, however old it is', async () => {
  const { access_token: token } = await connect();
  const changed = (action: string, service: string) =>
    call(token, service, { action, lastupdate: String(NOW_SEC) });
  expect((await changed('getmeas', 'measure')).body.measuregrps).toEqual([]);
  await clouds.control('POST', 'withings/people/runner/revise', { type: 'measure' });
  const { json } = await clouds.control('POST', 'withings/people/runner/revise');
  expect((await changed('getmeas', 'measure')).body.measuregrps).toHaveLength(1);
  const sleeps = (await changed('getsummary', 'v2/sleep')).body.series;
  expect(sleeps).toEqual([json.changes[0].after]);
});

test('SIMP7 a measure that was deleted is no longer told, and its time is pushed', async () => {
  await using receiver = await startReceiver(() => ({ status: 204 }));
  const { access_token: token } = await connect();
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['withings'] });
  const { json } = await clouds.control('POST', 'withings/people/runner/delete');
  await clouds.control('POST', 'flush');
  const groups = await all(token, 'measure', { action: 'getmeas' }, 'measuregrps');
  expect(groups.map(({ grpid }) => String(grpid))).not.toContain(json.changes[0].id);
  const form = new URLSearchParams(receiver.received.at(-1)?.body);
  expect(form.get('startdate')).toBe(String(json.changes[0].before.date));
});

test('SIMP7 whoever unlinks Withings is told of with appli 46, and the tokens die', async () => {
  await using receiver = await startReceiver(() => ({ status: 204 }));
  const { access_token: token, userid } = await connect();
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['withings'] });
  await clouds.control('POST', 'withings/people/runner/deauthorize');
  await clouds.control('POST', 'flush');
  expect(Object.fromEntries(new URLSearchParams(receiver.received.at(-1)?.body))).toEqual({
    userid,
    appli: '46',
    action: 'unlink',
  });
  expect((await call(token, 'measure', { action: 'getmeas' })).status).toBe(401);
});

test('SIMP8 too many requests at Withings are 200 with status 601', async () => {
  const { access_token: token } = await connect();
  await clouds.control('PUT', 'withings/limits', { minute: 1 });
  expect((await call(token, 'measure', { action: 'getmeas' })).status).toBe(0);
  expect(await call(token, 'measure', { action: 'getmeas' })).toMatchObject({ status: 601, body: {} });
  expect((await clouds.control('PUT', 'withings/limits', { documented: true })).json.minute).toBe(120);
});

test.each([
  ['measure', { action: 'guess' }, 2554],
  ['v2/measure', { action: 'getactivity' }, 503],
  ['v2/sleep', { action: 'get', startdate: '1763000000', enddate: '1763100000' }, 503],
])('SIMP9 Withings answers %s %j with 200 and a status', async (service, form, status) => {
  const { access_token: token } = await connect();
  expect(await call(token, service, form as Record<string, string>)).toMatchObject({ status, body: {} });
});

test('SIMP10 measures of Withings are whole numbers and a power of ten', async () => {
  const { access_token: token } = await connect();
  const truth = (await clouds.control('GET', 'withings/people/runner/truth')).json.daily;
  const groups = await all(
    token,
    'measure',
    { action: 'getmeas', meastypes: '1,9,10', category: '1' },
    'measuregrps',
  );
  const weights = groups
    .filter(({ attrib }) => attrib === 0)
    .flatMap(({ date, timezone, measures }) =>
      measures
        .filter(({ type }: { type: number }) => type === 1)
        .map(({ value, unit }: { value: number; unit: number }) => ({ date, timezone, value, unit })),
    );
  expect(weights.length).toBeGreaterThan(5);
  for (const { date, timezone, value, unit } of weights) {
    expect([Number.isInteger(value), unit, timezone]).toEqual([true, -3, 'Europe/Berlin']);
    // Berlin is an hour or two ahead, and people weigh themselves in the morning.
    const day = new Date(date * 1000).toISOString().slice(0, 10);
    expect(truth[day].weight).toBeCloseTo(value / 1000, 9);
  }
  expect(groups.some(({ attrib }) => attrib === 1)).toBe(true);
});

test('SIMP10 Withings gives only the fields that are asked for, and stages by number', async () => {
  const { access_token: token } = await connect();
  const night = { startdateymd: '2026-11-18', enddateymd: '2026-11-18', data_fields: 'sleep_score,waso' };
  const [summary] = (await call(token, 'v2/sleep', { action: 'getsummary', ...night })).body.series;
  expect(Object.keys(summary.data).sort()).toEqual(['sleep_score', 'waso']);
  const window = { startdate: String(summary.startdate), enddate: String(summary.enddate) };
  const { series } = (await call(token, 'v2/sleep', { action: 'get', data_fields: 'rmssd', ...window })).body;
  const awakeSec = series
    .filter(({ state }: { state: number }) => state === 0)
    .reduce(
      (sum: number, part: { startdate: number; enddate: number }) => sum + part.enddate - part.startdate,
      0,
    );
  expect(awakeSec).toBe(summary.data.waso);
  expect(Object.keys(series[0])).toContain('rmssd');
  expect(Object.keys(series[0])).not.toContain('hr');
});

test('SIMP11 the truth of Withings is what its services say', async () => {
  const { access_token: token } = await connect('cyclist');
  const truth = (await clouds.control('GET', 'withings/people/cyclist/truth')).json;
  const dates = { startdateymd: '2026-09-01', enddateymd: '2026-11-18' };
  const sleeps = await all(token, 'v2/sleep', { action: 'getsummary', ...dates }, 'series');
  const workouts = await all(token, 'v2/measure', { action: 'getworkouts', ...dates }, 'series');
  const ids = (list: { id: number }[]) => list.map(({ id }) => String(id)).sort();
  const told = (list: { externalId: string }[]) => list.map(({ externalId }) => externalId).sort();
  expect(told(truth.sleeps)).toEqual(ids(sleeps));
  expect(told(truth.workouts)).toEqual(ids(workouts));
  for (const { date, data } of sleeps) {
    expect(truth.daily[date].sleep_duration).toBe(data.total_sleep_time / 60);
    expect(truth.daily[date].sleep_efficiency / 100).toBeCloseTo(data.sleep_efficiency, 9);
  }
  const days = await all(token, 'v2/measure', { action: 'getactivity', ...dates }, 'activities');
  for (const { date, steps, totalcalories } of days) {
    expect(truth.daily[date]).toMatchObject({ steps, total_energy: totalcalories });
  }
});

test('SIMP11 what is recorded at Withings is a workout and a visit to the scale', async () => {
  const { access_token: token } = await connect('newcomer');
  expect((await call(token, 'measure', { action: 'getmeas' })).body.measuregrps).toEqual([]);
  const { json } = await clouds.control('POST', 'withings/people/newcomer/record');
  expect(json.changes.map(({ type }: { type: string }) => type)).toEqual(['workout', 'measure']);
  const [group] = (await call(token, 'measure', { action: 'getmeas' })).body.measuregrps;
  expect(group).toEqual(json.changes[1].after);
});
