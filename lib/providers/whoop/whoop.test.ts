import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { lastDays, NOW_MS, pagesOf, paperCloud, status } from '../../../test/support/paper-cloud.ts';
import type { DataType, FetchContext, PublicKeys, PushRequest } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { ProviderFault } from '../model.ts';
import { workoutTypeOf } from './sport-names.ts';
import { whoop } from './whoop.ts';

const MAP = { timeZone: 'America/New_York', nowMs: NOW_MS };
const NIGHT_ID = '7f3c2a10-0000-4000-8000-000000000001';
const typed = (code: string): DataType => {
  const found = whoop.dataTypes.find((type) => type.code === code);
  if (found === undefined) throw new Error(`no data type ${code}`);
  return found;
};
const pull = (code: string) => {
  const { source } = typed(code);
  if (source.kind !== 'pull') throw new Error('not pulled');
  return source;
};
const fetched = (code: string, context: FetchContext) =>
  pagesOf(pull(code).fetchPages(context, lastDays(30), undefined));

const night = {
  id: NIGHT_ID,
  cycle_id: 93845,
  v1_id: null,
  user_id: 10129,
  created_at: '2026-11-18T12:01:00.000Z',
  updated_at: '2026-11-18T12:20:00.000Z',
  start: '2026-11-18T04:30:00.000Z',
  end: '2026-11-18T11:50:00.000Z',
  timezone_offset: '-05:00',
  nap: false,
  score_state: 'SCORED',
  score: {
    stage_summary: {
      total_in_bed_time_milli: 26_400_000,
      total_awake_time_milli: 1_500_000,
      total_no_data_time_milli: 0,
      total_light_sleep_time_milli: 12_900_000,
      total_slow_wave_sleep_time_milli: 6_000_000,
      total_rem_sleep_time_milli: 6_000_000,
      sleep_cycle_count: 4,
      disturbance_count: 7,
    },
    sleep_needed: { baseline_milli: 27_000_000 },
    respiratory_rate: 15.4,
    sleep_performance_percentage: 88,
    sleep_consistency_percentage: 79,
    sleep_efficiency_percentage: 94.3,
  },
};
const recovery = {
  cycle_id: 93845,
  sleep_id: NIGHT_ID,
  user_id: 10129,
  created_at: '2026-11-18T12:01:00.000Z',
  updated_at: '2026-11-18T12:21:00.000Z',
  score_state: 'SCORED',
  score: {
    user_calibrating: false,
    recovery_score: 61,
    resting_heart_rate: 52,
    hrv_rmssd_milli: 48.7,
    spo2_percentage: 96.2,
    skin_temp_celsius: 33.6,
  },
};
const cycle = {
  id: 93845,
  updated_at: '2026-11-18T20:00:00.000Z',
  start: '2026-11-18T04:30:00.000Z',
  end: null,
  timezone_offset: '-05:00',
  score_state: 'SCORED',
  score: { strain: 11.3, kilojoule: 8368, average_heart_rate: 71, max_heart_rate: 164 },
};
const workout = {
  id: '7f3c2a10-0000-4000-8000-000000000002',
  updated_at: '2026-11-18T18:10:00.000Z',
  start: '2026-11-18T17:00:00.000Z',
  end: '2026-11-18T17:45:00.000Z',
  timezone_offset: '-05:00',
  sport_name: 'running',
  score_state: 'SCORED',
  score: {
    strain: 9.1,
    average_heart_rate: 148,
    max_heart_rate: 176,
    kilojoule: 1757.28,
    percent_recorded: 100,
    distance_meter: 8042.5,
    altitude_gain_meter: 61.2,
    zone_durations: {},
  },
};

