import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lastDays, NOW_MS, pagesOf, paperCloud, status } from '../../../test/support/paper-cloud.ts';
import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import type { DataType, ProviderApp, PushRequest } from '../definition.ts';
import { ProviderFault } from '../model.ts';
import { segmentsOf } from './hypnogram.ts';
import { polar } from './polar.ts';

const MAP = { timeZone: 'Europe/Helsinki', nowMs: NOW_MS };
const typed = (code: string): DataType => {
  const found = polar.dataTypes.find((type) => type.code === code);
  if (found === undefined) throw new Error(`no data type ${code}`);
  return found;
};
const pull = (code: string) => {
  const { source } = typed(code);
  if (source.kind !== 'pull') throw new Error('not pulled');
  return source;
};
const mapped = (code: string, ...entries: unknown[]) => typed(code).map({ entries }, MAP);

describe('exercises', () => {
  const exercise = {
    id: 'aQlC83',
    'upload-time': '2026-11-18T10:00:00Z',
    device: 'Polar Vantage V3',
    'start-time': '2026-11-18T09:00:00',
    'start-time-utc-offset': 120,
    duration: 'PT1H0M30S',
    calories: 540,
    distance: 10_200,
    'heart-rate': { average: 148, maximum: 172 },
    sport: 'RUNNING',
    'detailed-sport-info': 'TRAIL_RUNNING',
    'training-load-pro': { date: '2026-11-18', 'cardio-load': 77.5 },
    'has-route': true,
  };

  test('PRV50 an exercise on the wearer’s clock is a workout at its instant, whatever form its names have', () => {
    const { records, unreadable } = mapped('exercises', exercise);
    expect(unreadable).toEqual([]);
    expect(records).toEqual([
      {
        kind: 'workout',
        externalId: 'aQlC83',
        source: { device: { manufacturer: 'Polar', model: 'Polar Vantage V3' } },
        start: '2026-11-18T07:00:00.000Z',
        end: '2026-11-18T08:00:30.000Z',
        zoneOffsetMinutes: 120,
        type: 'trail_running',
        providerType: 'TRAIL_RUNNING',
        isManual: false,
        durationSec: 3_630,
        values: [{ metric: 'training_load', value: 77.5, unit: '{score}' }],
        distanceM: 10_200,
        energyKcal: 540,
        avgHeartRateBpm: 148,
        maxHeartRateBpm: 172,
        trainingLoad: 77.5,
      },
      {
        kind: 'sample',
        metric: 'heart_rate_max',
        value: 172,
        unit: '/min',
        source: { device: { manufacturer: 'Polar', model: 'Polar Vantage V3' } },
        zoneOffsetMinutes: 120,
        start: '2026-11-18T07:00:00.000Z',
        end: '2026-11-18T08:00:30.000Z',
        recordId: 'exercises:aQlC83',
      },
    ]);
    const snake = JSON.parse(
      JSON.stringify(exercise).replaceAll(/"([a-z-]+)":/g, (name) => name.replaceAll('-', '_')),
    );
    expect(mapped('exercises', snake).records).toEqual(records);
  });

  test('PRV50 sensors give one reading each recording rate; empty places and a heart rate of 0 are none', () => {
    const samples = [
      { 'recording-rate': 5, 'sample-type': '0', data: '0,100,,102,null' },
      { 'recording-rate': 1, 'sample-type': '1', data: '0,12.5' },
      { 'recording-rate': 1, 'sample-type': '2', data: '80' },
      { 'recording-rate': 1, 'sample-type': '8', data: '160' },
      { 'recording-rate': 1, 'sample-type': '3', data: '20,21' },
      { 'recording-rate': 0, 'sample-type': '4', data: '200' },
    ];
    const { records } = mapped('exercises', { ...exercise, samples });
    expect(
      records.flatMap((one) =>
        one.kind === 'sample' ? [[one.metric, one.start.slice(11, 19), one.value]] : [],
      ),
    ).toEqual([
      ['heart_rate_max', '07:00:00', 172],
      ['heart_rate', '07:00:05', 100],
      ['heart_rate', '07:00:15', 102],
      ['speed', '07:00:00', 0],
      ['speed', '07:00:01', 12.5],
      ['cadence', '07:00:00', 80],
    ]);
  });

  test('PRV50 a sport without a type is other, a load below zero none, and faults are set aside alone', () => {
    const odd = {
      ...exercise,
      sport: 'OTHER',
      'detailed-sport-info': 'UNDERWATER_RUGBY',
      'training-load-pro': { 'cardio-load': -1 },
      'heart-rate': { average: 0, maximum: 0 },
    };
    const page = mapped(
      'exercises',
      odd,
      { ...exercise, duration: '1 hour' },
      { ...exercise, duration: 'PT0S' },
      7,
    );
    expect(page.records).toMatchObject([{ type: 'other', providerType: 'UNDERWATER_RUGBY', values: [] }]);
    expect(page.unreadable.map(({ index, reason }) => [index, reason.split(':')[0]])).toEqual([
      [1, 'duration'],
      [2, 'duration'],
      [3, 'entry'],
    ]);
  });

  test('PRV51 the list is asked once, each exercise with its samples is a page, and a cursor goes on behind it', async () => {
    const list = ['a', 'b', 'c'].map((id) => ({ ...exercise, id }));
    const old = { ...exercise, id: 'old', 'start-time': '2026-10-01T09:00:00' };
    const { asked, context } = paperCloud(({ path }) =>
      path === '/v3/exercises' ? [...list, old] : { ...exercise, id: path.slice(-1), samples: [] },
    );
    const fetch = (cursor: string | undefined) =>
      pagesOf(pull('exercises').fetchPages(context, lastDays(5), cursor));
    const pages = await fetch(undefined);
    expect(asked.map(({ path, query }) => [path, query])).toEqual([
      ['/v3/exercises', undefined],
      ['/v3/exercises/a', { samples: 'true' }],
      ['/v3/exercises/b', { samples: 'true' }],
      ['/v3/exercises/c', { samples: 'true' }],
    ]);
    expect(pages.map(({ next }) => next)).toEqual(['a', 'b', undefined]);
    expect((await fetch('b')).map(({ payload }) => payload)).toMatchObject([{ entries: [{ id: 'c' }] }]);
    expect(await fetch('c')).toMatchObject([{ payload: { entries: [] }, next: undefined }]);
  });

  test('PRV51 one that a push named and that is gone is no page, and removes its record', async () => {
    const { context } = paperCloud(() => undefined);
    expect(await pull('exercises').fetchRecord?.(context, 'a/b')).toBeUndefined();
    expect(typed('exercises').deletionOf?.('x')).toEqual([
      {
        kind: 'sample_deletion',
        metrics: ['heart_rate_max'],
        recordId: 'exercises:x',
        near: { of: 'workout', externalId: 'x' },
      },
      { kind: 'record_deletion', of: 'workout', externalId: 'x' },
    ]);
  });
});

