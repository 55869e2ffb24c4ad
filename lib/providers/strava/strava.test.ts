import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { lastDays, NOW_MS, pagesOf, paperCloud, status } from '../../../test/support/paper-cloud.ts';
import type { FetchContext, PublicKeys, PushRequest, RawPage } from '../definition.ts';
import type { ProviderRequest } from '../http.ts';
import type { ProviderRecord } from '../model.ts';
import { activities } from './activities.ts';
import { parseExactJson } from './exact-json.ts';
import { cadenceFactorOf, workoutTypeOf } from './sport-types.ts';
import { strava } from './strava.ts';

const MAP = { timeZone: undefined, nowMs: NOW_MS };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const LIST = '/api/v3/athlete/activities';
if (activities.source.kind !== 'pull') throw new Error('not pulled');
const { fetchPages, fetchRecord } = activities.source;

const run = {
  id: 4001,
  name: 'Lunch Run',
  sport_type: 'Run',
  start_date: '2026-11-18T11:05:12Z',
  start_date_local: '2026-11-18T12:05:12Z',
  timezone: '(GMT+01:00) Europe/Berlin',
  utc_offset: 3600,
  elapsed_time: 2_510,
  moving_time: 2_461,
  distance: 8_042.5,
  total_elevation_gain: 61,
  average_speed: 3.25,
  average_heartrate: 151.5,
  max_heartrate: 172,
  average_cadence: 84,
  calories: 612,
  suffer_score: 77,
  manual: false,
  device_name: 'Trail Watch 3',
};
const streams = {
  time: { data: [0, 1, 3, 9_999], series_type: 'time', original_size: 4, resolution: 'high' },
  heartrate: { data: [98, 0, 101, 99] },
  cadence: { data: [80, 0, null] },
  velocity_smooth: { data: [0, 2.5, 3.5, 1] },
};
const mapped = (payload: unknown) => activities.map(payload, MAP);
const samplesOf = (records: readonly ProviderRecord[], metric: string) =>
  records.flatMap((record) =>
    record.kind === 'sample' && record.metric === metric ? [[record.start, record.value]] : [],
  );

test('PRV30 an activity is a record on the clock of its offset, never on the false local time', () => {
  const { records } = mapped({ activity: run, from: 0 });
  expect(records[0]).toEqual({
    kind: 'workout',
    externalId: '4001',
    source: { device: { model: 'Trail Watch 3' } },
    start: '2026-11-18T11:05:12.000Z',
    end: '2026-11-18T11:47:02.000Z',
    zoneOffsetMinutes: 60,
    type: 'running',
    providerType: 'Run',
    isManual: false,
    title: 'Lunch Run',
    values: [],
    durationSec: 2_510,
    movingSec: 2_461,
    distanceM: 8_042.5,
    energyKcal: 612,
    avgHeartRateBpm: 151.5,
    maxHeartRateBpm: 172,
    elevationGainM: 61,
    avgSpeedMps: 3.25,
    avgCadencePerMin: 168,
    trainingLoad: 77,
  });
});

test('PRV30 its totals are readings over its time that go when it goes', () => {
  const { records } = mapped({ activity: run, from: 0 });
  expect(records.slice(1)).toMatchObject([
    { metric: 'distance', value: 8_042.5, unit: 'm', recordId: 'activity:4001' },
    { metric: 'elevation_gain', value: 61 },
    { metric: 'heart_rate_max', value: 172 },
    { metric: 'training_load', value: 77 },
  ]);
  expect(activities.deletionOf?.('4001')).toMatchObject([
    { kind: 'sample_deletion', recordId: 'activity:4001', near: { of: 'workout', externalId: '4001' } },
    { kind: 'record_deletion', of: 'workout', externalId: '4001' },
  ]);
});