test('PRV20 a recovery is dated by waking up from its sleep, on the clock of the sleeper', () => {
  const page = typed('recovery').map({ records: [recovery], sleeps: [night] }, MAP);
  expect(page.unreadable).toEqual([]);
  expect(page.records).toHaveLength(5);
  expect(page.records[0]).toMatchObject({
    metric: 'recovery_score',
    value: 61,
    unit: '%',
    start: '2026-11-18T00:00:00',
    end: '2026-11-19T00:00:00-05:00',
    zoneOffsetMinutes: -300,
    recordId: `recovery:${NIGHT_ID}`,
    revision: '2026-11-18T12:21:00.000Z',
  });
  expect(page.records.map((record) => ('metric' in record ? record.metric : ''))).toEqual([
    'recovery_score',
    'resting_heart_rate',
    'hrv_rmssd',
    'spo2',
    'skin_temperature',
  ]);
});

test('PRV20 a recovery without a score says nothing, one without its sleep is set aside', () => {
  const pending = { ...recovery, score_state: 'PENDING_SCORE', score: null };
  const page = typed('recovery').map({ records: [pending, recovery], sleeps: [] }, MAP);
  expect(page.records).toEqual([]);
  expect(page.unreadable).toEqual([{ index: 1, reason: 'sleep_id: no such sleep to date it by' }]);
});

test('PRV20 recoveries bring their sleeps along: by the list, and one by one what it does not hold', async () => {
  const other = { ...recovery, cycle_id: 93846, sleep_id: 'far-away' };
  const cloud = paperCloud(({ path }) => {
    if (path === '/developer/v2/recovery') return { records: [recovery, other], next_token: null };
    if (path === '/developer/v2/activity/sleep') return { records: [night] };
    return path === '/developer/v2/activity/sleep/far-away' ? { ...night, id: 'far-away' } : undefined;
  });
  const [page] = await fetched('recovery', cloud.context);
  expect(cloud.asked).toHaveLength(3);
  expect(typed('recovery').map(page?.payload, MAP).records).toHaveLength(10);
  expect(JSON.parse(new TextDecoder().decode(page?.body))).toEqual(page?.payload);
});

test('PRV20 a recovery is fetched by its sleep, by the cycle of the older model, and is gone with either', async () => {
  const cloud = paperCloud(({ path }) => {
    if (path === `/developer/v2/activity/sleep/${NIGHT_ID}`) return night;
    return path === '/developer/v2/cycle/93845/recovery' ? recovery : undefined;
  });
  const source = pull('recovery');
  for (const id of [NIGHT_ID, '93845']) {
    const page = await source.fetchRecord?.(cloud.context, id);
    expect(typed('recovery').map(page?.payload, MAP).records).toHaveLength(5);
  }
  expect(await source.fetchRecord?.(cloud.context, 'no-such')).toBeUndefined();
  expect(await source.fetchRecord?.(cloud.context, '5')).toBeUndefined();
});

test('PRV20 a cycle is the day of waking up in it, also without its sleep and while it goes on', () => {
  for (const sleeps of [[night], [], undefined]) {
    const { records } = typed('cycle').map({ records: [cycle], sleeps }, MAP);
    expect(records).toMatchObject([
      { metric: 'strain', value: 11.3, start: '2026-11-18T00:00:00', recordId: 'cycle:93845' },
      { metric: 'total_energy', value: 8368, unit: 'kJ' },
      { metric: 'heart_rate_max', value: 164 },
    ]);
  }
});

test('PRV20 cycles are told without sleeps to those who may not read them', async () => {
  const cloud = paperCloud(({ path }) =>
    path === '/developer/v2/cycle' ? { records: [cycle] } : status(403),
  );
  const [page] = await fetched('cycle', cloud.context);
  expect(typed('cycle').map(page?.payload, MAP).records).toHaveLength(3);
});

test('PRV21 a scored sleep has totals and the values of its night, a nap has none, a pending one is not final', () => {
  const nap = { ...night, id: 'nap', nap: true };
  const pending = { ...night, id: 'pending', score_state: 'PENDING_SCORE', score: null };
  const { records, unreadable } = typed('sleep').map({ records: [night, nap, pending] }, MAP);
  expect(unreadable).toEqual([]);
  expect(records[0]).toMatchObject({
    kind: 'sleep',
    externalId: NIGHT_ID,
    revision: '2026-11-18T12:20:00.000Z',
    start: '2026-11-18T04:30:00.000Z',
    zoneOffsetMinutes: -300,
    date: '2026-11-18',
    isNap: false,
    isFinal: true,
    totals: { inBedMin: 440, asleepMin: 415, deepMin: 100, lightMin: 215, remMin: 100, awakeMin: 25 },
  });
  expect(records[0]).toHaveProperty('values.0', { metric: 'sleep_duration', value: 24_900_000, unit: 'ms' });
  expect(records[0]).toHaveProperty('values.length', 10);
  expect(records[1]).toMatchObject({ isNap: true, values: [] });
  expect(records[2]).toMatchObject({ isFinal: false, totals: {}, values: [] });
});

