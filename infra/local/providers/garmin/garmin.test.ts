import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  clientFields,
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
const NOW_SEC = SIMULATED_NOW / 1000;
const VERIFIER = 'v'.repeat(64);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
let clouds: SimulatedClouds;
beforeEach(async () => {
  clouds = await startClouds();
});
afterEach(() => clouds[Symbol.asyncDispose]());

const origin = (name: string) => clouds.app('garmin').origins[name] ?? '';
const authorize = (person: string, extra: Record<string, string> = {}) =>
  consent(clouds.app('garmin'), {
    authorize: `${origin('connect')}/oauth2Confirm`,
    scope: '',
    person,
    extra: { code_challenge: CHALLENGE, code_challenge_method: 'S256', ...extra },
  });
const token = (form: Record<string, string>) =>
  send(`${origin('auth')}/di-oauth2-service/oauth/token`, {
    form: { ...form, ...clientFields(clouds.app('garmin')) },
  });

async function connect(person = 'runner', extra: Record<string, string> = {}) {
  const code = (await authorize(person, extra)).get('code') ?? '';
  const { json } = await token({
    grant_type: 'authorization_code',
    code,
    code_verifier: VERIFIER,
    redirect_uri: REDIRECT,
  });
  return json;
}

const get = (access: string, path: string) =>
  send(`${origin('api')}/wellness-api/rest/${path}`, { token: access });
const backfill = (access: string, type: string, days = 29) =>
  get(
    access,
    `backfill/${type}?summaryStartTimeInSeconds=${NOW_SEC - days * DAY_SEC}&summaryEndTimeInSeconds=${NOW_SEC}`,
  );

const bodies = (received: readonly Received[]) => received.map(({ body }) => JSON.parse(body));

async function listening() {
  const receiver = await startReceiver(() => ({ status: 200 }));
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['garmin'] });
  return receiver;
}

/** Follows every callback of the notifications of a type. */
async function collected(access: string, received: readonly Received[], type: string) {
  await clouds.control('POST', 'flush');
  const items: { callbackURL: string }[] = bodies(received).flatMap((body) => body[type] ?? []);
  const found = [];
  for (const { callbackURL } of items) found.push(...(await send(callbackURL, { token: access })).json);
  return found;
}

test('SIMP1 a refresh token of Garmin is replaced at every refresh, and of two parallel ones the loser fails', async () => {
  const first = await connect();
  expect(first).toMatchObject({ expires_in: DAY_SEC, refresh_token_expires_in: 7_775_998 });
  const refresh = (refresh_token: string) => token({ grant_type: 'refresh_token', refresh_token });
  const both = await Promise.all([refresh(first.refresh_token), refresh(first.refresh_token)]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
  const winner = both.find(({ status }) => status === 200)?.json;
  expect((await refresh(winner.refresh_token)).status).toBe(200);
});

test('SIMP1 DELETE of the registration ends the tokens of Garmin', async () => {
  const { access_token: access, refresh_token } = await connect();
  const gone = await send(`${origin('api')}/wellness-api/rest/user/registration`, {
    method: 'DELETE',
    token: access,
  });
  expect(gone.status).toBe(204);
  expect((await get(access, 'user/id')).status).toBe(401);
  expect((await token({ grant_type: 'refresh_token', refresh_token })).status).toBe(400);
  expect((await clouds.control('GET', 'garmin/stats')).json.revocations).toBe(1);
});

test('SIMP2 Garmin exports what is permitted, and tells when that changes', async () => {
  await using receiver = await listening();
  const { access_token: access } = await connect('runner', { sim_scopes: 'HEALTH_EXPORT,ACTIVITY_EXPORT' });
  expect((await get(access, 'user/permissions')).json).toEqual({
    permissions: ['HEALTH_EXPORT', 'ACTIVITY_EXPORT'],
  });
  expect((await backfill(access, 'dailies')).status).toBe(403);
  await clouds.control('POST', 'garmin/people/runner/permissions', {
    add: ['HISTORICAL_DATA_EXPORT'],
    remove: ['HEALTH_EXPORT'],
  });
  expect((await backfill(access, 'dailies')).status).toBe(412);
  expect((await backfill(access, 'activities')).status).toBe(202);
  await clouds.control('POST', 'flush');
  const [change, ...rest] = bodies(receiver.received);
  expect(change.userPermissionsChange).toMatchObject([
    {
      userId: (await get(access, 'user/id')).json.userId,
      permissions: ['ACTIVITY_EXPORT', 'HISTORICAL_DATA_EXPORT'],
      changeTimeInSeconds: NOW_SEC,
    },
  ]);
  expect(rest.map((body) => Object.keys(body))).toEqual([['activities']]);
});

test('SIMP3 Garmin pushes without a handshake', async () => {
  await using receiver = await startReceiver(() => ({ status: 500 }));
  const { json } = await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['garmin'] });
  expect([json, receiver.received]).toEqual([{ garmin: 'active' }, []]);
});

