import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { lastDays, NOW_MS, pagesOf, paperCloud } from '../../../test/support/paper-cloud.ts';
import type { DataType, ProviderApp, PushRequest } from '../definition.ts';
import type { ProviderRequest } from '../http.ts';
import { withings } from './withings.ts';

const MAP = { timeZone: undefined, nowMs: NOW_MS };
const APP: ProviderApp = {
  clientId: 'client-1',
  clientSecret: 'secret-1',
  settings: { inboundKey: 'inbound-key' },
};
const typed = (code: string): DataType => {
  const found = withings.dataTypes.find((type) => type.code === code);
  if (found === undefined) throw new Error(`no data type ${code}`);
  return found;
};
const pull = (code: string) => {
  const { source } = typed(code);
  if (source.kind !== 'pull') throw new Error('not pulled');
  return source;
};
const actionOf = ({ form }: ProviderRequest): string => form?.['action'] ?? '';
const answer = (status: number, more: object = {}) => ({
  status: 200,
  headers: {},
  body: new TextEncoder().encode(JSON.stringify({ status, ...more })),
});

/** 2026-11-18T07:00:00Z */
const MORNING_SEC = 1_795_158_000 - 172_800;
const group = (measures: unknown, parts: object = {}) => ({
  grpid: 6_543_210_987,
  attrib: 0,
  date: MORNING_SEC,
  created: MORNING_SEC + 30,
  modified: MORNING_SEC + 60,
  category: 1,
  deviceid: 'f9',
  model: 'Body Scan',
  measures,
  ...parts,
});
const mapGroups = (...measuregrps: unknown[]) =>
  typed('measures').map({ status: 0, body: { timezone: 'Europe/Paris', measuregrps } }, MAP);