describe('nights', () => {
  const night = {
    polar_user: 'https://www.polaraccesslink.com/v3/users/475',
    date: '2026-11-18',
    sleep_start_time: '2026-11-17T23:30:20+02:00',
    sleep_end_time: '2026-11-18T06:30:00+02:00',
    light_sleep: 12_000,
    deep_sleep: 6_000,
    rem_sleep: 4_200,
    unrecognized_sleep_stage: 0,
    total_interruption_duration: 1_200,
    continuity: 3.5,
    sleep_score: 81,
    hypnogram: {
      '23:30': 0,
      '23:40': 2,
      '00:10': 3,
      '00:20': 4,
      '01:00': 1,
      '06:00': 0,
      '25:00': 2,
      '02:00': 9,
    },
    heart_rate_samples: { '23:31': 60 },
  };

  test('PRV52 a night has its stages over midnight, its totals and values, and is known by its date', () => {
    const { records, unreadable } = mapped('sleep', night);
    expect(unreadable).toEqual([]);
    expect(records).toMatchObject([
      {
        kind: 'sleep',
        externalId: '2026-11-18',
        date: '2026-11-18',
        start: '2026-11-17T21:30:20.000Z',
        end: '2026-11-18T04:30:00.000Z',
        zoneOffsetMinutes: 120,
        isNap: false,
        stages: [
          { stage: 'awake', start: '2026-11-17T21:30:20.000Z', end: '2026-11-17T21:40:00.000Z' },
          { stage: 'light', start: '2026-11-17T21:40:00.000Z', end: '2026-11-17T22:20:00.000Z' },
          { stage: 'deep', start: '2026-11-17T22:20:00.000Z', end: '2026-11-17T23:00:00.000Z' },
          { stage: 'rem', start: '2026-11-17T23:00:00.000Z', end: '2026-11-18T04:00:00.000Z' },
          { stage: 'awake', start: '2026-11-18T04:00:00.000Z', end: '2026-11-18T04:30:00.000Z' },
        ],
        totals: { asleepMin: 370, deepMin: 100, lightMin: 200, remMin: 70, awakeMin: 20 },
      },
    ]);
    expect(records[0]).toHaveProperty('values', [
      { metric: 'sleep_duration', value: 22_200, unit: 's' },
      { metric: 'sleep_deep', value: 6_000, unit: 's' },
      { metric: 'sleep_light', value: 12_000, unit: 's' },
      { metric: 'sleep_rem', value: 4_200, unit: 's' },
      { metric: 'sleep_awake', value: 1_200, unit: 's' },
      { metric: 'sleep_score', value: 81, unit: '{score}' },
    ]);
  });

  test('PRV52 a night without stages has none, and one that cannot be is set aside', () => {
    const { hypnogram: _h, rem_sleep: _r, ...plain } = night;
    const page = mapped(
      'sleep',
      plain,
      { ...night, sleep_end_time: '2026-11-19T23:31:00+02:00' },
      { ...night, date: '18.11.2026' },
    );
    expect(page.records).toMatchObject([{ stages: [], totals: { deepMin: 100 } }]);
    expect(page.records[0]).not.toHaveProperty('totals.asleepMin');
    expect(page.unreadable.map(({ index }) => index)).toEqual([1, 2]);
  });

  test('PRV52 a clock that is changed in the night is followed in a known zone', () => {
    const startMs = Date.parse('2026-10-24T23:00:00Z') as EpochMs;
    const span = { startMs, endMs: (startMs + 6 * 3_600_000) as EpochMs, offsetMinutes: 120 };
    const hypnogram = { '01:00': 2, '04:00': 4 };
    const at = (zone: string | undefined) => segmentsOf(hypnogram, span, zone)[1]?.start;
    // In Berlin clocks go back from 03:00 to 02:00: 04:00 is four hours behind 01:00.
    expect(at('Europe/Berlin')).toBe('2026-10-25T03:00:00.000Z');
    expect(at(undefined)).toBe('2026-10-25T02:00:00.000Z');
    expect(at('Asia/Tokyo')).toBe('2026-10-25T02:00:00.000Z');
  });

  test('PRV52 segments never overlap, never leave the night, and end with it', () => {
    const minute = fc.integer({ min: 0, max: 1_439 });
    const readings = fc.dictionary(
      minute.map(
        (of) => `${String(Math.floor(of / 60)).padStart(2, '0')}:${String(of % 60).padStart(2, '0')}`,
      ),
      fc.integer({ min: 0, max: 7 }),
      { maxKeys: 40 },
    );
    fc.assert(
      fc.property(readings, minute, fc.integer({ min: 1, max: 1_400 }), (hypnogram, begin, length) => {
        const startMs = (Date.parse('2026-11-17T00:00:30Z') + begin * MINUTE_MS) as EpochMs;
        const span = { startMs, endMs: (startMs + length * MINUTE_MS) as EpochMs, offsetMinutes: 0 };
        let last: number = startMs;
        for (const { start, end } of segmentsOf(hypnogram, span, undefined)) {
          expect(Date.parse(start)).toBeGreaterThanOrEqual(last);
          expect(Date.parse(end)).toBeGreaterThan(Date.parse(start));
          last = Date.parse(end);
        }
        expect(last).toBeLessThanOrEqual(span.endMs);
      }),
      { seed: 20_261_121, numRuns: 300 },
    );
  });
});