test('SIMP4 Garmin signs nothing: the address has a key, and a header names the application', async () => {
  await using receiver = await listening();
  await connect();
  await clouds.control('POST', 'garmin/people/runner/revise');
  await clouds.control('POST', 'flush');
  const { inboundKey } = clouds.app('garmin').settings;
  expect(receiver.received.length).toBeGreaterThan(0);
  for (const { url, headers } of receiver.received) {
    expect(`${url.pathname}${url.search}`).toBe(`/v1/inbound/garmin?key=${inboundKey}`);
    expect(headers['garmin-client-id']).toBe(clouds.app('garmin').clientId);
  }
});

test('SIMP5 one POST of Garmin can concern several people and all types', async () => {
  await using receiver = await listening();
  await Promise.all([connect('runner'), connect('cyclist')]);
  await clouds.control('POST', 'garmin/people/runner/burst');
  await clouds.control('POST', 'flush');
  const [body, ...rest] = bodies(receiver.received);
  expect(rest).toEqual([]);
  expect(Object.keys(body).length).toBeGreaterThan(8);
  expect(new Set(body.dailies.map(({ userId }: { userId: string }) => userId)).size).toBe(2);
});

test('SIMP5 Garmin takes nothing but 200, and tries for a week', async () => {
  let status = 202;
  await using receiver = await startReceiver(() => ({ status }));
  await clouds.control('PUT', 'webhooks', { baseUrl: receiver.url, only: ['garmin'] });
  await connect();
  await clouds.control('POST', 'garmin/people/runner/revise', { type: 'dailies' });
  expect((await clouds.control('POST', 'flush')).json).toEqual({ delivered: 0, failed: 1, pending: 1 });
  await clouds.control('POST', 'clock', { advanceSec: 6 * DAY_SEC });
  expect((await clouds.control('POST', 'flush')).json).toEqual({ delivered: 0, failed: 1, pending: 1 });
  status = 200;
  await clouds.control('POST', 'clock', { advanceSec: 120 });
  expect((await clouds.control('POST', 'flush')).json).toEqual({ delivered: 1, failed: 0, pending: 0 });
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
});

test('SIMP5 a backfill of Garmin is 202 and nothing, and its summaries come as pings', async () => {
  await using receiver = await listening();
  const { access_token: access } = await connect();
  const answer = await backfill(access, 'dailies');
  expect([answer.status, answer.text]).toEqual([202, '']);
  const summaries = await collected(access, receiver.received, 'dailies');
  const dates = summaries.map(({ calendarDate }) => calendarDate);
  expect(dates).toHaveLength(29);
  expect(new Set(dates).size).toBe(29);
  expect(Object.keys(summaries[0].timeOffsetHeartRateSamples).length).toBeGreaterThan(500);
});

test('SIMP6 Garmin tells summaries to those who hold a callback, and to nobody else', async () => {
  await using receiver = await listening();
  const { access_token: access } = await connect();
  const { access_token: foreign } = await connect('cyclist');
  await backfill(access, 'sleeps');
  await clouds.control('POST', 'flush');
  const [{ callbackURL, userId, userAccessToken }] = bodies(receiver.received)[0].sleeps;
  expect([userId, userAccessToken]).toEqual([(await get(access, 'user/id')).json.userId, undefined]);
  expect((await send(callbackURL, { token: access })).json.length).toBeGreaterThan(3);
  expect((await send(callbackURL, { token: foreign })).status).toBe(403);
  expect((await send(callbackURL)).status).toBe(401);
  expect((await send(callbackURL.replace('/sleeps', '/dailies'), { token: access })).status).toBe(400);
  expect((await get(access, 'dailies?uploadStartTimeInSeconds=1&uploadEndTimeInSeconds=2')).status).toBe(400);
  await clouds.control('POST', 'clock', { advanceSec: DAY_SEC - 1 });
  expect((await send(callbackURL, { token: access })).status).toBe(200);
});