describe('measurements', () => {
  test('PRV40 values are scaled by their power of ten, exactly, and known by device and time', () => {
    const { records, unreadable } = mapGroups(
      group([
        { value: 72_345, type: 1, unit: -3 },
        { value: 1_873, type: 6, unit: -2 },
        { value: 40_000, type: 77, unit: -3 },
        { value: 7, type: 9_999, unit: 0 },
        { value: 0, type: 54, unit: 0 },
      ]),
    );
    expect(unreadable).toEqual([]);
    expect(
      records.map((record) => (record.kind === 'sample' ? [record.metric, record.value, record.unit] : [])),
    ).toEqual([
      ['weight', 72.345, 'kg'],
      ['body_fat', 18.73, '%'],
      ['body_water', 40 / 72.345, 'fraction'],
    ]);
    expect(records[0]).not.toHaveProperty('recordId');
    expect(records[0]).toMatchObject({
      start: '2026-11-18T07:00:00.000Z',
      zoneOffsetMinutes: 60,
      revision: MORNING_SEC + 60,
      source: { device: { manufacturer: 'Withings', model: 'Body Scan' } },
    });
  });

  test('PRV40 a pulse beside a blood pressure is its own; alone it is a heart rate', () => {
    const pressure = [
      { value: 121, type: 10, unit: 0 },
      { value: 79, type: 9, unit: 0 },
      { value: 64, type: 11, unit: 0 },
    ];
    const { records } = mapGroups(group(pressure), group([{ value: 58, type: 11, unit: 0 }], { grpid: 2 }));
    expect(records.map((record) => (record.kind === 'sample' ? [record.metric, record.value] : []))).toEqual([
      ['blood_pressure_systolic', 121],
      ['blood_pressure_diastolic', 79],
      ['pulse_at_bp', 64],
      ['heart_rate', 58],
    ]);
  });

  test('PRV40 a body temperature is told once, and water without a weight not at all', () => {
    const { records } = mapGroups(
      group([
        { value: 366, type: 12, unit: -1 },
        { value: 371, type: 71, unit: -1 },
        { value: 40, type: 77, unit: 0 },
      ]),
    );
    expect(records).toMatchObject([{ metric: 'body_temperature', value: 37.1 }]);
  });

  test('PRV40 what may be of somebody else, and goals, are not taken; what was entered by hand has no device', () => {
    const weight = [{ value: 70, type: 1, unit: 0 }];
    const { records, fetchedCount } = mapGroups(
      group(weight, { attrib: 1 }),
      group(weight, { category: 2 }),
      group(weight, { attrib: 2 }),
    );
    expect(fetchedCount).toBe(3);
    expect(records).toMatchObject([{ metric: 'weight', source: {} }]);
  });

  test('PRV40 the energy of a body at rest is of its local day', () => {
    const { records } = mapGroups(group([{ value: 1_650, type: 226, unit: 0 }], { timezone: 'Asia/Tokyo' }));
    expect(records).toMatchObject([
      { metric: 'basal_energy', start: '2026-11-18T00:00:00', recordId: 'basal:2026-11-18', value: 1_650 },
    ]);
  });

  test('PRV40 a group that cannot be is set aside by itself', () => {
    const page = mapGroups(
      group([
        { value: 70, type: 10, unit: 0 },
        { value: 90, type: 9, unit: 0 },
      ]),
      group([{ value: '70', type: 1, unit: 0 }]),
      group([{ value: 70, type: 1, unit: 400 }]),
      group([{ value: 70, type: 1, unit: 0 }]),
    );
    expect(page.unreadable.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(page.unreadable[0]?.reason).toBe('measures: systolic not above diastolic');
    expect(page.records).toHaveLength(1);
  });

  test('PRV44 pages go on at the offset while there is more, and ask for seconds and known types', async () => {
    const { asked, context } = paperCloud(({ form }) => ({
      status: 0,
      body:
        form?.['offset'] === undefined
          ? { measuregrps: [], more: 1, offset: 12 }
          : { measuregrps: [], more: 0 },
    }));
    const pages = await pagesOf(pull('measures').fetchPages(context, lastDays(2), undefined));
    expect(pages.map(({ next }) => next !== undefined)).toEqual([true, false]);
    expect(asked.map(({ form }) => form?.['offset'])).toEqual([undefined, '12']);
    expect(asked[0]).toMatchObject({
      origin: 'api',
      path: '/measure',
      method: 'POST',
      form: { action: 'getmeas', category: '1', startdate: String(NOW_MS / 1_000 - 172_800) },
    });
    expect(asked[0]?.form?.['meastypes']).toContain('1,4,5,6');
    const again = await pagesOf(pull('measures').fetchPages(context, lastDays(2), pages[0]?.next));
    expect(again).toHaveLength(1);
  });
});

describe('days', () => {
  const day = {
    date: '2026-11-18',
    timezone: 'America/New_York',
    is_tracker: true,
    steps: 8_123,
    distance: 6_400.5,
    elevation: 31,
    soft: 3_000,
    moderate: 900,
    intense: 300,
    calories: 410.5,
    totalcalories: 2_300,
    hr_average: 71,
    hr_min: 48,
    hr_max: 0,
  };

  test('PRV41 totals of a local date lie in its zone, and hold moderate and intense activity together', () => {
    const { records, unreadable } = typed('activity').map(
      { body: { activities: [day, { ...day, date: 'x' }] } },
      MAP,
    );
    expect(unreadable).toEqual([{ index: 1, reason: expect.stringContaining('date') }]);
    expect(
      records.map((record) => (record.kind === 'sample' ? [record.metric, record.value, record.unit] : [])),
    ).toEqual([
      ['steps', 8_123, '{steps}'],
      ['distance', 6_400.5, 'm'],
      ['elevation_gain', 31, 'm'],
      ['active_energy', 410.5, 'kcal'],
      ['total_energy', 2_300, 'kcal'],
      ['active_minutes', 1_200, 's'],
      ['heart_rate_min', 48, '/min'],
    ]);
    expect(records[0]).toMatchObject({
      start: '2026-11-18T00:00:00',
      end: '2026-11-19T00:00:00-05:00',
      zoneOffsetMinutes: -300,
      recordId: 'activity:2026-11-18',
    });
  });

  test('PRV41 a workout has its type, its pause and what was entered by hand', () => {
    const workout = {
      id: 91,
      category: 6,
      timezone: 'Europe/Paris',
      attrib: 0,
      startdate: MORNING_SEC,
      enddate: MORNING_SEC + 3_600,
      date: '2026-11-18',
      modified: MORNING_SEC + 4_000,
      data: { calories: 300, distance: 20_000, hr_average: 131, hr_max: 165, pause_duration: 600, steps: 0 },
    };
    const manual = { ...workout, id: 92, category: 77, attrib: 2, data: { manual_distance: 900 } };
    const { records, unreadable } = typed('workouts').map(
      { body: { series: [workout, manual, { ...workout, enddate: MORNING_SEC }] } },
      MAP,
    );
    expect(unreadable).toEqual([{ index: 2, reason: 'enddate: not after startdate' }]);
    expect(records).toMatchObject([
      {
        kind: 'workout',
        externalId: '91',
        type: 'cycling',
        providerType: '6',
        isManual: false,
        durationSec: 3_600,
        movingSec: 3_000,
        distanceM: 20_000,
        energyKcal: 300,
        avgHeartRateBpm: 131,
        zoneOffsetMinutes: 60,
        date: '2026-11-18',
        revision: MORNING_SEC + 4_000,
      },
      { externalId: '92', type: 'other', isManual: true, source: {}, distanceM: 900 },
    ]);
  });
});

describe('nights', () => {
  const data = {
    total_sleep_time: 21_600,
    total_timeinbed: 24_000,
    lightsleepduration: 12_000,
    deepsleepduration: 6_000,
    remsleepduration: 3_600,
    wakeupduration: 2_400,
    waso: 1_200,
    sleep_latency: 600,
    sleep_efficiency: 0.9,
    sleep_score: 82,
    hr_average: 54,
    rr_average: 14,
    apnea_hypopnea_index: -1,
    wakeupcount: 2,
  };
  const night = {
    id: 5_001,
    timezone: 'Europe/Paris',
    model: 32,
    startdate: MORNING_SEC - 25_200,
    enddate: MORNING_SEC,
    date: '2026-11-18',
    modified: MORNING_SEC + 60,
    data,
  };
  const nap = { ...night, id: 5_002, startdate: MORNING_SEC + 20_000, enddate: MORNING_SEC + 23_000 };
  const stretch = (fromSec: number, toSec: number, state: number, parts: object = {}) => ({
    startdate: night.startdate + fromSec,
    enddate: night.startdate + toSec,
    state,
    ...parts,
  });

  test('PRV42 a night has its stages, joined and never overlapping, its readings, totals and values', () => {
    const at = String(night.startdate + 60);
    const series = [
      stretch(600, 1_200, 1),
      stretch(0, 600, 0, { hr: { [at]: 61, '99': 80 }, rmssd: { [at]: 42 }, sdnn_1: { [at]: 0 } }),
      stretch(1_200, 1_800, 1),
      stretch(1_500, 2_400, 2),
      stretch(2_400, 90_000, 3),
      stretch(0, 1, 17),
    ];
    const { records, unreadable } = typed('sleep').map(
      { body: { series: [night] }, nights: { 0: { series } } },
      MAP,
    );
    expect(unreadable).toEqual([]);
    const iso = (sec: number) => new Date((night.startdate + sec) * 1_000).toISOString();
    expect(records[0]).toMatchObject({
      kind: 'sleep',
      externalId: '5001',
      date: '2026-11-18',
      isNap: false,
      isFinal: true,
      zoneOffsetMinutes: 60,
      stages: [
        { stage: 'awake', start: iso(0), end: iso(600) },
        { stage: 'light', start: iso(600), end: iso(1_800) },
        { stage: 'deep', start: iso(1_800), end: iso(2_400) },
        { stage: 'rem', start: iso(2_400), end: iso(25_200) },
      ],
      totals: {
        asleepMin: 360,
        inBedMin: 400,
        deepMin: 100,
        lightMin: 200,
        remMin: 60,
        awakeMin: 20,
        latencyMin: 10,
      },
    });
    expect(records[0]).toHaveProperty('values.length', 12);
    expect(records.slice(1)).toMatchObject([
      { kind: 'sample', metric: 'heart_rate', start: iso(60), value: 61, unit: '/min' },
      { kind: 'sample', metric: 'hrv_rmssd', start: iso(60), value: 42, unit: 'ms' },
    ]);
  });

  test('PRV42 in the night in which the clocks are changed, each reading is on the clock of its moment', () => {
    // Paris went back at 01:00 UTC.
    const changeSec = Date.parse('2026-10-25T01:00:00Z') / 1_000;
    const changed = {
      ...night,
      startdate: changeSec - 7_200,
      enddate: changeSec + 14_400,
      date: '2026-10-25',
    };
    const hr = { [changeSec - 60]: 55, [changeSec]: 56 };
    const series = [{ startdate: changed.startdate, enddate: changed.enddate, state: 1, hr }];
    const { records } = typed('sleep').map({ body: { series: [changed] }, nights: { 0: { series } } }, MAP);
    expect(records).toMatchObject([
      { kind: 'sleep', zoneOffsetMinutes: 120 },
      { value: 55, zoneOffsetMinutes: 120 },
      { value: 56, zoneOffsetMinutes: 60 },
    ]);
  });

  test('PRV42 of the sleeps of a date the longest is the night; a nap has no values of a night', () => {
    const { records } = typed('sleep').map({ body: { series: [nap, night] } }, MAP);
    expect(records).toMatchObject([
      { externalId: '5002', isNap: true, values: [] },
      { externalId: '5001', isNap: false, stages: [] },
    ]);
  });

  test('PRV42 a device without REM sleep sends none of it', () => {
    const { remsleepduration: _, ...without } = data;
    const { records } = typed('sleep').map({ body: { series: [{ ...night, data: without }] } }, MAP);
    expect(records[0]).not.toHaveProperty('totals.remMin');
    expect(JSON.stringify(records[0])).not.toContain('sleep_rem');
  });

  test('PRV42 the stages of each night are one call, kept with the page; an impossible night has none', async () => {
    const impossible = { ...night, id: 3, enddate: night.startdate + 90_000 };
    const { asked, context } = paperCloud((request) =>
      actionOf(request) === 'getsummary'
        ? { status: 0, body: { series: [night, impossible, nap], more: false, offset: 0 } }
        : { status: 0, body: { series: [stretch(0, 600, 2)] } },
    );
    const [page] = await pagesOf(pull('sleep').fetchPages(context, lastDays(3), undefined));
    expect(asked.map(actionOf)).toEqual(['getsummary', 'get', 'get']);
    expect(asked[0]?.form).toMatchObject({ startdateymd: '2026-11-16', enddateymd: '2026-11-21' });
    const mapped = typed('sleep').map(JSON.parse(new TextDecoder().decode(page?.body)), MAP);
    expect(mapped.unreadable).toEqual([{ index: 1, reason: 'enddate: not within a day after startdate' }]);
    expect(mapped.records[0]).toHaveProperty('stages.length', 1);
  });
});

describe('pushes', () => {
  const notification = (
    form: string,
    query: Record<string, string> = { key: 'inbound-key' },
  ): PushRequest => ({
    method: 'POST',
    query,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new TextEncoder().encode(form),
  });
  const verify = (request: PushRequest, app = APP) =>
    withings.push.verify(request, app, {
      nowMs: NOW_MS,
      keys: { load: () => Promise.reject(new Error('none')) },
    });
  const parse = (form: string) => withings.push.parse(notification(form).body, {});

  test('PRV43 the key of the address is what makes a notification genuine', async () => {
    const form = 'userid=363&appli=1&startdate=1&enddate=2';
    expect(await verify(notification(form))).toBe('genuine');
    expect(await verify(notification(form, {}))).toBe('unsigned');
    expect(await verify(notification(form, { key: 'inbound-kez' }))).toBe('forged');
    expect(await verify(notification(form, { key: '' }), { ...APP, settings: {} })).toBe('forged');
  });

  test('PRV43 a look with HEAD is answered, one with GET is none of Withings', () => {
    expect(withings.push.handshake({ ...notification(''), method: 'HEAD' }, APP)).toEqual({ status: 200 });
    expect(withings.push.handshake({ ...notification(''), method: 'GET' }, APP)).toBeUndefined();
    expect(withings.push.handshake(notification('userid=1'), APP)).toBeUndefined();
  });

  test('PRV43 measurements name a window whose content replaces what is stored', () => {
    expect(parse('userid=363&appli=1&startdate=1763449200&enddate=1763449201')).toEqual([
      {
        kind: 'changed',
        providerUserId: '363',
        dataType: 'measures',
        at: {
          kind: 'window',
          window: { fromMs: 1_763_449_200_000, toMs: 1_763_449_202_000 },
          replaces: true,
        },
      },
    ]);
  });

  test('PRV43 activity is days and workouts; a date lies within a day of its UTC day', () => {
    expect(parse('userid=363&appli=16&date=2026-11-18')).toMatchObject([
      {
        dataType: 'activity',
        at: { window: { fromMs: Date.parse('2026-11-17'), toMs: Date.parse('2026-11-20') } },
      },
      { dataType: 'workouts', at: { replaces: false } },
    ]);
    expect(parse('userid=363&appli=44&startdate=1763449200&enddate=1763470000')).toMatchObject([
      { dataType: 'sleep' },
    ]);
  });

  test('PRV43 who unlinks the application is deauthorized; other profile changes and kinds are counted', () => {
    expect(parse('userid=363&appli=46&action=unlink')).toEqual([
      { kind: 'deauthorized', providerUserId: '363' },
    ]);
    expect(parse('userid=363&appli=46&action=update')).toMatchObject([{ kind: 'ignored' }]);
    expect(parse('userid=363&appli=50&date=2026-11-18')).toMatchObject([{ kind: 'ignored' }]);
  });

  test.each([
    '',
    'userid=abc&appli=1',
    'userid=363',
    'userid=363&appli=1',
    'userid=363&appli=1&startdate=9999999999999&enddate=1',
    'userid=363&appli=1&startdate=20&enddate=10',
    '{"userid":363}',
  ])('PRV43 what names nobody or no time is unreadable: %s', (form) => {
    expect(parse(form)).toMatchObject([{ kind: 'unreadable' }]);
  });
});

describe('answers', () => {
  const classify = (status: number) => withings.classify(answer(status), NOW_MS);

  test.each([
    [100, 'unauthorized'],
    [200, 'unauthorized'],
    [401, 'unauthorized'],
    [214, 'forbidden'],
    [277, 'forbidden'],
    [215, 'unavailable'],
    [522, 'unavailable'],
    [524, 'unavailable'],
    [601, 'rate_limited'],
    [2_554, 'rejected'],
    [293, 'rejected'],
    [503, 'rejected'],
    [4_711, 'unavailable'],
  ])('PRV45 HTTP 200 with status %i is %s', (status, kind) => {
    expect(classify(status)?.kind).toBe(kind);
  });

  test('PRV45 status 0 is none, 601 waits a minute, and another HTTP status speaks for itself', () => {
    expect(classify(0)).toBeUndefined();
    expect(classify(601)?.retryAtMs).toBe(NOW_MS + 60_000);
    expect(withings.classify({ ...answer(601), status: 502 }, NOW_MS)).toBeUndefined();
    expect(withings.classify({ status: 200, headers: {}, body: new Uint8Array() }, NOW_MS)).toBeUndefined();
  });
});

describe('the grant', () => {
  const { auth } = withings;
  if (auth.kind !== 'oauth2') throw new Error('not OAuth 2');
  const tokens = {
    userid: 363,
    access_token: 'a',
    refresh_token: 'r',
    expires_in: 10_800,
    scope: 'user.info,user.metrics',
    csrf_token: 'c',
    token_type: 'Bearer',
  };

  test('PRV46 tokens come in an envelope, with the id of the person', () => {
    const parsed = auth.parseTokens(answer(0, { body: tokens }), NOW_MS);
    expect(parsed).toEqual({
      ok: true,
      value: {
        accessToken: 'a',
        refreshToken: 'r',
        expiresAtMs: NOW_MS + 10_800_000,
        scope: 'user.info,user.metrics',
        userId: '363',
      },
    });
    if (parsed.ok) expect(auth.grantedScopes({}, parsed.value)).toEqual(['user.info', 'user.metrics']);
  });

  test.each([
    [401, 'XRequestID: Not provided Invalid token', 'invalid_grant'],
    [503, 'Invalid Params: invalid refresh_token', 'invalid_grant'],
    [503, 'Invalid Params: invalid code', 'invalid_grant'],
    [503, 'Invalid Params', 'rejected'],
    [214, 'Invalid client', 'rejected'],
    [401, 'Unauthorized client_id', 'rejected'],
    [2_555, 'unknown', 'rejected'],
    [601, 'Too Many Requests', 'unavailable'],
    [522, 'timeout', 'unavailable'],
  ])('PRV46 status %i with "%s" is %s', (status, error, failure) => {
    expect(auth.parseTokens(answer(status, { body: {}, error }), NOW_MS)).toEqual({ ok: false, failure });
  });

  test('PRV46 an envelope that is cut, empty or an outage may pass', () => {
    const cut = { status: 200, headers: {}, body: new TextEncoder().encode('{"status":0,"bo') };
    expect(auth.parseTokens(cut, NOW_MS)).toEqual({ ok: false, failure: 'unavailable' });
    expect(auth.parseTokens(answer(0), NOW_MS)).toEqual({ ok: false, failure: 'unavailable' });
    expect(auth.parseTokens({ ...cut, status: 502 }, NOW_MS)).toEqual({ ok: false, failure: 'unavailable' });
  });

  test('PRV46 the person is the one of the token, in the zone of the first device that has one', async () => {
    const { http } = paperCloud(() => ({
      status: 0,
      body: { devices: [{ timezone: 'Nowhere/Atlantis' }, { timezone: 'Europe/Paris' }] },
    }));
    const grant = { accessToken: 'a', userId: '363', scope: 'user.info' };
    expect(await withings.identify(http, grant)).toEqual({
      providerUserId: '363',
      timeZone: 'Europe/Paris',
      grantedScopes: ['user.info'],
    });
    await expect(withings.identify(http, { accessToken: 'a' })).rejects.toMatchObject({ kind: 'malformed' });
    const { http: closed } = paperCloud(() => ({ ...answer(0), status: 403 }));
    expect(await withings.identify(closed, grant)).not.toHaveProperty('timeZone');
  });

  test('PRV47 a grant is taken back in the signed mode, so that the secret does not travel', async () => {
    const sign = (text: string) => createHmac('sha256', APP.clientSecret).update(text).digest('hex');
    const { asked, app, http } = paperCloud((request) =>
      actionOf(request) === 'getnonce' ? { status: 0, body: { nonce: 'n-1' } } : { status: 0, body: {} },
    );
    const calls = { user: http, app };
    await withings.revoke(calls, APP, { accessToken: 'a', userId: '363' }, NOW_MS);
    expect(asked.map(({ path, form }) => [path, form])).toEqual([
      [
        '/v2/signature',
        {
          action: 'getnonce',
          client_id: 'client-1',
          timestamp: String(NOW_MS / 1_000),
          signature: sign(`getnonce,client-1,${NOW_MS / 1_000}`),
        },
      ],
      [
        '/v2/oauth2',
        {
          action: 'revoke',
          client_id: 'client-1',
          nonce: 'n-1',
          signature: sign('revoke,client-1,n-1'),
          userid: '363',
        },
      ],
    ]);
    expect(JSON.stringify(asked)).not.toContain(APP.clientSecret);
  });

  test('PRV47 a person who is gone is a success, an outage is not', async () => {
    const revokeWith = (status: number) => {
      const { app, http } = paperCloud((request) =>
        actionOf(request) === 'getnonce' ? { status: 0, body: { nonce: 'n' } } : answer(status),
      );
      return withings.revoke({ user: http, app }, APP, { accessToken: 'a', userId: '363' }, NOW_MS);
    };
    await revokeWith(503);
    await expect(revokeWith(522)).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