describe('days and readings', () => {
  test('PRV53 the recharge of a night is values of its date, the status as it is', () => {
    const recharge = {
      date: '2026-11-18',
      heart_rate_avg: 52,
      beat_to_beat_avg: 1_150,
      heart_rate_variability_avg: 61,
      breathing_rate_avg: 13.5,
      nightly_recharge_status: 5,
      ans_charge: -2.5,
      hrv_samples: { '00:10': 60 },
    };
    const { records } = mapped('nightly-recharge', recharge, {
      ...recharge,
      date: '2026-11-17',
      heart_rate_avg: 0,
    });
    expect(records).toHaveLength(7);
    expect(records.slice(0, 4)).toMatchObject([
      { metric: 'sleeping_heart_rate_avg', value: 52, recordId: 'nightly-recharge:2026-11-18' },
      { metric: 'hrv_rmssd', value: 61, unit: 'ms' },
      { metric: 'respiratory_rate', value: 13.5 },
      {
        metric: 'recovery_score',
        value: 5,
        unit: '{score}',
        start: '2026-11-18T00:00:00',
        zoneOffsetMinutes: 120,
      },
    ]);
  });

  test('PRV53 the summary of a day is its totals', () => {
    const day = {
      start_time: '2026-11-18T00:00:00',
      end_time: '2026-11-18T23:59:59',
      active_duration: 'PT3H',
      calories: 2_400,
      active_calories: 800,
      steps: 9_001,
      distance_from_steps: 7_000.5,
    };
    const page = mapped('activity', day, { ...day, start_time: 'yesterday' });
    expect(page.records.map((one) => (one.kind === 'sample' ? [one.metric, one.value] : []))).toEqual([
      ['steps', 9_001],
      ['distance', 7_000.5],
      ['active_energy', 800],
      ['total_energy', 2_400],
    ]);
    expect(page.unreadable).toEqual([{ index: 1, reason: 'date: expected a date' }]);
  });

  test('PRV54 a heart rate on the wearer’s clock has the offset of the known zone, also where it changes', () => {
    const day = (date: string, time: string, heart_rate = 61) => ({
      date,
      heart_rate_samples: [{ heart_rate, sample_time: time }],
    });
    const { records } = mapped(
      'continuous-heart-rate',
      day('2026-10-24', '12:00:05'),
      day('2026-10-26', '12:00:05'),
      day('2026-10-26', '12:00:05', 0),
      day('2026-10-26', '25:00:05'),
    );
    expect(records).toMatchObject([
      { metric: 'heart_rate', start: '2026-10-24T12:00:05', zoneOffsetMinutes: 180, value: 61 },
      { start: '2026-10-26T12:00:05', zoneOffsetMinutes: 120 },
    ]);
    const entries = [day('2026-10-24', '12:00:05')];
    const unzoned = typed('continuous-heart-rate').map({ entries }, { ...MAP, timeZone: undefined });
    expect(unzoned.records).toMatchObject([{ zoneOffsetMinutes: 0 }]);
  });

  test('PRV62 readings without an offset are on the clock of the nights, which pages and pushes bring along', async () => {
    const nights = [
      {
        date: '2026-11-18',
        sleep_start_time: '2026-11-17T23:30:00+09:00',
        sleep_end_time: '2026-11-18T07:00:00+09:00',
      },
      {
        date: '2026-11-17',
        'sleep-start-time': '2026-11-16T23:30:00+02:00',
        'sleep-end-time': '2026-11-17T07:00:00+02:00',
      },
    ];
    const times = ['00:10:00', '12:00:00', '23:45:00'];
    const day = {
      date: '2026-11-17',
      heart_rate_samples: times.map((sample_time) => ({ heart_rate: 60, sample_time })),
    };
    const { context, asked } = paperCloud(({ path }) =>
      path.endsWith('/sleep') ? { nights } : path.endsWith('/2026-11-17') ? day : [day],
    );
    const [listed] = await pagesOf(pull('continuous-heart-rate').fetchPages(context, lastDays(5), undefined));
    const named = await pull('continuous-heart-rate').fetchRecord?.(context, '2026-11-17');
    expect(asked.filter(({ path }) => path === '/v3/users/sleep')).toHaveLength(2);
    for (const page of [listed, named]) {
      const kept: unknown = JSON.parse(new TextDecoder().decode(page?.body));
      const { records } = typed('continuous-heart-rate').map(kept, { ...MAP, timeZone: undefined });
      expect(records).toMatchObject([120, 120, 540].map((zoneOffsetMinutes) => ({ zoneOffsetMinutes })));
    }
    const body = (start_time: string) => ({
      start_time,
      samples: [{ temperature_celsius: 36.6, recording_time_delta_milliseconds: 0 }],
    });
    const told = (start_time: string) =>
      typed('body-temperature').map({ entries: [body(start_time)], nights }, { ...MAP, timeZone: undefined })
        .records[0];
    expect(told('2026-11-18T01:00:00')).toMatchObject({
      start: '2026-11-17T16:00:00.000Z',
      zoneOffsetMinutes: 540,
    });
    expect(told('2026-11-17T16:00:00Z')).toMatchObject({
      start: '2026-11-17T16:00:00.000Z',
      zoneOffsetMinutes: 540,
    });
    expect(told('2026-11-17T16:00:00-05:00')).toMatchObject({
      start: '2026-11-17T21:00:00.000Z',
      zoneOffsetMinutes: -300,
    });
  });

  test('PRV62 without nights to read, readings are taken as before; an outage is none of them', async () => {
    const fetched = (code: number) =>
      pagesOf(
        pull('continuous-heart-rate').fetchPages(
          paperCloud(({ path }) => (path.endsWith('/sleep') ? status(code) : [])).context,
          lastDays(5),
          undefined,
        ),
      );
    expect((await fetched(403))[0]?.payload).toEqual({ entries: [], nights: [] });
    expect((await fetched(204))[0]?.payload).toEqual({ entries: [], nights: [] });
    await expect(fetched(503)).rejects.toThrow('unavailable');
  });

  test('PRV54 oxygen and temperatures are readings at their times', () => {
    const sec = 1_763_449_200;
    const spo2 = { test_time: sec, time_zone_offset: 120, blood_oxygen_percent: 97 };
    const page = mapped('spo2', spo2, { ...spo2, test_time: sec * 1_000 }, { ...spo2, test_time: -1 });
    const start = new Date(sec * 1_000).toISOString();
    expect(page.records).toMatchObject([
      { metric: 'spo2', start, value: 97, unit: '%', zoneOffsetMinutes: 120 },
      { start },
    ]);
    expect(page.unreadable).toHaveLength(1);
    const body = {
      start_time: '2026-11-18T01:00:00',
      samples: [
        { temperature_celsius: 36.6, recording_time_delta_milliseconds: 60_000 },
        { temperature_celsius: 0, recording_time_delta_milliseconds: 120_000 },
      ],
    };
    expect(mapped('body-temperature', body).records).toMatchObject([
      { metric: 'body_temperature', start: '2026-11-17T23:01:00.000Z', value: 36.6 },
    ]);
    const skin = {
      sleep_date: '2026-11-18',
      sleep_time_skin_temperature_celsius: 34.2,
      deviation_from_baseline_celsius: -0.3,
    };
    expect(mapped('skin-temperature', skin).records).toMatchObject([
      { metric: 'skin_temperature', value: 34.2, unit: 'Cel' },
      { metric: 'skin_temperature_deviation', value: -0.3, unit: 'K' },
    ]);
  });

  test('PRV51 a list may be bare, in an object, or one entry; 204 and 404 are nothing', async () => {
    const fetch = async (answer: unknown) => {
      const { context, asked } = paperCloud(() => answer);
      const [page] = await pagesOf(pull('activity').fetchPages(context, lastDays(2), undefined));
      return { entries: page?.payload, asked };
    };
    expect((await fetch([{ a: 1 }])).entries).toEqual({ entries: [{ a: 1 }] });
    expect((await fetch({ activities: [{ a: 1 }] })).entries).toEqual({ entries: [{ a: 1 }] });
    expect((await fetch({ a: 1, b: 2 })).entries).toEqual({ entries: [{ a: 1, b: 2 }] });
    expect((await fetch(status(204))).entries).toEqual({ entries: [] });
    const { entries, asked } = await fetch(undefined);
    expect(entries).toEqual({ entries: [] });
    expect(asked[0]).toMatchObject({ query: { from: '2026-11-17', to: '2026-11-21' } });
  });

  test('PRV51 what a device does not measure may be refused; what every device has may not', async () => {
    const { context } = paperCloud(() => status(403));
    expect(await pagesOf(pull('spo2').fetchPages(context, lastDays(2), undefined))).toMatchObject([
      { payload: { entries: [] } },
    ]);
    await expect(pagesOf(pull('sleep').fetchPages(context, lastDays(2), undefined))).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });

  test('PRV51 an answer that is cut short is malformed, and a day that a push named is asked for alone', async () => {
    const cut = { ...status(200), body: new TextEncoder().encode('{"nights":[{"da') };
    const { context } = paperCloud(() => cut);
    await expect(pagesOf(pull('sleep').fetchPages(context, lastDays(2), undefined))).rejects.toMatchObject({
      kind: 'malformed',
    });
    const day = paperCloud(() => ({ date: '2026-11-18', sleep_score: 70 }));
    const page = await pull('sleep').fetchRecord?.(day.context, '2026-11-18');
    expect(day.asked).toMatchObject([{ path: '/v3/users/sleep/2026-11-18' }]);
    expect(page?.payload).toEqual({ entries: [{ date: '2026-11-18', sleep_score: 70 }] });
  });
});

