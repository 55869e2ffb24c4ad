import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastDays, NOW_MS, pagesOf, paperCloud, status } from '../../../test/support/paper-cloud.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { DataType, PublicKeys, PushRequest } from '../definition.ts';
import { workoutTypeOf } from './activity-names.ts';
import { oura } from './oura.ts';
import { segmentsOf } from './sleep-phases.ts';

const MAP = { timeZone: 'Europe/Berlin', nowMs: NOW_MS };
const typed = (code: string): DataType => {
  const found = oura.dataTypes.find((type) => type.code === code);
  if (found === undefined) throw new Error(`no data type ${code}`);
  return found;
};
const pull = (code: string) => {
  const { source } = typed(code);
  if (source.kind !== 'pull') throw new Error('not pulled');
  return source;
};
const mapped = (code: string, ...data: unknown[]) => typed(code).map({ data, next_token: null }, MAP);

const night = {
  id: 'night-1',
  day: '2026-11-18',
  type: 'long_sleep',
  period: 0,
  bedtime_start: '2026-11-17T23:02:00+01:00',
  bedtime_end: '2026-11-17T23:20:00+01:00',
  total_sleep_duration: 840,
  time_in_bed: 1080,
  deep_sleep_duration: 300,
  light_sleep_duration: 540,
  rem_sleep_duration: 0,
  awake_time: 240,
  latency: 120,
  efficiency: 78,
  average_heart_rate: 54.25,
  lowest_heart_rate: 48,
  average_hrv: 61,
  average_breath: 14.125,
  sleep_phase_5_min: '4221',
  heart_rate: { interval: 300, items: [60, null, 55], timestamp: '2026-11-17T23:02:00+01:00' },
};

test('PRV25 a night has its stages from going to bed to getting up, totals and values', () => {
  const { records, unreadable } = mapped('sleep', night);
  expect(unreadable).toEqual([]);
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({
    kind: 'sleep',
    externalId: 'night-1',
    start: '2026-11-17T22:02:00.000Z',
    end: '2026-11-17T22:20:00.000Z',
    zoneOffsetMinutes: 60,
    date: '2026-11-18',
    isNap: false,
    isFinal: true,
    stages: [
      { stage: 'awake', start: '2026-11-17T22:02:00.000Z', end: '2026-11-17T22:07:00.000Z' },
      { stage: 'light', start: '2026-11-17T22:07:00.000Z', end: '2026-11-17T22:17:00.000Z' },
      { stage: 'deep', start: '2026-11-17T22:17:00.000Z', end: '2026-11-17T22:20:00.000Z' },
    ],
    totals: { inBedMin: 18, asleepMin: 14, deepMin: 5, lightMin: 9, remMin: 0, awakeMin: 4, latencyMin: 2 },
  });
  expect(records[0]).toHaveProperty('values.length', 12);
  expect(records[0]).toHaveProperty('values.9', { metric: 'resting_heart_rate', value: 48, unit: '/min' });
});

test('PRV25 a nap has no values of a night, and a deleted sleep removes its record', () => {
  const { records } = mapped(
    'sleep',
    { ...night, type: 'late_nap' },
    { id: 'night-2', type: 'deleted', day: 5 },
  );
  expect(records[0]).toMatchObject({ isNap: true, values: [] });
  expect(records[1]).toEqual({ kind: 'record_deletion', of: 'sleep', externalId: 'night-2' });
  expect(typed('sleep').deletionOf?.('night-2')).toEqual([records[1]]);
});