test('PRV30 an activity entered by hand has no device, one with a changed field is set aside', () => {
  const manual = { id: 5, sport_type: 'Yoga', start_date: run.start_date, elapsed_time: 60, manual: true };
  expect(mapped({ activity: manual, from: 0 }).records).toMatchObject([
    { source: {}, isManual: true, type: 'yoga' },
  ]);
  const page = mapped({ activity: { ...run, distance: 'far' }, streams, from: 0 });
  expect(page).toMatchObject({
    records: [],
    unreadable: [{ index: 0, reason: 'distance: expected number' }],
  });
  for (const payload of [undefined, null, [], 'x', { activity: 3 }]) {
    expect(mapped(payload).unreadable).toHaveLength(1);
  }
});

test('PRV30 words for sports have a type each, others are other; on foot one leg is counted', () => {
  expect(['Run', 'VirtualRide', 'Tai Chi', 'constructor'].map(workoutTypeOf)).toEqual([
    'running',
    'indoor_cycling',
    'other',
    'other',
  ]);
  expect(['Walk', 'Ride'].map(cadenceFactorOf)).toEqual([2, 1]);
});

test('PRV31 streams are readings at their instants: no heart rate of 0, steps of both legs, none past the end', () => {
  const { records } = mapped({ activity: run, streams, from: 0 });
  expect(samplesOf(records, 'heart_rate')).toEqual([
    ['2026-11-18T11:05:12.000Z', 98],
    ['2026-11-18T11:05:15.000Z', 101],
  ]);
  expect(samplesOf(records, 'cadence')).toEqual([
    ['2026-11-18T11:05:12.000Z', 160],
    ['2026-11-18T11:05:13.000Z', 0],
  ]);
  expect(samplesOf(records, 'speed')).toHaveLength(3);
  expect(records.at(-1)).toMatchObject({
    source: { device: { model: 'Trail Watch 3' } },
    zoneOffsetMinutes: 60,
  });
  expect(mapped({ activity: run, streams, from: 1_000 }).records).toHaveLength(7);
});

test('PRV31 damaged streams are set aside, the activity is not', () => {
  const page = mapped({ activity: run, streams: { time: { data: 'none' } }, from: 0 });
  expect(page.records).toHaveLength(5);
  expect(page.unreadable).toEqual([{ index: 0, reason: 'time.data: expected array' }]);
});

test('PRV32 ids of 64 bits stay exact, in pages, in events and when a page is kept and read again', async () => {
  const text = '{"id":12345678987654321,"x":[9007199254740993],"half":0.5,"big":1e300,"n":7}';
  expect(parseExactJson(bytes(text))).toEqual({
    id: '12345678987654321',
    x: ['9007199254740993'],
    half: 0.5,
    big: 1e300,
    n: 7,
  });
  const event = `{"object_type":"activity","object_id":12345678987654321,"aspect_type":"create","owner_id":9,"subscription_id":120475}`;
  expect(strava.push.parse(bytes(event), {})).toMatchObject([{ at: { id: '12345678987654321' } }]);
  const body = bytes(JSON.stringify(run).replace('4001', '12345678987654321'));
  const cloud = paperCloud(({ path }) =>
    path === '/api/v3/activities/12345678987654321' ? { status: 200, headers: {}, body } : undefined,
  );
  const page = await fetchRecord?.(cloud.context, '12345678987654321');
  const kept: unknown = JSON.parse(new TextDecoder().decode(page?.body));
  expect(mapped(kept).records[0]).toMatchObject({ externalId: '12345678987654321' });
});