test('PRV21 a sleep with another type of field, or that ends before it starts, is set aside alone', () => {
  const records = [
    night,
    { ...night, nap: 'no' },
    { ...night, end: night.start },
    { ...night, timezone_offset: 'far' },
  ];
  const page = typed('sleep').map({ records }, MAP);
  expect(page.records).toHaveLength(1);
  expect(page.unreadable.map(({ reason }) => reason)).toEqual([
    'nap: expected boolean',
    'end: not after start',
    'timezone_offset: expected an offset',
  ]);
});

test('PRV22 a workout is a record, and its distance, climb and highest heart rate are readings of it', () => {
  const { records } = typed('workout').map({ records: [workout] }, MAP);
  expect(records[0]).toMatchObject({
    kind: 'workout',
    type: 'running',
    providerType: 'running',
    durationSec: 2700,
    energyKcal: 420,
    strain: 9.1,
    maxHeartRateBpm: 176,
  });
  expect(records.slice(1)).toMatchObject([
    { metric: 'distance', value: 8042.5, start: '2026-11-18T17:00:00.000Z', end: '2026-11-18T17:45:00.000Z' },
    { metric: 'elevation_gain', value: 61.2, recordId: `workouts:${workout.id}` },
    { metric: 'heart_rate_max', value: 176 },
  ]);
  expect(typed('workout').deletionOf?.(workout.id)).toMatchObject([
    { kind: 'sample_deletion', recordId: `workouts:${workout.id}` },
    { kind: 'record_deletion', of: 'workout', externalId: workout.id },
  ]);
});

test('PRV22 a workout that ends before it starts is set aside, one without a score or a sport is kept', () => {
  const bare = { ...workout, score_state: 'UNSCORABLE', score: null, sport_name: null };
  const page = typed('workout').map({ records: [{ ...workout, end: workout.start }, bare] }, MAP);
  expect(page.unreadable).toEqual([{ index: 0, reason: 'end: not after start' }]);
  expect(page.records).toMatchObject([{ type: 'other', providerType: 'unknown', durationSec: 2_700 }]);
});

test('PRV22 a sport that is not known is other, whatever it is called', () => {
  expect(['Ice_Skating', 'constructor', 'underwater-hockey', ''].map(workoutTypeOf)).toEqual([
    'ice_skating',
    'other',
    'other',
    'other',
  ]);
});

test('PRV24 pages follow next_token with nextToken, at most 25 a page, and a circle ends', async () => {
  const cloud = paperCloud(({ query }) => ({
    records: [{ ...night, id: String(query?.['nextToken']) }],
    next_token: query?.['nextToken'] === undefined ? 'second' : null,
  }));
  expect(await fetched('sleep', cloud.context)).toHaveLength(2);
  expect(cloud.asked[1]?.query).toMatchObject({ limit: 25, nextToken: 'second' });
  const endless = paperCloud(() => ({ records: [], next_token: 'again' }));
  await expect(fetched('sleep', endless.context)).rejects.toThrow('endless_pages');
  let tokenCount = 0;
  const renamed = paperCloud(() => {
    tokenCount += 1;
    return {
      records: [tokenCount % 2 === 1 ? night : { ...night, id: 'older' }],
      next_token: `t${tokenCount}`,
    };
  });
  await expect(fetched('sleep', renamed.context)).rejects.toThrow('endless_pages');
  expect(tokenCount).toBe(3);
});