describe('pushes', () => {
  const APP: ProviderApp = { clientId: 'c', clientSecret: 's', settings: { signatureSecretKey: 'key-1' } };
  const signed = (text: string, headers: Record<string, string> = {}): PushRequest => {
    const body = Buffer.from(text);
    const signature = createHmac('sha256', 'key-1').update(body).digest('hex');
    return { method: 'POST', query: {}, headers: { 'polar-webhook-signature': signature, ...headers }, body };
  };
  const verify = (request: PushRequest, app = APP) =>
    polar.push.verify(request, app, {
      nowMs: NOW_MS,
      keys: { load: () => Promise.reject(new Error('none')) },
    });
  const parse = (told: unknown) => polar.push.parse(new TextEncoder().encode(JSON.stringify(told)), {});
  const event = {
    event: 'EXERCISE',
    user_id: 475,
    entity_id: 'aQlC83',
    timestamp: '2026-11-18T10:00:00Z',
    url: 'https://evil.test/',
  };

  test('PRV55 a notification is signed over its raw body, in hexadecimal', async () => {
    const text = JSON.stringify(event);
    expect(await verify(signed(text))).toBe('genuine');
    const upper = signed(text).headers['polar-webhook-signature']?.toUpperCase() ?? '';
    expect(await verify(signed(text, { 'polar-webhook-signature': upper }))).toBe('genuine');
    expect(await verify({ ...signed(text), body: Buffer.from(`${text} `) })).toBe('forged');
    expect(await verify({ ...signed(text), headers: {} })).toBe('unsigned');
    expect(await verify(signed(text), { ...APP, settings: {} })).toBe('forged');
  });

  test('PRV55 the ping of a new webhook is answered without a signature, and nothing else is', () => {
    const ping = {
      ...signed('{"timestamp":"2026-11-18T10:00:00Z","event":"PING"}'),
      headers: { 'polar-webhook-event': 'PING' },
    };
    expect(polar.push.handshake(ping, APP)).toEqual({ status: 200 });
    expect(polar.push.handshake({ ...ping, headers: {} }, APP)).toBeUndefined();
    const liar = { ...ping, body: Buffer.from(JSON.stringify(event)) };
    expect(polar.push.handshake(liar, APP)).toBeUndefined();
    expect(polar.push.handshake({ ...ping, method: 'GET' }, APP)).toBeUndefined();
  });

  test('PRV55 events name an exercise or a date; the address in them is never called', () => {
    expect(parse(event)).toEqual([
      { kind: 'changed', providerUserId: '475', dataType: 'exercises', at: { kind: 'record', id: 'aQlC83' } },
    ]);
    expect(JSON.stringify(parse(event))).not.toContain('evil');
    expect(parse({ event: 'SLEEP', user_id: 475, date: '2026-11-18' })).toMatchObject([
      { dataType: 'sleep', at: { kind: 'record', id: '2026-11-18' } },
      { dataType: 'nightly-recharge', at: { kind: 'record', id: '2026-11-18' } },
    ]);
    expect(
      parse({ event: 'ACTIVITY_SUMMARY', user_id: 475, timestamp: '2026-11-18T10:00:00Z' }),
    ).toMatchObject([{ dataType: 'activity', at: { kind: 'window', replaces: false } }]);
  });

  test('PRV55 other events are counted, and what names nothing is unreadable', () => {
    expect(parse({ event: 'SLEEP_WISE_ALERTNESS', user_id: 475 })).toMatchObject([{ kind: 'ignored' }]);
    for (const odd of [
      7,
      [],
      { event: 'EXERCISE' },
      { event: 'SLEEP', user_id: 475 },
      { event: 'SLEEP', user_id: 475, date: '../x' },
    ])
      expect(parse(odd)).toMatchObject([{ kind: 'unreadable' }]);
  });
});