/** An athlete's activities behind the list and their own addresses; `listed` may change between calls. */
function athlete(
  listed: { id: number; start_date: string; isHidden?: boolean; [field: string]: unknown }[],
  pageLimit = 3,
) {
  const answer = ({ path, query }: ProviderRequest): unknown => {
    if (path === LIST) {
      const after = Number(query?.['after']) * 1_000;
      return listed
        .filter(({ start_date }) => Date.parse(start_date) > after)
        .sort((one, other) => Date.parse(one.start_date) - Date.parse(other.start_date))
        .slice((Number(query?.['page']) - 1) * pageLimit, Number(query?.['page']) * pageLimit)
        .filter(({ isHidden }) => isHidden !== true);
    }
    const id = Number(path.split('/')[4]);
    const found = listed.find((activity) => activity.id === id);
    if (path.endsWith('/streams')) return found === undefined ? undefined : streams;
    return found && { ...run, ...found };
  };
  return paperCloud(answer);
}
const dayOf = (index: number) =>
  new Date(Date.parse('2026-11-01T08:00:00Z') + index * 86_400_000).toISOString();
const some = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: 100 + index, start_date: dayOf(index) }));
const idsOf = (pages: readonly RawPage[]) =>
  pages.flatMap(({ payload }) => {
    const [record] = mapped(payload).records;
    return record?.kind === 'workout' ? [Number(record.externalId)] : [];
  });
const fetched = (context: FetchContext, cursor?: string) =>
  pagesOf(fetchPages(context, lastDays(30), cursor));

test('PRV35 activities come oldest first with their streams, whatever the pages of the list', async () => {
  const cloud = athlete(some(7));
  const pages = await fetched(cloud.context);
  expect(idsOf(pages)).toEqual([100, 101, 102, 103, 104, 105, 106]);
  expect(pages.at(-1)?.next).toBeUndefined();
  expect(cloud.asked.filter(({ path }) => path === LIST)).toHaveLength(5);
});

test('PRV35 from any cursor the rest follows, also when an activity before it is gone meanwhile', async () => {
  const listed = some(7);
  const cloud = athlete(listed);
  const cursor = (await fetched(cloud.context))[3]?.next;
  listed.splice(1, 2);
  expect(idsOf(await fetched(cloud.context, cursor))).toEqual([104, 105, 106]);
  expect(idsOf(await fetched(cloud.context, 'no cursor of ours'))).toHaveLength(5);
});

test('PRV35 activities behind a page of hidden ones are found', async () => {
  const hidden = (id: number) => ({ id, start_date: dayOf(id), isHidden: true });
  const cloud = athlete([
    { id: 1, start_date: dayOf(1) },
    hidden(2),
    hidden(3),
    hidden(4),
    hidden(5),
    hidden(6),
  ]);
  expect(idsOf(await fetched(cloud.context))).toEqual([1]);
  const behind = athlete([
    { id: 1, start_date: dayOf(1) },
    hidden(2),
    hidden(3),
    { id: 4, start_date: dayOf(4) },
  ]);
  expect(idsOf(await fetched(behind.context))).toEqual([1, 4]);
});

test('PRV35 activities of the same second are all told, those outside the window are not', async () => {
  const same = [1, 2].map((id) => ({ id, start_date: dayOf(10) }));
  const future = { id: 3, start_date: '2026-11-20T09:30:00Z' };
  const before = { id: 4, start_date: '2026-10-21T09:29:59Z' };
  const cloud = athlete([...same, future, before]);
  const pages = await fetched(cloud.context);
  expect(idsOf(pages)).toEqual([1, 2]);
  expect(idsOf(await fetched(cloud.context, pages[0]?.next))).toEqual([2]);
});

test('PRV35 an activity that is gone or entered by hand is no fault, an entry without an id is set aside', async () => {
  const listed = [
    { id: 1, start_date: dayOf(1), manual: true },
    { id: 2, start_date: dayOf(2) },
  ];
  const cloud = athlete(listed);
  const pages = fetchPages(cloud.context, lastDays(30), undefined);
  await pages.next();
  listed.pop();
  expect((await pages.next()).done).toBe(true);
  expect(cloud.asked.some(({ path }) => path.endsWith('/streams'))).toBe(false);
  const odd = paperCloud(({ query }) => (query?.['page'] === 1 ? [{ id: null, start_date: dayOf(1) }] : []));
  const [page] = await fetched(odd.context);
  expect(mapped(page?.payload).unreadable).toHaveLength(1);
});