test('PRV24 every type is asked for at its own address, and by id where it has one', async () => {
  const cloud = paperCloud(() => ({ records: [] }));
  for (const { code } of whoop.dataTypes) await fetched(code, cloud.context);
  expect(cloud.asked.map(({ path }) => path)).toEqual([
    '/developer/v2/activity/sleep',
    '/developer/v2/recovery',
    '/developer/v2/cycle',
    '/developer/v2/activity/workout',
    '/developer/v2/user/measurement/body',
  ]);
  for (const code of ['sleep', 'workout']) {
    const page = await pull(code).fetchRecord?.(paperCloud(() => workout).context, 'a/b');
    expect(fieldOf(page?.payload, 'records')).toEqual([workout]);
    expect(await pull(code).fetchRecord?.(paperCloud(() => undefined).context, 'a/b')).toBeUndefined();
  }
});

test('PRV20 an outage while the sleeps are asked for is an outage of the page, not a page without them', async () => {
  for (const at of ['/developer/v2/activity/sleep', `/developer/v2/activity/sleep/${NIGHT_ID}`]) {
    const cloud = paperCloud(({ path }) =>
      path === at ? status(503) : { records: path.endsWith('recovery') ? [recovery] : [] },
    );
    await expect(fetched('recovery', cloud.context)).rejects.toThrow('unavailable');
  }
  const secret = paperCloud(({ path }) =>
    path.includes('sleep') ? status(403) : { records: [recovery, { sleep_id: 5 }] },
  );
  const [page] = await fetched('recovery', secret.context);
  expect(typed('recovery').map(page?.payload, MAP).unreadable).toHaveLength(2);
});

test('PRV36 weight and height of a profile are of the day they were read, and a replay says the same', async () => {
  const cloud = paperCloud(() => ({ height_meter: 1.78, weight_kilogram: 71.4, max_heart_rate: 191 }));
  const [page] = await fetched('body_measurement', cloud.context);
  const later = { ...MAP, nowMs: lastDays(-40).fromMs };
  const { records } = typed('body_measurement').map(page?.payload, later);
  expect(records).toMatchObject([
    {
      metric: 'weight',
      value: 71.4,
      unit: 'kg',
      start: '2026-11-20T00:00:00',
      recordId: 'profile:2026-11-20',
    },
    { metric: 'height', value: 1.78, unit: 'm' },
  ]);
});

const app = { clientId: 'client', clientSecret: 'whoop secret' };
const keys: PublicKeys = { load: () => Promise.reject(new Error('no keys here')) };
const notice = { user_id: 10129, id: NIGHT_ID, type: 'recovery.updated', trace_id: 'trace' };

function signed(json: unknown, atMs: number = NOW_MS, secret = app.clientSecret): PushRequest {
  const text = JSON.stringify(json);
  const timestamp = String(atMs);
  return {
    method: 'POST',
    query: {},
    headers: {
      'x-whoop-signature': createHmac('sha256', secret)
        .update(timestamp + text)
        .digest('base64'),
      'x-whoop-signature-timestamp': timestamp,
    },
    body: new TextEncoder().encode(text),
  };
}
const verdict = (request: PushRequest) => whoop.push.verify(request, app, { nowMs: NOW_MS, keys });

test('PRV23 a notification is genuine when signed over timestamp and raw body, and fresh', async () => {
  const genuine = signed(notice);
  expect(await verdict(genuine)).toBe('genuine');
  const spaced = new TextEncoder().encode(JSON.stringify(notice, null, 1));
  expect(await verdict({ ...genuine, body: spaced })).toBe('forged');
  expect(await verdict(signed(notice, NOW_MS, 'another secret'))).toBe('forged');
  expect(await verdict(signed(notice, NOW_MS - 301_000))).toBe('stale');
  expect(await verdict(signed(notice, NOW_MS + 301_000))).toBe('stale');
  expect(await verdict({ ...genuine, headers: {} })).toBe('unsigned');
  expect(whoop.push.handshake(genuine, app)).toBeUndefined();
});

const said = (json: unknown) => whoop.push.parse(new TextEncoder().encode(JSON.stringify(json)), {});

