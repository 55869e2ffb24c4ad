import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  clientFields,
  consent,
  SIMULATED_NOW,
  type SimulatedClouds,
  send,
  startClouds,
  startReceiver,
} from '../../../../test/support/simulated-clouds.ts';

const SCOPES = 'read:recovery read:cycles read:sleep read:workout read:profile read:body_measurement';
const DAY_MS = 86_400_000;
let clouds: SimulatedClouds;
beforeEach(async () => {
  clouds = await startClouds();
});
afterEach(() => clouds[Symbol.asyncDispose]());

const api = () => clouds.app('whoop').origins['api'] ?? '';
const tokenRequest = (form: Record<string, string>) =>
  send(`${api()}/oauth/oauth2/token`, { form: { ...form, ...clientFields(clouds.app('whoop')) } });

async function connect(person = 'runner', scope = `${SCOPES} offline`) {
  const found = await consent(clouds.app('whoop'), {
    authorize: `${api()}/oauth/oauth2/auth`,
    scope,
    person,
  });
  const { json } = await tokenRequest({ grant_type: 'authorization_code', code: found.get('code') ?? '' });
  return json;
}

const get = (token: string, path: string) => send(`${api()}/developer${path}`, { token });

async function all(token: string, path: string) {
  const records = [];
  let next = '';
  do {
    const { json } = await get(token, `${path}?limit=25${next}`);
    records.push(...json.records);
    next = json.next_token === undefined ? '' : `&nextToken=${json.next_token}`;
  } while (next !== '');
  return records;
}

test('SIMP1 a WHOOP refresh kills both old tokens, and of two parallel ones the loser fails', async () => {
  const first = await connect();
  const refresh = () =>
    tokenRequest({ grant_type: 'refresh_token', refresh_token: first.refresh_token, scope: 'offline' });
  const answers = await Promise.all([refresh(), refresh()]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  expect(answers.find(({ status }) => status === 400)?.json.error).toBe('invalid_grant');
  expect((await get(first.access_token, '/v2/cycle')).status).toBe(401);
  const won = answers.find(({ status }) => status === 200)?.json;
  expect((await get(won.access_token, '/v2/cycle')).status).toBe(200);
});

test('SIMP1 WHOOP gives no refresh token without offline, and an access token lives an hour', async () => {
  const tokens = await connect('runner', SCOPES);
  expect(tokens).toMatchObject({ expires_in: 3600, scope: SCOPES });
  expect(tokens.refresh_token).toBeUndefined();
  await clouds.control('POST', 'clock', { advanceSec: 3599 });
  expect((await get(tokens.access_token, '/v2/cycle')).status).toBe(200);
  await clouds.control('POST', 'clock', { advanceSec: 1 });
  expect((await get(tokens.access_token, '/v2/cycle')).status).toBe(401);
});

test('SIMP1 WHOOP refuses a state of less than eight characters', async () => {
  const asked = { authorize: `${api()}/oauth/oauth2/auth`, scope: SCOPES, person: 'runner' };
  const found = await consent(clouds.app('whoop'), { ...asked, state: '1234567' });
  expect([found.get('error'), found.get('code')]).toEqual(['invalid_state', null]);
});

test('SIMP1 WHOOP answers DELETE of the access with 204 and ends the tokens', async () => {
  const { access_token: token } = await connect();
  const revoked = await send(`${api()}/developer/v2/user/access`, { token, method: 'DELETE' });
  expect(revoked.status).toBe(204);
  expect((await get(token, '/v2/cycle')).status).toBe(401);
});

test('SIMP4 a WHOOP push is signed over milliseconds and body, in base64', async () => {
  await using receiver = await startReceiver(() => ({ status: 204 }));
  await connect();
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['whoop'] });
  await clouds.control('POST', 'whoop/people/runner/revise');
  await clouds.control('POST', 'flush');
  expect(receiver.received.map(({ body }) => JSON.parse(body).type).sort()).toEqual([
    'recovery.updated',
    'sleep.updated',
  ]);
  for (const { url, headers, body } of receiver.received) {
    expect(url.pathname).toBe('/v1/inbound/whoop');
    expect(headers['x-whoop-signature-timestamp']).toBe(String(SIMULATED_NOW));
    const mac = createHmac('sha256', clouds.app('whoop').clientSecret).update(`${SIMULATED_NOW}${body}`);
    expect(headers['x-whoop-signature']).toBe(mac.digest('base64'));
  }
});