test('PRV35 a list that repeats itself is endless, one in the other order or that is none is malformed', async () => {
  const repeating = paperCloud(({ path }) =>
    path === LIST ? [{ id: 1, start_date: dayOf(3) }] : path.endsWith('/streams') ? undefined : run,
  );
  const pages = fetchPages(repeating.context, lastDays(30), undefined);
  expect((await pages.next()).value).toMatchObject({ payload: { activity: { name: 'Lunch Run' } } });
  await expect(pages.next()).rejects.toThrow('endless_pages');
  expect(repeating.asked.length).toBeLessThan(30);
  const full = Array.from({ length: 200 }, (_, index) => ({ id: index, start_date: dayOf(-index) }));
  await expect(fetched(paperCloud(() => full).context)).rejects.toThrow('unexpected_order');
  await expect(fetched(paperCloud(() => ({})).context)).rejects.toThrow('not_a_list');
});

test('PRV31 long activities come in pages of a thousand points, of which the first holds the activity', async () => {
  const count = 2_500;
  const series = (value: (index: number) => number) => ({
    data: Array.from({ length: count }, (_, index) => value(index)),
  });
  const long = { time: series((index) => index), heartrate: series(() => 120), watts: series(() => 200) };
  const cloud = paperCloud(({ path, query }) => {
    if (path === LIST) return query?.['page'] === 1 ? [{ id: 4001, start_date: run.start_date }] : [];
    return path.endsWith('/streams') ? long : run;
  });
  const pages = await fetched(cloud.context);
  expect(pages).toHaveLength(3);
  expect(idsOf(pages)).toEqual([4001]);
  const readings = pages.flatMap(({ payload }) => samplesOf(mapped(payload).records, 'heart_rate'));
  expect(new Set(readings.map(([start]) => start)).size).toBe(count);
  expect(pages.map(({ next }) => next === undefined)).toEqual([false, false, true]);
  expect(idsOf(await fetched(cloud.context, pages[0]?.next))).toEqual([4001]);
});

const app = {
  clientId: 'client',
  clientSecret: 'strava secret',
  settings: { verifyToken: 'token of ours', subscriptionId: '120475' },
};
const keys: PublicKeys = { load: () => Promise.reject(new Error('no keys here')) };
const event = {
  object_type: 'activity',
  object_id: 4001,
  aspect_type: 'update',
  updates: { title: 'Evening Run' },
  owner_id: 134815,
  subscription_id: 120475,
  event_time: 1_763_460_000,
};
const pushed = (json: unknown, headers: Record<string, string> = {}): PushRequest => ({
  method: 'POST',
  query: {},
  headers,
  body: bytes(JSON.stringify(json)),
});
const verdict = (request: PushRequest, settings: Record<string, string> = app.settings) =>
  strava.push.verify(request, { ...app, settings }, { nowMs: NOW_MS, keys });

test('PRV33 an event has to name our subscription; a signature is checked where both sides have one', async () => {
  expect(await verdict(pushed(event))).toBe('genuine');
  expect(await verdict(pushed({ ...event, subscription_id: 5 }))).toBe('forged');
  expect(await verdict(pushed(event), {})).toBe('unsigned');
  const keyed = { ...app.settings, inboundKey: 'key of the address' };
  expect(await verdict(pushed(event), keyed)).toBe('forged');
  expect(await verdict({ ...pushed(event), query: { key: 'another' } }, keyed)).toBe('forged');
  expect(await verdict({ ...pushed(event), query: { key: keyed.inboundKey } }, keyed)).toBe('genuine');
  for (const body of ['', '{', '[]', '{"subscription_id":120475}', 'x'.repeat(16_000)])
    expect(await verdict({ ...pushed(event), body: Buffer.from(body) })).toBe('unsigned');
  const signing = { ...app.settings, signingSecret: 'signing secret' };
  const signed = (atSec: number, key = 'signing secret') => {
    const mac = createHmac('sha256', key)
      .update(`${atSec}.${JSON.stringify(event)}`)
      .digest('hex');
    return pushed(event, { 'x-strava-signature': `t=${atSec},v1=${mac}` });
  };
  const nowSec = NOW_MS / 1_000;
  expect(await verdict(signed(nowSec), signing)).toBe('genuine');
  expect(await verdict(signed(nowSec, 'another'), signing)).toBe('forged');
  expect(await verdict(signed(nowSec, 'another'))).toBe('genuine');
  expect(await verdict(signed(nowSec - 301), signing)).toBe('stale');
  expect(await verdict(pushed(event, { 'x-strava-signature': 'nonsense' }), signing)).toBe('forged');
  expect(await verdict(pushed(event), signing)).toBe('genuine');
});