test('PRV25 a night without averages has none, and one with a changed field is set aside alone', () => {
  const page = mapped(
    'sleep',
    { ...night, average_hrv: null, average_heart_rate: 0, sleep_phase_5_min: null },
    { ...night, time_in_bed: 'long' },
    { ...night, bedtime_end: night.bedtime_start },
    { ...night, bedtime_start: '9999-12-31T23:59:59Z' },
  );
  expect(page.records).toHaveLength(1);
  expect(page.records[0]).toMatchObject({ stages: [] });
  expect(page.records[0]).toHaveProperty('values.length', 10);
  expect(page.unreadable).toEqual([
    { index: 1, reason: expect.stringContaining('time_in_bed') },
    { index: 2, reason: 'bedtime_end: not after bedtime_start' },
    { index: 3, reason: expect.stringContaining('bedtime_start') },
  ]);
});

test('PRV25 segments never overlap, never leave the bed, and cover what is known of it', () => {
  const phases = fc.string({ unit: fc.constantFrom('1', '2', '3', '4', '9'), maxLength: 200 });
  fc.assert(
    fc.property(phases, fc.integer({ min: 1, max: 60_000 }), (text, sec) => {
      const endMs = (NOW_MS + sec * 1_000) as EpochMs;
      const spans = segmentsOf(text, NOW_MS, endMs).map(({ start, end }) => [
        Date.parse(start),
        Date.parse(end),
      ]);
      let known = 0;
      let last: number = NOW_MS;
      for (const [start = 0, end = 0] of spans) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        known += end - start;
        last = end;
      }
      expect(last).toBeLessThanOrEqual(endMs);
      const expected = [...text].reduce((sum, phase, index) => {
        const from = NOW_MS + index * 300_000;
        return phase === '9' ? sum : sum + Math.max(0, Math.min(from + 300_000, endMs) - from);
      }, 0);
      expect(known).toBe(expected);
    }),
    { seed: 20_261_118, numRuns: 300 },
  );
});

test('PRV26 documents of a day are values of that day on the wearer’s clock, known by their id', () => {
  const { records } = mapped('daily_readiness', {
    id: 'ready-1',
    day: '2026-11-18',
    score: 77,
    temperature_deviation: -0.21,
    contributors: { resting_heart_rate: 87 },
  });
  expect(records).toMatchObject([
    {
      metric: 'recovery_score',
      value: 77,
      unit: '{score}',
      start: '2026-11-18T00:00:00',
      end: '2026-11-19T00:00:00+01:00',
      zoneOffsetMinutes: 60,
      recordId: 'daily_readiness:ready-1',
    },
    { metric: 'skin_temperature_deviation', value: -0.21, unit: 'Cel' },
  ]);
  expect(typed('daily_readiness').deletionOf?.('ready-1')).toEqual([
    {
      kind: 'sample_deletion',
      metrics: ['recovery_score', 'skin_temperature_deviation'],
      recordId: 'daily_readiness:ready-1',
    },
  ]);
});

test('PRV26 scores, saturation, vascular age and oxygen uptake each come from their own document', () => {
  const day = { id: 'x', day: '2026-11-18' };
  const one = (code: string, fields: object) =>
    mapped(code, { ...day, ...fields }).records.map((record) =>
      record.kind === 'sample' ? [record.metric, record.value] : [],
    );
  expect(one('daily_sleep', { score: 81 })).toEqual([['sleep_score', 81]]);
  expect(one('daily_spo2', { spo2_percentage: { average: 97.5 }, breathing_disturbance_index: 3 })).toEqual([
    ['spo2', 97.5],
    ['breathing_disturbance_index', 3],
  ]);
  expect(one('daily_spo2', { spo2_percentage: null })).toEqual([]);
  expect(one('daily_cardiovascular_age', { vascular_age: 33 })).toEqual([['vascular_age', 33]]);
  expect(one('vo2_max', { vo2_max: 44.5 })).toEqual([['vo2_max', 44.5]]);
});