test('SIMP5 WHOOP tries five times in about an hour, and then forgets the push', async () => {
  await using receiver = await startReceiver(() => ({ status: 500 }));
  await connect();
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['whoop'] });
  await clouds.control('POST', 'whoop/people/runner/delete', { type: 'workout' });
  const deliver = () => clouds.control('POST', 'flush');
  let { json } = await deliver();
  for (let hours = 0; hours < 8; hours += 1) {
    await clouds.control('POST', 'clock', { advanceSec: 3600 });
    ({ json } = await deliver());
  }
  expect(receiver.received).toHaveLength(5);
  expect(json.pending).toBe(0);
});

test('SIMP6 WHOOP pages newest first, 25 at most, from nextToken to next_token', async () => {
  const { access_token: token } = await connect();
  const sleeps = await all(token, '/v2/activity/sleep');
  const starts = sleeps.map(({ start }) => start);
  expect(sleeps.length).toBeGreaterThan(50);
  expect(starts).toEqual([...new Set(starts)].sort().reverse());
  expect((await get(token, '/v2/activity/sleep')).json.records).toHaveLength(10);
  expect((await get(token, '/v2/activity/sleep?limit=26')).status).toBe(400);
  expect((await get(token, '/v2/activity/sleep?nextToken=mine')).status).toBe(400);
});

test('SIMP6 a WHOOP window includes its start and excludes its end', async () => {
  const { access_token: token } = await connect();
  const [, second, third] = await all(token, '/v2/cycle');
  const query = new URLSearchParams({ start: second.start, end: second.end });
  const { json } = await get(token, `/v2/cycle?${query}`);
  expect(json.records.map(({ id }: { id: number }) => id)).toEqual([second.id, third.id]);
});

test('SIMP6 an endless page token leads WHOOP back to the beginning for ever', async () => {
  const { access_token: token } = await connect();
  await clouds.control('POST', 'whoop/faults', { kind: 'endless_pages' });
  const first = (await get(token, '/v2/cycle?limit=25')).json;
  const next = (await get(token, `/v2/cycle?limit=25&nextToken=${first.next_token}`)).json;
  expect(next.next_token).toBe(first.next_token);
  expect(next.records).toHaveLength(25);
});

test('SIMP7 a WHOOP night is pending until it is scored, and its recovery with it', async () => {
  const { access_token: token } = await connect();
  const newest = async () => (await get(token, '/v2/activity/sleep?limit=1')).json.records[0];
  const pending = await newest();
  expect([pending.score_state, pending.score]).toEqual(['PENDING_SCORE', null]);
  const { json } = await clouds.control('POST', 'whoop/people/runner/revise');
  const scored = await newest();
  expect(json.changes[0]).toEqual({ type: 'sleep', id: pending.id, before: pending, after: scored });
  expect(scored.score_state).toBe('SCORED');
  const recovery = await get(token, `/v2/cycle/${scored.cycle_id}/recovery`);
  expect(recovery.json).toMatchObject({ sleep_id: pending.id, score_state: 'SCORED' });
  expect(recovery.json.score.recovery_score).toBeGreaterThan(0);
});

test('SIMP7 the recovery events of WHOOP carry the id of the sleep, which is gone after a deletion', async () => {
  await using receiver = await startReceiver(() => ({ status: 204 }));
  const { access_token: token } = await connect();
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['whoop'] });
  const cycles = (await all(token, '/v2/cycle')).length;
  const { json } = await clouds.control('POST', 'whoop/people/runner/delete', { type: 'sleep' });
  await clouds.control('POST', 'flush');
  const id = json.changes[0].id;
  expect(receiver.received.map(({ body }) => JSON.parse(body))).toMatchObject([
    { type: 'sleep.deleted', id },
    { type: 'recovery.deleted', id },
  ]);
  expect((await get(token, `/v2/activity/sleep/${id}`)).status).toBe(404);
  expect((await all(token, '/v2/recovery')).map(({ sleep_id }) => sleep_id)).not.toContain(id);
  expect(await all(token, '/v2/cycle')).toHaveLength(cycles);
});

