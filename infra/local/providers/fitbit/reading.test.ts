import { afterEach, beforeEach, expect, test } from 'vitest';
import { ALL_SCOPES, filtered, googleClient, googleScopes } from '../../../../test/support/google-client.ts';
import {
  SIMULATED_NOW,
  type SimulatedClouds,
  send,
  startClouds,
} from '../../../../test/support/simulated-clouds.ts';

let clouds: SimulatedClouds;
beforeEach(async () => {
  clouds = await startClouds();
});
afterEach(() => clouds[Symbol.asyncDispose]());

const { origin, token, get, post, connect, all } = googleClient(() => clouds);

test('SIMP1 Google keeps the refresh token and does not repeat it', async () => {
  const first = await connect();
  expect(first).toMatchObject({ expires_in: 3599, token_type: 'Bearer', scope: ALL_SCOPES });
  const refresh = () => token({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
  const [one, other] = await Promise.all([refresh(), refresh()]);
  expect([one.status, other.status, one.json.refresh_token]).toEqual([200, 200, undefined]);
  expect((await get(one.json.access_token, '/identity')).status).toBe(200);
  expect((await get(first.access_token, '/identity')).status).toBe(200);
  await clouds.control('POST', 'clock', { advanceSec: 3599 });
  expect((await get(first.access_token, '/identity')).status).toBe(401);
  expect((await refresh()).status).toBe(200);
});

test('SIMP1 Google gives a refresh token for offline access, first or when consent is asked for again', async () => {
  expect((await connect('runner', ALL_SCOPES, {})).refresh_token).toBeUndefined();
  expect((await connect('cyclist', ALL_SCOPES, { access_type: 'offline' })).refresh_token).toMatch(/^sim_/);
  expect((await connect('cyclist', ALL_SCOPES, { access_type: 'offline' })).refresh_token).toBeUndefined();
  expect((await connect('cyclist')).refresh_token).toMatch(/^sim_/);
});

test('SIMP1 revoking one token of Google ends the grant', async () => {
  const { access_token: access, refresh_token: refresh } = await connect();
  expect((await send(`${origin('oauth')}/revoke`, { form: { token: refresh } })).status).toBe(200);
  expect((await get(access, '/identity')).status).toBe(401);
  const again = await token({ grant_type: 'refresh_token', refresh_token: refresh });
  expect([again.status, again.json.error]).toEqual([400, 'invalid_grant']);
  expect((await send(`${origin('oauth')}/revoke`, { form: { token: refresh } })).status).toBe(400);
});

test('SIMP2 of two scopes asked for, Google serves the one that was granted', async () => {
  const granted = await connect('runner', googleScopes('sleep', 'activity_and_fitness'), {
    sim_scopes: googleScopes('sleep'),
  });
  expect(granted.scope).toBe(googleScopes('sleep'));
  expect((await get(granted.access_token, '/dataTypes/sleep/dataPoints')).status).toBe(200);
  const refused = await get(granted.access_token, '/dataTypes/steps/dataPoints');
  expect([refused.status, refused.json.error.details[0].reason]).toEqual([403, 'MISSING_OAUTH_SCOPE']);
});

test('SIMP6 Google lists newest first, and no more than 25 sleeps at a time', async () => {
  const { access_token: access } = await connect();
  const { json } = await get(access, '/dataTypes/sleep/dataPoints:reconcile?pageSize=1000');
  expect(json.dataPoints).toHaveLength(25);
  const sleeps = await all(access, '/dataTypes/sleep/dataPoints:reconcile?pageSize=1000');
  const starts = sleeps.map(({ sleep }) => sleep.interval.startTime);
  expect(starts.length).toBeGreaterThan(50);
  expect(starts).toEqual([...new Set(starts)].sort().reverse());
});

test('SIMP6 Google pages minutes by token without a gap or a repetition', async () => {
  const { access_token: access } = await connect('cyclist');
  const window =
    'heart_rate.sample_time.physical_time >= "2026-11-15T00:00:00Z" AND heart_rate.sample_time.physical_time < "2026-11-17T00:00:00Z"';
  const points = await all(access, filtered('heart-rate', window, '&pageSize=700'));
  const times = points.map(({ heartRate }) => heartRate.sampleTime.physicalTime);
  expect(times).toHaveLength(2880);
  expect(times).toEqual([...new Set(times)].sort().reverse());
  expect([times[0], times.at(-1)]).toEqual(['2026-11-16T23:59:00Z', '2026-11-15T00:00:00Z']);
});

test('SIMP6 a sleep is filtered by its end, a day by its date, an exercise by its civil start', async () => {
  const { access_token: access } = await connect();
  const ends = (
    await get(
      access,
      filtered(
        'sleep',
        'sleep.interval.civil_end_time >= "2026-11-17" AND sleep.interval.civil_end_time < "2026-11-18"',
      ),
    )
  ).json.dataPoints;
  expect(
    ends.map(
      ({ sleep }: { sleep: { interval: { civilEndTime: { date: unknown } } } }) =>
        sleep.interval.civilEndTime.date,
    ),
  ).toEqual([{ year: 2026, month: 11, day: 17 }]);
  const days = (
    await get(
      access,
      filtered(
        'daily-resting-heart-rate',
        'daily_resting_heart_rate.date >= "2026-11-16" AND daily_resting_heart_rate.date < "2026-11-18"',
      ),
    )
  ).json.dataPoints;
  expect(days).toHaveLength(2);
  const runs = (
    await get(access, filtered('exercise', 'exercise.interval.civil_start_time >= "2026-11-16T00:00:00"'))
  ).json.dataPoints;
  expect(runs.length).toBeGreaterThan(0);
});

test('SIMP6 a hundred thousand heart rates of Google are made as they are read', async () => {
  const { access_token: access } = await connect();
  await clouds.control('PUT', 'fitbit/people/runner/load', { records: 100_000 });
  let [count, next, last] = [0, '', '9999'];
  do {
    const { json } = await get(access, `/dataTypes/heart-rate/dataPoints:reconcile?pageSize=10000${next}`);
    for (const { heartRate } of json.dataPoints) {
      if (heartRate.sampleTime.physicalTime >= last) throw new Error('not in order');
      last = heartRate.sampleTime.physicalTime;
    }
    count += json.dataPoints.length;
    next = json.nextPageToken === undefined ? '' : `&pageToken=${json.nextPageToken}`;
  } while (next !== '');
  expect(count).toBe(100_000);
});

test('SIMP8 Google refuses the 301st request of a minute with 429 and no headers', async () => {
  const { access_token: access } = await connect();
  await clouds.control('PUT', 'fitbit/limits', { documented: true });
  expect((await clouds.control('GET', 'fitbit/limits')).json).toEqual({ userPerMinute: 300 });
  await clouds.control('PUT', 'fitbit/limits', { userPerMinute: 1 });
  expect((await get(access, '/identity')).status).toBe(200);
  const refused = await get(access, '/identity');
  expect([refused.status, refused.json.error.status]).toEqual([429, 'RESOURCE_EXHAUSTED']);
  await clouds.control('POST', 'clock', { advanceSec: 60 });
  expect((await get(access, '/identity')).status).toBe(200);
});

test.each([
  [
    filtered('steps', 'steps.interval.start_time > "2026-11-01T00:00:00Z"'),
    'INVALID_DATA_POINT_FILTER_OPERATOR',
  ],
  [filtered('steps', 'steps.date >= "2026-11-01"'), 'INVALID_DATA_POINT_FILTER_MEMBER'],
  [
    filtered(
      'steps',
      'steps.interval.start_time >= "2026-11-01T00:00:00Z" AND steps.interval.civil_start_time < "2026-11-02"',
    ),
    'INVALID_DATA_POINT_FILTER_MIXED_TIME',
  ],
  [filtered('steps', 'steps.interval.civil_start_time >= "2026-13-77"'), 'INVALID_DATA_POINT_FILTER_VALUE'],
  [
    filtered('exercise', 'exercise.interval.start_time >= "2026-11-01T00:00:00Z"'),
    'INVALID_DATA_POINT_FILTER_MEMBER',
  ],
  [filtered('steps', 'anything at all'), 'INVALID_DATA_POINT_FILTER_SYNTAX'],
  ['/dataTypes/steps/dataPoints?pageToken=mine', 'INVALID_PAGE_TOKEN'],
  ['/dataTypes/floors/dataPoints', 'UNSUPPORTED_DATA_TYPE_ACTION'],
  ['/dataTypes/total-calories/dataPoints:reconcile', 'UNSUPPORTED_DATA_TYPE_ACTION'],
])('SIMP9 Google refuses %s with %s', async (path, reason) => {
  const { access_token: access } = await connect();
  const { status, json } = await get(access, path);
  expect([status, json.error.details[0].reason]).toEqual([400, reason]);
});

test('SIMP9 roll-ups of Google have a longest range, and an account without a profile refuses everything', async () => {
  const { access_token: access } = await connect();
  const civil = (month: number, day: number) => ({ date: { year: 2026, month, day } });
  const ask = (type: string, from: unknown) =>
    post(access, `/dataTypes/${type}/dataPoints:dailyRollUp`, {
      range: { start: from, end: civil(11, 18) },
      windowSizeDays: 1,
    });
  expect((await ask('heart-rate', civil(11, 4))).status).toBe(200);
  expect((await ask('heart-rate', civil(11, 3))).json.error.details[0].reason).toBe(
    'INVALID_ROLLUP_QUERY_DURATION',
  );
  expect((await ask('steps', civil(8, 20))).status).toBe(200);
  expect((await ask('steps', { ...civil(11, 4), time: { hours: 3 } })).status).toBe(400);
  await clouds.control('POST', 'fitbit/link', { name: 'runner', linked: false });
  expect((await get(access, '/identity')).json.error.details[0].reason).toBe('ACCOUNT_NOT_LINKED');
});

test('SIMP9 every readable type of Google can be asked for, and an unknown one is 404', async () => {
  const { access_token: access } = await connect();
  const reconciled = [
    'steps',
    'floors',
    'vo2-max',
    'run-vo2-max',
    'activity-level',
    'daily-heart-rate-zones',
    'basal-energy-burned',
    'nutrition-log',
  ];
  for (const type of reconciled)
    expect((await get(access, `/dataTypes/${type}/dataPoints:reconcile`)).status, type).toBe(200);
  expect((await get(access, '/dataTypes/mood/dataPoints')).status).toBe(404);
  expect((await get(access, '/dataTypes/electrocardiogram/dataPoints')).json.error.details[0].reason).toBe(
    'MISSING_OAUTH_SCOPE',
  );
});

test('SIMP9 the old Fitbit Web API is gone', async () => {
  for (const path of ['/1/user/-/profile.json', '/oauth2/token'])
    expect((await send(`${origin('api')}${path}`)).status).toBe(410);
});

test('SIMP10 whole numbers of Google are texts, and offsets and civil times stand beside instants', async () => {
  const { access_token: access } = await connect();
  const { json } = await get(
    access,
    filtered('steps', 'steps.interval.start_time >= "2026-11-17T00:00:00Z"', '&pageSize=1'),
  );
  const [{ steps, dataSource }] = json.dataPoints;
  expect([typeof steps.count, steps.interval.startUtcOffset, dataSource]).toEqual([
    'string',
    '3600s',
    undefined,
  ]);
  expect(steps.interval.civilStartTime.date).toEqual({ year: 2026, month: 11, day: 18 });
  const raw = (await get(access, '/dataTypes/steps/dataPoints?pageSize=200')).json.dataPoints;
  const platforms = new Set(
    raw.map(({ dataSource: source }: { dataSource: { platform: string } }) => source.platform),
  );
  expect([...platforms].sort()).toEqual(['FITBIT', 'HEALTH_CONNECT']);
  const weight = (await get(access, '/dataTypes/weight/dataPoints?pageSize=1')).json.dataPoints[0];
  expect(weight.name).toMatch(/^users\/\d+\/dataTypes\/weight\/dataPoints\/\d+$/);
});

test('SIMP11 the truth of Google is what its roll-ups and lists say', async () => {
  const { access_token: access } = await connect();
  const { json: truth } = await clouds.control(
    'GET',
    'fitbit/people/runner/truth?from=2026-11-10&to=2026-11-17',
  );
  const civil = (day: number) => ({ date: { year: 2026, month: 11, day } });
  const sums = (
    await post(access, '/dataTypes/steps/dataPoints:dailyRollUp', {
      range: { start: civil(10), end: civil(18) },
      windowSizeDays: 1,
    })
  ).json;
  expect(sums.rollupDataPoints).toHaveLength(8);
  for (const { civilStartTime, steps } of sums.rollupDataPoints)
    expect(String(truth.daily[`2026-11-${civilStartTime.date.day}`].steps)).toBe(steps.countSum);
  const minutes = await all(
    access,
    filtered(
      'steps',
      'steps.interval.civil_start_time >= "2026-11-12" AND steps.interval.civil_start_time < "2026-11-13"',
    ),
  );
  expect(minutes.reduce((sum, { steps }) => sum + Number(steps.count), 0)).toBe(
    truth.daily['2026-11-12'].steps,
  );
  const sleeps = await all(
    access,
    filtered(
      'sleep',
      'sleep.interval.civil_end_time >= "2026-11-10" AND sleep.interval.civil_end_time < "2026-11-18"',
    ),
  );
  const told = sleeps.map(({ dataPointName, sleep }) => ({
    externalId: dataPointName.split('/').at(-1),
    start: sleep.interval.startTime,
    end: sleep.interval.endTime,
  }));
  expect(told.reverse()).toEqual(truth.sleeps);
  expect(truth.workouts.length).toBeGreaterThan(2);
});

test('SIMP11 a person without data has nothing at Google until something is recorded', async () => {
  const { access_token: access } = await connect('newcomer');
  const exercises = async () => (await get(access, '/dataTypes/exercise/dataPoints')).json.dataPoints;
  expect(await exercises()).toEqual([]);
  expect((await get(access, '/dataTypes/heart-rate/dataPoints')).json).toEqual({ dataPoints: [] });
  await clouds.control('POST', 'clock', { advanceSec: 3000 });
  const { json } = await clouds.control('POST', 'fitbit/people/newcomer/record', { days: 2 });
  expect((await exercises()).map(({ name }: { name: string }) => name.split('/').at(-1)).sort()).toEqual(
    json.changes
      .filter(({ type }: { type: string }) => type === 'exercise')
      .map(({ id }: { id: string }) => id)
      .sort(),
  );
  expect(Date.parse((await exercises())[0].exercise.interval.endTime)).toBeLessThanOrEqual(
    SIMULATED_NOW + 3_000_000,
  );
});