test('PRV26 an activity document has the totals of the day and the effort of each minute that was worn', () => {
  const { records } = mapped('daily_activity', {
    id: 'act-1',
    day: '2026-11-18',
    steps: 9_012,
    active_calories: 431,
    total_calories: 2_455,
    equivalent_walking_distance: 8_120,
    high_activity_time: 600,
    medium_activity_time: 1_800,
    sedentary_time: 30_000,
    met: { interval: 60, items: [0.9, null, 1.4], timestamp: '2026-11-18T04:00:00.000+01:00' },
  });
  expect(records.slice(0, 6)).toMatchObject([
    { metric: 'steps', value: 9_012 },
    { metric: 'active_energy', value: 431 },
    { metric: 'total_energy', value: 2_455 },
    { metric: 'distance', value: 8_120 },
    { metric: 'active_minutes', value: 2_400, unit: 's' },
    { metric: 'sedentary_time', value: 30_000 },
  ]);
  expect(records.slice(6)).toMatchObject([
    { metric: 'met', start: '2026-11-18T03:00:00.000Z', end: '2026-11-18T03:01:00.000Z', value: 0.9 },
    { metric: 'met', start: '2026-11-18T03:02:00.000Z', zoneOffsetMinutes: 60, value: 1.4 },
  ]);
});

test('PRV27 heart rate is read by time, 0 is no reading', () => {
  const at = (timestamp: string, bpm: unknown) => ({ bpm, source: 'awake', timestamp });
  const page = mapped(
    'heartrate',
    at('2026-11-18T10:00:00+00:00', 61),
    at('2026-11-18T10:05:00Z', 0),
    at('yesterday', 60),
  );
  expect(page.records).toMatchObject([
    { metric: 'heart_rate', start: '2026-11-18T10:00:00.000Z', value: 61 },
  ]);
  expect(page.unreadable).toEqual([{ index: 2, reason: 'timestamp: expected an instant' }]);
  expect(page.fetchedCount).toBe(3);
});

test('PRV37 a reading is on the clock of the last bedtime before it, else of the first after it', () => {
  const offsets = (bedtimes: unknown, ...times: string[]) =>
    typed('heartrate')
      .map({ data: times.map((timestamp) => ({ bpm: 60, timestamp })), bedtimes }, MAP)
      .records.map((record) => (record.kind === 'sample' ? record.zoneOffsetMinutes : 'no sample'));
  const bedtimes = [
    // The night in which the clocks went back, after a flight.
    { bedtime_start: '2026-11-17T23:00:00-05:00', bedtime_end: '2026-11-18T06:00:00-06:00' },
    { bedtime_start: '2026-11-15T23:00:00+01:00', bedtime_end: '2026-11-16T07:00:00+01:00' },
    { bedtime_start: 'late', bedtime_end: '2026-11-19T07:00:00+09:00' },
    { bedtime_start: '2026-11-19T23:00:00Z', bedtime_end: '2026-11-20T07:00:00Z' },
    7,
  ];
  const times = [
    '2026-11-14T10:00:00Z',
    '2026-11-16T10:00:00Z',
    '2026-11-18T05:00:00Z',
    '2026-11-20T08:00:00Z',
  ];
  expect(offsets(bedtimes, ...times)).toEqual([60, 60, -300, -360]);
  expect(offsets([], ...times.slice(0, 1))).toEqual([undefined]);
  expect(offsets(undefined, ...times.slice(0, 1))).toEqual([undefined]);
});

test('PRV37 pages of heart rate carry the bedtimes around the window, asked for once, so a replay needs no call', async () => {
  const cloud = paperCloud(({ path, query }) => {
    const isSecond = query?.['next_token'] !== undefined;
    return path.endsWith('/sleep')
      ? { data: [isSecond ? { ...night, id: 'night-2' } : night], next_token: isSecond ? null : 'more' }
      : { data: [{ bpm: 61, timestamp: '2026-11-18T10:00:00Z' }], next_token: isSecond ? null : 'second' };
  });
  const pages = await pagesOf(pull('heartrate').fetchPages(cloud.context, lastDays(2), undefined));
  expect(pages).toHaveLength(2);
  expect(cloud.asked.map(({ path }) => path.split('/').at(-1))).toEqual([
    'heartrate',
    'sleep',
    'sleep',
    'heartrate',
  ]);
  expect(cloud.asked[1]?.query).toMatchObject({ start_date: '2026-11-10', end_date: '2026-11-21' });
  for (const { body } of pages) {
    const kept: unknown = JSON.parse(new TextDecoder().decode(body));
    expect(kept).not.toHaveProperty('bedtimes.0.id');
    expect(typed('heartrate').map(kept, MAP).records).toMatchObject([{ zoneOffsetMinutes: 60, value: 61 }]);
  }
});