test('PRV23 a deleted sleep takes its recovery along; what is not understood is counted', () => {
  expect(said(notice)).toEqual([
    { kind: 'changed', providerUserId: '10129', dataType: 'recovery', at: { kind: 'record', id: NIGHT_ID } },
  ]);
  expect(said({ ...notice, type: 'sleep.deleted' })).toMatchObject([
    { kind: 'deleted', dataType: 'recovery', id: NIGHT_ID },
    { kind: 'deleted', dataType: 'sleep', id: NIGHT_ID },
  ]);
  expect(said({ ...notice, id: 93845 })).toMatchObject([{ at: { id: '93845' } }]);
  expect(said({ ...notice, id: 5, type: 'sleep.updated' })).toMatchObject([{ kind: 'ignored' }]);
  expect(said({ ...notice, type: 'tea.updated' })).toMatchObject([{ kind: 'ignored' }]);
  expect(said({ ...notice, type: 'sleep.exploded' })).toMatchObject([{ kind: 'ignored' }]);
  expect(said({ type: 'sleep.updated' })).toMatchObject([{ kind: 'unreadable' }]);
  expect(typed('recovery').deletionOf?.(NIGHT_ID)).toMatchObject([{ recordId: `recovery:${NIGHT_ID}` }]);
  expect(typed('sleep').deletionOf?.(NIGHT_ID)).toMatchObject([{ of: 'sleep', externalId: NIGHT_ID }]);
});

test('PRV24 the account is the profile; a revocation of what is gone is a success', async () => {
  const cloud = paperCloud(({ method }) => (method === 'DELETE' ? status(401) : { user_id: 10129 }));
  const grant = { accessToken: 'a', scope: 'read:sleep offline' };
  expect(await whoop.identify(cloud.http, grant)).toEqual({
    providerUserId: '10129',
    grantedScopes: ['read:sleep', 'offline'],
  });
  await whoop.revoke({ user: cloud.http, app: cloud.app }, app, grant, NOW_MS);
  const down = paperCloud(() => status(503));
  await expect(whoop.revoke({ user: down.http, app: down.app }, app, grant, NOW_MS)).rejects.toThrow(
    'unavailable',
  );
  const odd = paperCloud(() => ({ name: 'nobody' }));
  await expect(whoop.identify(odd.http, grant)).rejects.toBeInstanceOf(ProviderFault);
  expect(fieldOf(whoop.auth, 'refresh')).toBe('single-use');
});

test('PRV24 a spent refresh token is the end of the grant, an outage is not', () => {
  if (whoop.auth.kind !== 'oauth2') throw new Error('not OAuth 2');
  const body = new TextEncoder().encode('{"error":"invalid_request"}');
  expect(whoop.auth.parseTokens({ status: 400, headers: {}, body }, NOW_MS)).toMatchObject({
    failure: 'invalid_grant',
  });
  expect(whoop.auth.parseTokens(status(500), NOW_MS)).toMatchObject({ failure: 'unavailable' });
  expect(whoop.auth.grantedScopes({}, { accessToken: 'a', scope: 'read:sleep offline' })).toEqual([
    'read:sleep',
    'offline',
  ]);
});

test('PRV24 the quota is read from the closest window, and 429 waits for its reset', () => {
  const headers = {
    'x-ratelimit-limit': '100, 100;window=60, 10000;window=86400',
    'x-ratelimit-remaining': '97',
    'x-ratelimit-reset': '42',
  };
  expect(whoop.readQuota(headers, NOW_MS)).toEqual([
    { windowMs: 60_000, limit: 100, used: 3, resetAtMs: NOW_MS + 42_000 },
  ]);
  expect(whoop.readQuota({}, NOW_MS)).toEqual([]);
  const refused = whoop.classify({ status: 429, headers, body: new Uint8Array() }, NOW_MS);
  expect(refused).toMatchObject({ kind: 'rate_limited', retryAtMs: NOW_MS + 42_000 });
  expect(whoop.classify({ status: 429, headers: {}, body: new Uint8Array() }, NOW_MS)).toMatchObject({
    retryAtMs: NOW_MS + 60_000,
  });
  expect(whoop.classify(status(500), NOW_MS)).toBeUndefined();
});