describe('the grant', () => {
  const { auth } = polar;
  if (auth.kind !== 'oauth2') throw new Error('not OAuth 2');
  const grant = { accessToken: 'a', userId: '475' };

  test('PRV56 the token names the person and has no successor', () => {
    const body = new TextEncoder().encode(
      JSON.stringify({ access_token: 'a', token_type: 'bearer', expires_in: 31_535_999, x_user_id: 475 }),
    );
    expect(auth.parseTokens({ status: 200, headers: {}, body }, NOW_MS)).toEqual({
      ok: true,
      value: { accessToken: 'a', userId: '475', expiresAtMs: NOW_MS + 31_535_999_000 },
    });
    expect(auth.refresh).toBe('none');
  });

  test('PRV56 the person is registered before the connection counts; a registration that is there is as good', async () => {
    const { asked, http } = paperCloud(() => ({ 'polar-user-id': 475, 'member-id': 'headwater-475' }));
    expect(await polar.identify(http, grant)).toEqual({ providerUserId: '475' });
    expect(asked).toMatchObject([
      { origin: 'api', path: '/v3/users', method: 'POST', json: { 'member-id': 'headwater-475' } },
    ]);
    expect(await polar.identify(paperCloud(() => status(409)).http, grant)).toEqual({
      providerUserId: '475',
    });
  });

  test('PRV56 terms that are not taken, an outage and a token of nobody end the consent', async () => {
    await expect(polar.identify(paperCloud(() => status(403)).http, grant)).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await expect(polar.identify(paperCloud(() => status(503)).http, grant)).rejects.toMatchObject({
      kind: 'unavailable',
    });
    await expect(polar.identify(paperCloud(() => ({})).http, { accessToken: 'a' })).rejects.toBeInstanceOf(
      ProviderFault,
    );
  });

  test('PRV56 ending the registration ends the grant; one that is gone is a success', async () => {
    const { asked, http, app } = paperCloud(() => status(204));
    const appOf = { clientId: 'c', clientSecret: 's' };
    await polar.revoke({ user: http, app }, appOf, grant, NOW_MS);
    expect(asked).toMatchObject([{ path: '/v3/users/475', method: 'DELETE' }]);
    for (const code of [401, 404]) {
      await polar.revoke({ user: paperCloud(() => status(code)).http, app }, appOf, grant, NOW_MS);
    }
    const outage = paperCloud(() => status(500)).http;
    await expect(polar.revoke({ user: outage, app }, appOf, grant, NOW_MS)).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });
});