test('PRV37 heart rate is read without bedtimes when sleeps were not granted, and not when the cloud is down', async () => {
  const withSleeps = (code: number) =>
    paperCloud(({ path }) =>
      path.endsWith('/sleep') ? status(code) : { data: [{ bpm: 61, timestamp: '2026-11-18T10:00:00Z' }] },
    ).context;
  const fetched = (code: number) =>
    pagesOf(pull('heartrate').fetchPages(withSleeps(code), lastDays(2), undefined));
  const [page] = await fetched(403);
  expect(typed('heartrate').map(page?.payload, MAP).records).toHaveLength(1);
  await expect(fetched(503)).rejects.toThrow('unavailable');
});

test('PRV27 a workout is a record in our types, and adds nothing to the totals of its day', () => {
  const { records } = mapped('workout', {
    id: 'w-1',
    day: '2026-11-18',
    activity: 'houseWork',
    calories: 120,
    distance: null,
    start_datetime: '2026-11-18T10:00:00+01:00',
    end_datetime: '2026-11-18T10:30:00+01:00',
    intensity: 'easy',
    source: 'manual',
    label: 'Windows',
  });
  expect(records).toEqual([
    {
      kind: 'workout',
      externalId: 'w-1',
      source: {},
      start: '2026-11-18T09:00:00.000Z',
      end: '2026-11-18T09:30:00.000Z',
      type: 'housework',
      providerType: 'houseWork',
      isManual: true,
      durationSec: 1_800,
      values: [],
      zoneOffsetMinutes: 60,
      date: '2026-11-18',
      title: 'Windows',
      energyKcal: 120,
    },
  ]);
  expect(workoutTypeOf('toString')).toBe('other');
  const odd = { id: 'w-2', activity: 'running', start_datetime: '2026-11-18T10:00:00Z' };
  expect(mapped('workout', { ...odd, end_datetime: odd.start_datetime }).unreadable).toHaveLength(1);
  expect(typed('workout').deletionOf?.('w-1')).toHaveLength(1);
});

test('PRV27 days are asked for with a day to spare, activity with two, and pages follow their token', async () => {
  const cloud = paperCloud(({ query }) => ({
    data: [],
    next_token: query?.['next_token'] === undefined ? 'second' : null,
  }));
  const window = lastDays(2);
  expect(await pagesOf(pull('daily_sleep').fetchPages(cloud.context, window, undefined))).toHaveLength(2);
  await pagesOf(pull('daily_activity').fetchPages(cloud.context, window, undefined));
  await pagesOf(pull('heartrate').fetchPages(cloud.context, window, undefined));
  await pagesOf(pull('vo2_max').fetchPages(cloud.context, window, undefined));
  expect(cloud.asked[0]?.query).toMatchObject({ start_date: '2026-11-17', end_date: '2026-11-21' });
  expect(cloud.asked[1]?.query).toMatchObject({ start_date: '2026-11-17', next_token: 'second' });
  expect(cloud.asked[2]?.query).toMatchObject({ end_date: '2026-11-22' });
  expect(cloud.asked[4]?.query).toMatchObject({
    start_datetime: '2026-11-18T09:30:00.000Z',
    end_datetime: '2026-11-20T09:30:00.000Z',
  });
  expect(cloud.asked.at(-1)?.path).toBe('/v2/usercollection/vO2_max');
});