test('PRV33 whatever an event says of an activity, the activity is asked for; a removed app is told as such', () => {
  const said = (json: unknown) => strava.push.parse(bytes(JSON.stringify(json)), {});
  for (const aspect_type of ['create', 'update', 'delete']) {
    expect(said({ ...event, aspect_type })).toEqual([
      { kind: 'changed', providerUserId: '134815', dataType: 'activity', at: { kind: 'record', id: '4001' } },
    ]);
  }
  const athleteEvent = { ...event, object_type: 'athlete', updates: { authorized: 'false' } };
  expect(said(athleteEvent)).toEqual([{ kind: 'deauthorized', providerUserId: '134815' }]);
  expect(said({ ...athleteEvent, updates: {} })).toMatchObject([{ kind: 'ignored' }]);
  expect(said({ ...event, aspect_type: 'burn' })).toMatchObject([{ kind: 'ignored' }]);
  expect(said({ ...event, object_type: 'club' })).toMatchObject([{ kind: 'ignored' }]);
  expect(said({ ...event, owner_id: undefined })).toMatchObject([{ kind: 'unreadable' }]);
  expect(strava.push.parse(bytes('{'), {})).toMatchObject([{ kind: 'unreadable' }]);
});

test('PRV33 a record that is not there any more is gone: that confirms its deletion', async () => {
  expect(await fetchRecord?.(paperCloud(() => undefined).context, '4001')).toBeUndefined();
});

test('PRV33 the challenge of a subscription is repeated under its own name to who knows our token', () => {
  const asked = (query: Record<string, string>) =>
    strava.push.handshake({ method: 'GET', query, headers: {}, body: new Uint8Array() }, app);
  const query = {
    'hub.mode': 'subscribe',
    'hub.challenge': 'abc',
    'hub.verify_token': 'token of ours',
  };
  expect(asked(query)).toMatchObject({ status: 200, body: '{"hub.challenge":"abc"}' });
  expect(asked({ ...query, 'hub.verify_token': 'guess' })).toEqual({ status: 403 });
  expect(asked({ 'hub.challenge': 'abc' })).toBeUndefined();
});

const answer = (code: number, json: unknown, headers: Record<string, string> = {}) => ({
  status: code,
  headers,
  body: bytes(JSON.stringify(json)),
});

test('PRV34 the first exchange tells the athlete, later ones are asked; scopes come with the callback', async () => {
  if (strava.auth.kind !== 'oauth2') throw new Error('not OAuth 2');
  const tokens = { access_token: 'a', refresh_token: 'r', expires_in: 21_600, expires_at: 1 };
  const first = strava.auth.parseTokens(answer(200, { ...tokens, athlete: { id: 9 } }), NOW_MS);
  expect(first).toMatchObject({ ok: true, value: { userId: '9', expiresAtMs: NOW_MS + 21_600_000 } });
  expect(strava.auth.parseTokens(answer(200, tokens), NOW_MS)).not.toHaveProperty('value.userId');
  expect(strava.auth.grantedScopes({ scope: 'read,activity:read' }, { accessToken: 'a' })).toEqual([
    'read',
    'activity:read',
  ]);
  const cloud = paperCloud(() => ({ id: 9 }));
  expect(await strava.identify(cloud.http, { accessToken: 'a' })).toEqual({ providerUserId: '9' });
  expect(await strava.identify(cloud.http, { accessToken: 'a', userId: '8' })).toEqual({
    providerUserId: '8',
  });
  expect(cloud.asked).toHaveLength(1);
  await expect(strava.identify(paperCloud(() => []).http, { accessToken: 'a' })).rejects.toThrow(
    'profile_unreadable',
  );
});