describe('limits', () => {
  const headers = {
    'ratelimit-usage': '520, 800',
    'ratelimit-limit': '520, 5100',
    'ratelimit-reset': '300, 40000',
  };

  test('PRV57 each header has the short window and the day', () => {
    expect(polar.readQuota(headers, NOW_MS)).toEqual([
      { windowMs: 900_000, limit: 520, used: 520, resetAtMs: NOW_MS + 300_000 },
      { windowMs: 86_400_000, limit: 5_100, used: 800, resetAtMs: NOW_MS + 40_000_000 },
    ]);
    expect(polar.readQuota({ 'ratelimit-limit': '520' }, NOW_MS)).toEqual([]);
  });

  test('PRV57 429 waits for the window that is used up, unless Retry-After says otherwise', () => {
    const answer = { status: 429, headers, body: new Uint8Array() };
    expect(polar.classify(answer, NOW_MS)).toMatchObject({
      kind: 'rate_limited',
      retryAtMs: NOW_MS + 300_000,
    });
    const day = { ...headers, 'ratelimit-usage': '520, 5100' };
    expect(polar.classify({ ...answer, headers: day }, NOW_MS)?.retryAtMs).toBe(NOW_MS + 40_000_000);
    expect(
      polar.classify({ ...answer, headers: { ...headers, 'retry-after': '5' } }, NOW_MS),
    ).toBeUndefined();
    expect(polar.classify({ ...answer, headers: {} }, NOW_MS)).toBeUndefined();
    expect(polar.classify({ ...answer, status: 200 }, NOW_MS)).toBeUndefined();
  });
});