test('PRV27 every type is asked for at its own address, and by id where notifications name it', async () => {
  const cloud = paperCloud(() => ({ data: [] }));
  for (const { code } of oura.dataTypes) {
    await pagesOf(pull(code).fetchPages(cloud.context, lastDays(1), undefined));
    await pull(code).fetchRecord?.(cloud.context, 'x');
  }
  expect(cloud.asked.map(({ path }) => path.replace('/v2/usercollection/', ''))).toEqual(
    [
      'sleep',
      'daily_sleep',
      'daily_readiness',
      'daily_activity',
      'daily_spo2',
      'daily_cardiovascular_age',
      'vO2_max',
      'workout',
    ]
      .flatMap((path) => [path, `${path}/x`])
      .concat('heartrate', 'sleep', 'personal_info'),
  );
});

test('PRV27 a document that a push named is a page of one, or gone', async () => {
  const cloud = paperCloud(({ path }) => (path.endsWith('/sleep/night-1') ? night : undefined));
  const page = await pull('sleep').fetchRecord?.(cloud.context, 'night-1');
  expect(typed('sleep').map(page?.payload, MAP).records).toHaveLength(1);
  expect(await pull('sleep').fetchRecord?.(cloud.context, '../heartrate')).toBeUndefined();
  expect(cloud.asked[1]?.path).toBe('/v2/usercollection/sleep/..%2Fheartrate');
});

test('PRV36 weight and height of the profile are of the day they were read', async () => {
  const cloud = paperCloud(() => ({ id: 'me', age: 37, weight: 64.5, height: 1.7, email: 'x' }));
  const [page] = await pagesOf(pull('personal_info').fetchPages(cloud.context, lastDays(1), undefined));
  expect(typed('personal_info').map(page?.payload, MAP).records).toMatchObject([
    { metric: 'weight', value: 64.5, recordId: 'profile:2026-11-20' },
    { metric: 'height', value: 1.7 },
  ]);
});

const app = {
  clientId: 'client',
  clientSecret: 'oura secret',
  settings: { verificationToken: 'token of ours' },
};
const keys: PublicKeys = { load: () => Promise.reject(new Error('no keys here')) };
const notice = {
  event_type: 'update',
  data_type: 'sleep',
  object_id: 'night-1',
  event_time: '2026-11-20T09:30:00+00:00',
  user_id: 'me',
};

function signed(json: unknown, atSec = NOW_MS / 1_000): PushRequest {
  const text = JSON.stringify(json);
  const mac = createHmac('sha256', app.clientSecret).update(`${atSec}${text}`).digest('hex');
  return {
    method: 'POST',
    query: {},
    headers: { 'x-oura-signature': mac.toUpperCase(), 'x-oura-timestamp': String(atSec) },
    body: new TextEncoder().encode(text),
  };
}
const verdict = (request: PushRequest) => oura.push.verify(request, app, { nowMs: NOW_MS, keys });

test('PRV28 a notification is genuine when signed over timestamp and raw body, in either case', async () => {
  const genuine = signed(notice);
  expect(await verdict(genuine)).toBe('genuine');
  const lower = String(genuine.headers['x-oura-signature']).toLowerCase();
  expect(await verdict({ ...genuine, headers: { ...genuine.headers, 'x-oura-signature': lower } })).toBe(
    'genuine',
  );
  const spaced = new TextEncoder().encode(JSON.stringify(notice, null, 1));
  expect(await verdict({ ...genuine, body: spaced })).toBe('forged');
  expect(await verdict(signed(notice, NOW_MS / 1_000 - 301))).toBe('stale');
  expect(await verdict({ ...genuine, headers: {} })).toBe('unsigned');
});