test('PRV34 a dead refresh token is told in Strava’s own words', () => {
  if (strava.auth.kind !== 'oauth2') throw new Error('not OAuth 2');
  const refused = (resource: string) =>
    answer(400, { message: 'Bad Request', errors: [{ resource, field: 'x', code: 'invalid' }] });
  expect(strava.auth.parseTokens(refused('RefreshToken'), NOW_MS)).toMatchObject({
    failure: 'invalid_grant',
  });
  expect(strava.auth.parseTokens(refused('Application'), NOW_MS)).toMatchObject({ failure: 'rejected' });
  expect(strava.auth.parseTokens(answer(503, {}), NOW_MS)).toMatchObject({ failure: 'unavailable' });
});

test('PRV34 revoking uses the application’s credentials, and what is gone is revoked', async () => {
  const grant = { accessToken: 'access', refreshToken: 'refresh' };
  const gone = paperCloud(() => status(400));
  await strava.revoke({ user: gone.http, app: gone.app }, app, grant, NOW_MS);
  expect(gone.asked[0]).toMatchObject({
    path: '/oauth/revoke',
    headers: { authorization: `Basic ${Buffer.from('client:strava secret').toString('base64')}` },
    form: { token: 'access' },
  });
  const refused = paperCloud(() => status(401));
  await expect(strava.revoke({ user: refused.http, app: refused.app }, app, grant, NOW_MS)).rejects.toThrow();
});

test('PRV34 quotas are of quarters and days, reads or all, whichever is nearer; 429 waits for its window', () => {
  const nowMs = NOW_MS;
  const headers = {
    'x-ratelimit-limit': '200,2000',
    'x-ratelimit-usage': '12,345',
    'x-readratelimit-limit': '100,1000',
    'x-readratelimit-usage': '10,300',
  };
  expect(strava.readQuota(headers, nowMs)).toEqual([
    { windowMs: 900_000, limit: 100, used: 10, resetAtMs: Date.parse('2026-11-20T09:45:00Z') },
    { windowMs: 86_400_000, limit: 1_000, used: 300, resetAtMs: Date.parse('2026-11-21T00:00:00Z') },
  ]);
  expect(strava.classify(answer(429, {}, headers), nowMs)?.retryAtMs).toBe(
    Date.parse('2026-11-20T09:45:00Z'),
  );
  const over = { ...headers, 'x-readratelimit-usage': '10,1000' };
  expect(strava.classify(answer(429, {}, over), nowMs)?.retryAtMs).toBe(Date.parse('2026-11-21T00:00:00Z'));
  expect(strava.classify(answer(429, {}, { 'retry-after': '5' }), nowMs)).toBeUndefined();
});

test('PRV34 403 is our application when it says so, else a scope; 402 is for paying athletes', () => {
  const inactive = {
    message: 'Forbidden',
    errors: [{ resource: 'Application', field: 'Status', code: 'Inactive' }],
  };
  expect(strava.classify(answer(403, inactive), NOW_MS)?.reason).toBe('application_inactive');
  expect(strava.classify(answer(403, {}), NOW_MS)?.reason).toBe('scope_missing');
  expect(strava.classify(answer(402, {}), NOW_MS)?.reason).toBe('subscription_required');
  expect(strava.classify(answer(404, {}), NOW_MS)).toBeUndefined();
});
