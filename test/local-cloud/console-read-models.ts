import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../lib/core/instants.ts';
import { callApi, type RunningCloud } from '../support/local-cloud.ts';

const RUN = new URL('../fixtures/activities/activity-small-fenix2-run.fit', import.meta.url);
const SOON = { timeout: 20_000, interval: 100 };
const EXTERNAL_ID = 'page-read-models';
const SOURCES = {
  watch: { provider: 'apple_health', device: { type: 'watch' } },
  ring: { provider: 'oura', device: { type: 'ring' } },
};
const SLEEP = [
  ['watch', 'light', '2026-11-19T23:00:00', '2026-11-20T02:00:00'],
  ['watch', 'rem', '2026-11-20T02:00:00', '2026-11-20T03:00:00'],
  ['watch', 'awake', '2026-11-20T03:00:00', '2026-11-20T03:15:00'],
  ['watch', 'deep', '2026-11-20T03:15:00', '2026-11-20T06:30:00'],
  ['watch', 'light', '2026-11-20T14:00:00', '2026-11-20T14:30:00'],
  ['ring', 'light', '2026-11-19T22:50:00', '2026-11-20T06:40:00'],
] as const;
const SESSION_MIN = 30;

/** Nights, workouts and impact as the page at / shows them, of a user of their own. */
export const consoleReadModelsPart = (cloud: () => RunningCloud, browser: () => Browser): void => {
  // On a minute that is over, with the hour after the session over too.
  const sessionMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 3 * HOUR_MS;
  const faults: string[] = [];
  let health = '';
  let page: Page;

  const send = async (path: string, body: object) => {
    const answer = await callApi<Record<string, unknown>>(cloud(), `${health}/${path}`, { body });
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.body;
  };
  const sendSleep = () => {
    const samples = SLEEP.map(([source, category, start, end]) => {
      return { source, metric: 'sleep_stage', category, start: `${start}+05:45`, end: `${end}+05:45` };
    });
    return send('samples/batch-upsert', { requestId: 'sleep', sources: SOURCES, samples });
  };
  const sendHeartRate = () => {
    const samples = Array.from({ length: 120 + SESSION_MIN }, (_, index) => index - 60).map((minute) => ({
      source: 'watch',
      metric: 'heart_rate',
      start: new Date(sessionMs + minute * MINUTE_MS + 1_000).toISOString(),
      zoneOffsetMinutes: 0,
      value: minute < 0 ? 70 : minute < SESSION_MIN ? 84 : 63,
      unit: '/min',
    }));
    return send('samples/batch-upsert', { requestId: 'pulse', sources: SOURCES, samples });
  };
  const importRun = async () => {
    const place = await send('workouts/import', { source: 'garmin' });
    const headers = place['headers'] as Record<string, string>;
    const put = await fetch(String(place['url']), { method: 'PUT', headers, body: await readFile(RUN) });
    expect(put.status).toBe(200);
    const path = `workouts/import/${place['importId']}`;
    await send(path, {});
    const status = async () => (await callApi(cloud(), `${health}/${path}`)).body['status'];
    await vi.waitFor(async () => expect(await status()).toBe('done'), SOON);
  };
  const sendCopy = () =>
    send('workouts/batch-upsert', {
      requestId: 'copy',
      source: { provider: 'strava' },
      workouts: [
        {
          externalId: 'copy-1',
          type: 'running',
          start: '2015-08-15T14:45:20Z',
          end: '2015-08-15T15:32:20Z',
          distanceM: 9_010,
        },
      ],
    });
  const counted = () =>
    page
      .locator('#workouts tbody tr')
      .evaluateAll((rows) =>
        rows
          .filter((row) => row.getAttribute('data-counts') === 'true')
          .map((row) => row.querySelector('td:nth-child(6)')?.textContent?.split(' ')[0]),
      );
  const member = (provider: string) => page.locator(`.members li[data-provider="${provider}"]`);

  beforeAll(async () => {
    const user = await callApi<{ id: string }>(cloud(), '/v1/users', { body: { externalId: EXTERNAL_ID } });
    health = `/v1/users/${user.body.id}/health`;
    await Promise.all([sendSleep(), sendHeartRate(), sendCopy(), importRun()]);
    page = await browser().newPage({ viewport: { width: 1_280, height: 1_000 } });
    page.on('pageerror', (fault) => faults.push(String(fault)));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(cloud().apiUrl);
    await page.locator('#user option', { hasText: EXTERNAL_ID }).waitFor({ state: 'attached' });
    await page.locator('#user').selectOption({ label: EXTERNAL_ID });
  }, 120_000);
  afterAll(() => page?.close());

  test('draws the stages of a night, its nap, and says what is kept aside', async () => {
    const stages = () =>
      page
        .locator('#night > .hypnogram .stage')
        .evaluateAll((bars) => bars.map((bar) => bar.getAttribute('data-stage')));
    await expect.poll(stages, SOON).toEqual(['light', 'rem', 'awake', 'deep']);
    await expect.poll(() => page.locator('#night .badge').textContent(), SOON).toBe('READY');
    const words = await page.locator('#night').textContent();
    expect(words).toMatch(/Night to 2026-11-20.*23:00 to 06:30.*7 h 15 min.*Naps.*30 min asleep/);
    expect(words).toContain('22:50 to 06:40: another source comes first');
    await page.locator('#nights-strip [data-date="2026-11-20"]').press('ArrowLeft');
    await page.locator('#night', { hasText: 'Night to 2026-11-19' }).waitFor();
    expect(await page.locator('#night').textContent()).toContain('No data');
  }, 60_000);

  test('lists a workout that counts and its copy, with its way and heart rate', async () => {
    await expect.poll(() => page.locator('#workouts-month').textContent(), SOON).not.toBe('');
    await expect.poll(counted, SOON).toEqual(['garmin']);
    expect(await page.locator('#workouts-totals').textContent()).toBe(
      '1 workout counted · 1 set aside · running 1 (9 km)',
    );
    expect(await page.locator('#workouts tr[data-counts="false"] td').last().textContent()).toBe(
      'no: copy of garmin',
    );
    const points = await page.locator('.way').getAttribute('points');
    expect(points?.split(' ')).toHaveLength(400);
    const minutes = await page.locator('.pulse').first().getAttribute('points');
    expect(minutes?.split(' ').length).toBeGreaterThan(40);
  }, 60_000);

  test('a decision changes what counts, and is taken back', async () => {
    expect(await page.locator('.why').textContent()).toMatch(/starts within 2 min.*distances within 5 %/);
    await page.getByRole('button', { name: 'Keep both' }).click();
    await expect.poll(counted, SOON).toEqual(['strava', 'garmin']);
    await member('strava').getByRole('button', { name: 'This is primary' }).click();
    await expect.poll(counted, SOON).toEqual(['strava']);
    await page.getByRole('button', { name: 'Automatic' }).click();
    await expect.poll(counted, SOON).toEqual(['garmin']);
  }, 60_000);

  test('a session that is added shows as before, during and after', async () => {
    const start = await page.evaluate(
      (ms) => new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16),
      sessionMs,
    );
    await page.locator('#session-start').fill(start);
    await page.getByLabel('Took').fill('Valerian');
    await page.getByRole('button', { name: 'Add session' }).click();
    const card = page.locator('.impact');
    await expect.poll(() => card.locator('.badge').textContent(), SOON).toBe('READY');
    const bars = await card
      .locator('.spread')
      .evaluateAll((drawn) => drawn.map((bar) => bar.getAttribute('data-window')));
    expect(bars).toEqual(['before', 'during', 'after']);
    const words = await card.textContent();
    expect(words).toMatch(/Valerian.*during \+14 per minute \(\+20.%\)after −7 per minute \(−10.%\)/);
    expect(words).toContain('READY reliable');
    await page.locator('#products', { hasText: 'insufficient' }).waitFor();
    expect(faults).toEqual([]);
  }, 60_000);
};