test('PRV28 the challenge of a subscription is repeated only to those who know our token', () => {
  const asked = (query: Record<string, string>) =>
    oura.push.handshake({ method: 'GET', query, headers: {}, body: new Uint8Array() }, app);
  expect(asked({ verification_token: 'token of ours', challenge: 'abc' })).toMatchObject({
    status: 200,
    body: '{"challenge":"abc"}',
  });
  expect(asked({ verification_token: 'another', challenge: 'abc' })).toEqual({ status: 401 });
  expect(asked({ verification_token: 'token of ours', challenge: 'a'.repeat(501) })).toEqual({ status: 401 });
  expect(asked({})).toBeUndefined();
});

test('PRV28 a notification names a document, types without a use are counted', () => {
  const said = (json: unknown) => oura.push.parse(new TextEncoder().encode(JSON.stringify(json)), {});
  expect(said(notice)).toEqual([
    { kind: 'changed', providerUserId: 'me', dataType: 'sleep', at: { kind: 'record', id: 'night-1' } },
  ]);
  expect(said({ ...notice, event_type: 'delete', data_type: 'workout' })).toMatchObject([
    { kind: 'deleted', dataType: 'workout', id: 'night-1' },
  ]);
  expect(said({ ...notice, data_type: 'tag' })).toMatchObject([{ kind: 'ignored' }]);
  expect(said({ ...notice, event_type: 'burn' })).toMatchObject([{ kind: 'ignored' }]);
  expect(said([])).toMatchObject([{ kind: 'unreadable' }]);
});

const answer = (code: number, json: unknown) => ({
  status: code,
  headers: {},
  body: new TextEncoder().encode(JSON.stringify(json)),
});

test('PRV29 scopes are compared without their prefix, and a spent refresh token is the end of the grant', () => {
  if (oura.auth.kind !== 'oauth2') throw new Error('not OAuth 2');
  const grant = { accessToken: 'a', scope: 'extapi:daily heartrate' };
  expect(oura.auth.grantedScopes({}, grant)).toEqual(['daily', 'heartrate']);
  expect(oura.auth.grantedScopes({ scope: 'extapi:spo2' }, { accessToken: 'a' })).toEqual(['spo2']);
  expect(oura.auth.parseTokens(answer(400, { error: 'invalid_request' }), NOW_MS)).toEqual({
    ok: false,
    failure: 'invalid_grant',
  });
});

test('PRV29 the account is the profile; revoking what is gone is a success', async () => {
  const grant = { accessToken: 'access', refreshToken: 'refresh', scope: 'extapi:personal' };
  const cloud = paperCloud(({ method }) => (method === 'POST' ? status(400) : { id: 'me' }));
  expect(await oura.identify(cloud.http, grant)).toEqual({
    providerUserId: 'me',
    grantedScopes: ['personal'],
  });
  await oura.revoke({ user: cloud.http, app: cloud.app }, app, grant, NOW_MS);
  expect(cloud.asked[1]).toMatchObject({ path: '/oauth/v2/ext/oauth-revoke', form: { token: 'refresh' } });
  await expect(oura.identify(paperCloud(() => []).http, grant)).rejects.toThrow('profile_unreadable');
  const down = paperCloud(() => status(502));
  await expect(oura.revoke({ user: down.http, app: down.app }, app, grant, NOW_MS)).rejects.toThrow(
    'unavailable',
  );
});

test('PRV29 403 is the membership unless it speaks of a scope, 426 an old app; headers give the quota', () => {
  const fault = (code: number, detail: string) => oura.classify(answer(code, { detail }), NOW_MS)?.reason;
  expect(fault(403, 'The Oura Membership of the user has expired.')).toBe('membership_expired');
  expect(fault(403, 'The scope daily was not granted.')).toBe('scope_missing');
  expect(fault(426, 'minimum app version')).toBe('app_outdated');
  expect(oura.classify(status(404), NOW_MS)).toBeUndefined();
  const headers = {
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4990',
    'x-ratelimit-reset': '17',
  };
  expect(oura.readQuota(headers, NOW_MS)).toEqual([
    { windowMs: 300_000, limit: 5_000, used: 10, resetAtMs: NOW_MS + 17_000 },
  ]);
});