test('SIMP6 in push mode Garmin sends the summaries themselves', async () => {
  await using receiver = await listening();
  await connect();
  await clouds.control('POST', 'garmin/mode', { mode: 'push' });
  await clouds.control('POST', 'garmin/people/runner/revise', { type: 'sleeps' });
  await clouds.control('POST', 'flush');
  const [{ sleeps }] = bodies(receiver.received);
  expect(sleeps).toMatchObject([{ calendarDate: '2026-11-18', validation: 'ENHANCED_FINAL' }]);
  expect(sleeps[0].callbackURL).toBeUndefined();
});

test('SIMP7 a day of Garmin grows under the same id, and a night becomes final', async () => {
  await using receiver = await listening();
  const { access_token: access } = await connect();
  await clouds.control('POST', 'garmin/mode', { mode: 'push' });
  await backfill(access, 'dailies', 2);
  await backfill(access, 'sleeps', 2);
  await clouds.control('POST', 'clock', { advanceSec: 7200 });
  await clouds.control('POST', 'garmin/people/runner/record');
  const { json } = await clouds.control('POST', 'garmin/people/runner/revise');
  await clouds.control('POST', 'flush');
  const told = (type: string) => bodies(receiver.received).flatMap((body) => body[type] ?? []);
  const today = told('dailies').filter(({ calendarDate }) => calendarDate === '2026-11-18');
  expect(new Set(today.map(({ summaryId }) => summaryId))).toEqual(new Set([json.changes[0].id]));
  const durations = today.map(({ durationInSeconds }) => durationInSeconds);
  expect(durations[1] - durations[0]).toBe(7200);
  expect(today.at(-1)?.steps).toBe(json.changes[0].after.steps);
  const nights = told('sleeps').filter(({ calendarDate }) => calendarDate === '2026-11-18');
  expect(nights.map(({ validation }) => validation)).toEqual([
    'ENHANCED_TENTATIVE',
    'ENHANCED_TENTATIVE',
    'ENHANCED_FINAL',
  ]);
  expect(new Set(nights.map(({ summaryId }) => summaryId)).size).toBe(1);
});

test('SIMP7 an edited activity comes as manually updated, and a removed application as a deregistration', async () => {
  await using receiver = await listening();
  const { access_token: access } = await connect();
  const { userId } = (await get(access, 'user/id')).json;
  const { json } = await clouds.control('POST', 'garmin/people/runner/revise', { type: 'activities' });
  const [edited] = await collected(access, receiver.received, 'manuallyUpdatedActivities');
  expect(edited).toMatchObject({ summaryId: json.changes[0].id, ...json.changes[0].after });
  expect((await clouds.control('POST', 'garmin/people/runner/delete')).status).toBe(409);
  await clouds.control('POST', 'garmin/people/runner/deauthorize');
  await clouds.control('POST', 'flush');
  expect(bodies(receiver.received).at(-1)).toEqual({ deregistrations: [{ userId }] });
  expect((await get(access, 'user/id')).status).toBe(401);
  expect((await clouds.control('POST', 'garmin/people/runner/deauthorize')).status).toBe(409);
});

test('SIMP8 Garmin limits backfills, and nothing else', async () => {
  const { access_token: access } = await connect();
  expect((await clouds.control('PUT', 'garmin/limits', { documented: true })).json).toEqual({
    backfillPerMinute: 100,
  });
  await clouds.control('PUT', 'garmin/limits', { backfillPerMinute: 1 });
  expect((await backfill(access, 'dailies')).status).toBe(202);
  expect((await backfill(access, 'sleeps')).status).toBe(429);
  expect((await get(access, 'user/id')).status).toBe(200);
  await clouds.control('POST', 'clock', { advanceSec: 60 });
  expect((await backfill(access, 'sleeps')).status).toBe(202);
});

test('SIMP9 Garmin refuses a backfill that is repeated, too long, too early or of no type', async () => {
  const { access_token: access } = await connect();
  expect((await backfill(access, 'pulseOx')).status).toBe(202);
  expect((await backfill(access, 'pulseOx')).status).toBe(409);
  expect((await backfill(access, 'pulseox')).status).toBe(404);
  expect((await backfill(access, 'dailies', 31)).status).toBe(400);
  const early = await get(
    access,
    `backfill/dailies?summaryStartTimeInSeconds=${NOW_SEC - 31 * DAY_SEC}&summaryEndTimeInSeconds=${NOW_SEC - 30 * DAY_SEC}`,
  );
  expect([early.status, early.json.errorMessage]).toEqual([
    400,
    expect.stringContaining('min start time 2026-10-19T12:00:00Z'),
  ]);
  expect((await get(access, 'backfill/dailies')).status).toBe(400);
  await send(`${origin('api')}/wellness-api/rest/user/registration`, { method: 'DELETE', token: access });
  const { access_token: again } = await connect();
  expect((await backfill(again, 'pulseOx')).status).toBe(202);
});

