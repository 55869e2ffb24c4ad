import { expect, test } from 'vitest';
import type { ListNightsAnswer, NightDetail } from '../../../contracts/http/sleep.ts';
import { callApi, type RunningCloud } from '../../support/local-cloud.ts';

const SOURCES = {
  watch: { provider: 'apple_health', device: { type: 'watch' } },
  ring: { provider: 'oura', device: { type: 'ring' } },
};
type Stage = readonly [category: string, start: string, end: string];
const samplesOf = (source: string, told: readonly Stage[]) =>
  told.map(([category, start, end]) => ({
    source,
    metric: 'sleep_stage',
    start: `2026-11-${start}+05:45`,
    end: `2026-11-${end}+05:45`,
    category,
  }));
const WATCH: readonly Stage[] = [
  ['in_bed', '19T22:30:00', '20T07:00:00'],
  ['light', '19T23:00:00', '20T02:00:00'],
  ['rem', '20T02:00:00', '20T03:00:00'],
  ['awake', '20T03:00:00', '20T03:15:00'],
  ['light', '20T03:15:00', '20T06:30:00'],
  ['light', '20T14:00:00', '20T14:30:00'],
];
const RING: readonly Stage[] = [['light', '19T22:50:00', '20T06:40:00']];

/** Nights and naps through the API. */
export const nightsPart = (cloud: () => RunningCloud): void => {
  test('SLP10 an upload of two sources becomes one night and its nap, and the orders choose again', async () => {
    const user = await callApi<{ id: string }>(cloud(), '/v1/users', { body: { externalId: 'nights-1' } });
    const base = `/v1/users/${user.body.id}/health`;
    const samples = [...samplesOf('watch', WATCH), ...samplesOf('ring', RING)];
    const sent = { requestId: 'n1', sources: SOURCES, samples };
    const stored = await callApi<{ seq: number }>(cloud(), `${base}/samples/batch-upsert`, { body: sent });
    expect([stored.status, stored.body]).toMatchObject([200, { counts: { accepted: samples.length } }]);
    const list = async () => {
      const path = `${base}/sleep?from=2026-11-19&to=2026-11-21`;
      const answer = await callApi<ListNightsAnswer>(cloud(), path);
      return { ...answer, nights: answer.body.nights };
    };
    const ready = { timeout: 20_000, interval: 100 };
    const statuses = async () => (await list()).nights.map(({ status }) => status);
    await expect.poll(statuses, ready).toEqual(['NO_DATA', 'READY', 'NO_DATA']);
    const { headers, nights } = await list();
    expect(headers.get('server-timing')).toContain('3 queries');
    expect(nights[1]).toMatchObject({
      date: '2026-11-20',
      sleepStart: '2026-11-19T17:15:00.000Z',
      sleepEnd: '2026-11-20T00:45:00.000Z',
      totalSleepMin: 435,
      lightMin: 375,
      remMin: 60,
      deepMin: null,
      awakeMin: 15,
      inBedMin: 510,
      efficiencyPct: 85.29,
      zoneOffsetMinutes: 345,
      source: SOURCES.watch,
      naps: [{ totalSleepMin: 30, source: SOURCES.watch }],
    });
    const one = await callApi<NightDetail>(cloud(), `${base}/sleep/2026-11-20`);
    expect(one.body.stages.map(({ stage }) => stage)).toEqual(['light', 'rem', 'awake', 'light']);
    expect(one.body.explain.flatMap(({ setAside }) => setAside.map(({ reason }) => reason))).toEqual([
      'lower_priority',
    ]);

    const orders = { orders: { sleep_session: ['oura'] } };
    expect((await callApi(cloud(), `${base}/priorities`, { method: 'PUT', body: orders })).status).toBe(200);
    const night = async () => (await list()).nights[1];
    await expect
      .poll(async () => [(await night())?.status, (await night())?.totalSleepMin], ready)
      .toEqual(['READY', 470]);
    expect(await night()).toMatchObject({
      source: SOURCES.ring,
      inBedMin: null,
      naps: [{ totalSleepMin: 30 }],
    });
  });
};