test('SIMP8 WHOOP tells its limits in every answer and refuses what is over them', async () => {
  const { access_token: token } = await connect();
  await clouds.control('PUT', 'whoop/limits', { documented: true, minute: 2 });
  const first = await get(token, '/v2/cycle');
  expect(first.headers.get('x-ratelimit-limit')).toBe('2, 2;window=60, 10000;window=86400');
  expect(first.headers.get('x-ratelimit-remaining')).toBe('1');
  await get(token, '/v2/cycle');
  const third = await get(token, '/v2/cycle');
  expect([third.status, third.headers.get('x-ratelimit-reset')]).toEqual([429, '60']);
});

test('SIMP10 WHOOP measures in milliseconds and kilojoules, and tells of a cycle that goes on', async () => {
  const { access_token: token } = await connect();
  const [open, closed] = await all(token, '/v2/cycle');
  expect([open.end, typeof open.id]).toEqual([null, 'number']);
  expect(Date.parse(closed.end)).toBe(Date.parse(open.start));
  const [, sleep] = await all(token, '/v2/activity/sleep');
  const stages = sleep.score.stage_summary;
  expect(stages.total_in_bed_time_milli).toBe(Date.parse(sleep.end) - Date.parse(sleep.start));
  expect(
    stages.total_awake_time_milli +
      stages.total_light_sleep_time_milli +
      stages.total_slow_wave_sleep_time_milli +
      stages.total_rem_sleep_time_milli,
  ).toBe(stages.total_in_bed_time_milli);
  expect(sleep.timezone_offset).toBe('+01:00');
});

test('SIMP11 the truth of WHOOP is what its collections say', async () => {
  const { access_token: token } = await connect();
  const truth = (await clouds.control('GET', 'whoop/people/runner/truth')).json;
  const sleeps = await all(token, '/v2/activity/sleep');
  const ids = (list: { externalId?: string; id?: string }[]) =>
    list.map((one) => one.externalId ?? one.id).sort();
  expect(ids(truth.sleeps)).toEqual(ids(sleeps));
  expect(ids(truth.workouts)).toEqual(ids(await all(token, '/v2/activity/workout')));
  const scored = sleeps.filter(({ score }) => score !== null);
  for (const sleep of scored) {
    // Berlin is one or two hours ahead; nobody wakes up near midnight.
    const date = new Date(Date.parse(sleep.end) + DAY_MS / 24).toISOString().slice(0, 10);
    expect(truth.daily[date]).toMatchObject({
      sleep_deep: sleep.score.stage_summary.total_slow_wave_sleep_time_milli / 60_000,
      respiratory_rate: sleep.score.respiratory_rate,
      sleep_efficiency: sleep.score.sleep_efficiency_percentage,
    });
  }
  expect(scored.length).toBeGreaterThan(40);
});

test('SIMP11 a person without data has nothing at WHOOP until something is recorded', async () => {
  const { access_token: token } = await connect('newcomer');
  expect((await get(token, '/v2/activity/sleep')).json).toEqual({ records: [] });
  const { json } = await clouds.control('POST', 'whoop/people/newcomer/record', { days: 2 });
  expect(json.changes).toHaveLength(2);
  expect((await all(token, '/v2/activity/workout')).map(({ id }) => id).sort()).toEqual(
    json.changes.map(({ id }: { id: string }) => id).sort(),
  );
});

test('SIMP5 a burst of WHOOP is a notification for each night, and nobody hears of the unconnected', async () => {
  await using receiver = await startReceiver(() => ({ status: 204 }));
  await connect('cyclist');
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['whoop'] });
  await clouds.control('POST', 'whoop/people/runner/burst');
  const { json } = await clouds.control('POST', 'whoop/people/cyclist/burst');
  await clouds.control('POST', 'flush');
  const told = receiver.received.map(({ body }) => JSON.parse(body));
  const ids = json.changes.map(({ id }: { id: string }) => id);
  expect(ids.length).toBeGreaterThan(50);
  expect(told.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(new Set(told.map(({ trace_id }) => trace_id)).size).toBe(ids.length);
});