test('SIMP10 Garmin counts seconds from a UTC start with an offset, and marks what it could not measure', async () => {
  await using receiver = await listening();
  const { access_token: access } = await connect('cyclist');
  for (const type of [
    'sleeps',
    'stressDetails',
    'respiration',
    'activityDetails',
    'bodyComps',
    'healthSnapshot',
    'bloodPressures',
    'userMetrics',
    'hrv',
    'skinTemp',
    'epochs',
  ])
    await backfill(access, type);
  const of = (type: string) => collected(access, receiver.received, type);
  const [sleep] = await of('sleeps');
  const last = Math.max(
    ...Object.values(sleep.sleepLevelsMap)
      .flat()
      .map((part) => (part as { endTimeInSeconds: number }).endTimeInSeconds),
  );
  expect(last).toBe(sleep.startTimeInSeconds + sleep.durationInSeconds + sleep.awakeDurationInSeconds);
  expect(sleep.startTimeOffsetInSeconds).toBeLessThan(0);
  const [stress] = await of('stressDetails');
  expect(
    Math.min(...Object.values(stress.timeOffsetStressLevelValues as Record<string, number>)),
  ).toBeLessThan(0);
  expect((await of('allDayRespiration'))[0].timeOffsetEpochToBreaths['900']).toBe(-1);
  const [ride] = await of('activityDetails');
  expect(ride.summaryId).toBe(`${ride.activityId}-detail`);
  expect(ride.samples[1].startTimeInSeconds - ride.samples[0].startTimeInSeconds).toBe(15);
  expect(ride.samples[0].powerInWatts).toBeGreaterThan(0);
  expect((await of('bodyComps'))[0].weightInGrams).toBeGreaterThan(70_000);
  for (const type of ['healthSnapshot', 'bloodPressures', 'userMetrics', 'hrv', 'skinTemp', 'epochs'])
    expect((await of(type)).length).toBeGreaterThan(2);
});

test('SIMP11 the truth of Garmin is what its summaries say', async () => {
  await using receiver = await listening();
  const { access_token: access } = await connect('shift_worker');
  for (const type of ['dailies', 'sleeps', 'activities']) await backfill(access, type);
  const { json: truth } = await clouds.control(
    'GET',
    'garmin/people/shift_worker/truth?from=2026-11-02&to=2026-11-18',
  );
  const inRange = ({ calendarDate }: { calendarDate: string }) => calendarDate >= '2026-11-02';
  const dailies = (await collected(access, receiver.received, 'dailies')).filter(inRange);
  expect(dailies.map(({ calendarDate, steps }) => [calendarDate, steps])).toEqual(
    Object.entries(truth.daily).map(([date, values]) => [date, (values as { steps: number }).steps]),
  );
  const sleeps = (await collected(access, receiver.received, 'sleeps')).filter(inRange);
  expect(sleeps.map(({ summaryId }) => summaryId)).toEqual(
    truth.sleeps.map(({ externalId }: { externalId: string }) => externalId),
  );
  for (const { calendarDate, durationInSeconds } of sleeps)
    expect(truth.daily[calendarDate].sleep_duration).toBe(durationInSeconds / 60);
  const ids = (await collected(access, receiver.received, 'activities')).map(({ summaryId }) => summaryId);
  for (const { externalId } of truth.workouts) expect(ids).toContain(externalId);
});

test('SIMP13 Garmin requires a challenge, and proof of it', async () => {
  expect((await authorize('runner', { code_challenge_method: 'plain' })).get('error')).toBe(
    'invalid_request',
  );
  const code = (await authorize('runner')).get('code') ?? '';
  const wrong = await token({ grant_type: 'authorization_code', code, code_verifier: 'w'.repeat(64) });
  expect([wrong.status, wrong.json.error]).toEqual([400, 'invalid_grant']);
  const late = await token({ grant_type: 'authorization_code', code, code_verifier: VERIFIER });
  expect(late.status).toBe(400);
});
