import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callApi, type RunningCloud, startLocalCloud } from '../support/local-cloud.ts';

const CHROMIUM = '/usr/bin/chromium';
/** The flags keep a fresh profile from calling out. */
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let dataDir = '';
let cloud: RunningCloud;
let browser: Browser | undefined;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-newcomer-'));
  cloud = await startLocalCloud({ dataDir });
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await cloud?.stop();
  await rm(dataDir, { recursive: true, force: true });
}, 30_000);

/** fetch does not let a caller choose the Host header. */
function statusUnderHost(host: string): Promise<number | undefined> {
  const { port } = new URL(cloud.apiUrl);
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/console/config.json', headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

/** `npm run import -- ...` as a person types it. */
function runImport(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const command = ['functions/command/import-file/index.ts', ...args, '--data-dir', dataDir];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

async function userIdOf(externalId: string): Promise<string> {
  return (await callApi<{ id: string }>(cloud, '/v1/users', { body: { externalId } })).body.id;
}

describe('a newcomer’s first hour', () => {
  test('the health route, the description and its page answer without a key', async () => {
    const anonymous = { headers: { authorization: '' } };
    expect((await callApi(cloud, '/v1/health', anonymous)).body).toEqual({ status: 'ok' });
    expect((await callApi(cloud, '/v1/openapi.json', anonymous)).body).toMatchObject({
      openapi: expect.stringMatching(/^3\.1/),
    });
    const docs = await callApi(cloud, '/docs', anonymous);
    expect(docs.headers.get('content-type')).toContain('text/html');
    expect(docs.text).toContain('batch-upsert');
  });

  test('IMP1 an Apple Health export is imported and its days add up', async () => {
    const { code, output } = await runImport('test/data/apple-health/export.xml', '--user', 'apple');
    expect(code, output).toBe(0);
    expect(output).toContain('read 15 samples and 1 workout in 2 batches for 1 user in');
    expect(output).toContain('ActivitySummary');
    const path = `/v1/users/${await userIdOf('apple')}/health/rollups?metric=steps&from=2014-09-13&to=2014-09-13&wait=true&explain=true`;
    const { body } = await callApi<{
      rollups: { sum: number; status: string; sources: { provider: string }[] }[];
    }>(cloud, path);
    // 329 + 283 + 426 + 61 + 10 + 200 + 390 + 320 + 216 + 282, as the file has them.
    expect(body.rollups).toMatchObject([
      { sum: 2_517, status: 'READY', sources: [{ provider: 'apple_health' }] },
    ]);
  });

  test('IMP8 importing the same file again changes nothing', async () => {
    const { output } = await runImport('test/data/apple-health/export.xml', '--user', 'apple');
    // 15 samples and the workout.
    expect(output).toMatch(/duplicate +16/);
    expect(output).not.toContain('accepted');
  });

  test('IMP6 IMP7 what is missing is said, and nothing is sent', async () => {
    const csv = 'test/data/fitabase/minute-heart-rate-steps.csv.gz';
    expect(await runImport(csv, '--user', 'several', '--zone', 'America/New_York')).toMatchObject({
      code: 1,
      output: expect.stringContaining('--split'),
    });
    expect(await runImport(csv, '--user', 'zoneless', '--split')).toMatchObject({
      code: 1,
      output: expect.stringContaining('--zone'),
    });
    expect(await runImport('no-such-file.xml', '--user', 'nobody')).toMatchObject({
      code: 2,
      output: expect.stringContaining('no file'),
    });
    expect(await runImport('test/data', '--user', 'nobody')).toMatchObject({
      code: 2,
      output: expect.stringContaining('one file at a time'),
    });
    expect(await runImport(csv, '--user', 'nobody', '--keep-damaged')).toMatchObject({
      code: 2,
      output: expect.stringContaining('activity files'),
    });
    expect(await runImport(csv)).toMatchObject({ code: 2, output: expect.stringContaining('usage') });
    expect(await runImport(csv, '--user', 'x', '--zone', 'Mars/Base')).toMatchObject({
      code: 2,
      output: expect.stringContaining('IANA'),
    });
  }, 60_000);

  test('a user’s token reads and writes that user as `me`', async () => {
    const headers = { authorization: `Bearer ${cloud.userToken}` };
    const body = {
      requestId: 'me-1',
      sources: { p: { provider: 'apple_health' } },
      samples: [
        { source: 'p', metric: 'weight', start: '2026-11-01T07:00:00+01:00', value: 154.3, unit: 'lb' },
      ],
    };
    expect(
      (await callApi(cloud, '/v1/users/me/health/samples/batch-upsert', { body, headers })).body,
    ).toMatchObject({ counts: { accepted: 1 } });
    const { body: read } = await callApi<{ samples: { value: number; unit: string }[] }>(
      cloud,
      '/v1/users/me/health/samples?metric=weight&from=2026-10-31T00:00:00Z&to=2026-11-02T00:00:00Z',
      { headers },
    );
    expect(read.samples[0]?.unit).toBe('kg');
    expect(read.samples[0]?.value).toBeCloseTo(69.9893, 3);
  });
});

describe.skipIf(!existsSync(CHROMIUM))('the page at / (needs Debian’s chromium)', () => {
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
    page = await browser.newPage({ viewport: { width: 1_400, height: 1_000 } });
    page.on('pageerror', (fault) => faults.push(String(fault)));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(cloud.apiUrl);
  }, 60_000);

  test('shows the metrics of a user with their counts and dates', async () => {
    await page.locator('#user').selectOption({ label: 'apple' });
    const row = page.locator('#metrics tbody tr', { hasText: 'steps' });
    await row.waitFor();
    expect(await row.locator('td').allTextContents()).toEqual([
      'steps steps',
      '10',
      '2014-09-13',
      '2014-09-13',
      'apple_health',
    ]);
  });

  test('draws a month of days with their status and explains a day', async () => {
    await page.locator('#metrics tbody tr', { hasText: 'steps' }).click();
    // The metric drawn before has a READY day too: only the title and the day tell that the steps are drawn.
    await page.locator('#month-title', { hasText: 'steps per day, 2014-09' }).waitFor();
    await page.locator('#day', { hasText: '2014-09-13: 2,517 steps · READY' }).waitFor();
    expect(await page.locator('#month-unit').textContent()).toBe('steps');
    expect(await page.locator('#legend li').allTextContents()).toEqual(['READY 1', 'NO_DATA 29']);
    expect(await page.locator('#chart canvas').count()).toBe(1);
    expect(await page.locator('#day th').allTextContents()).toEqual([
      'source',
      'samples',
      'counted',
      'set aside',
      'why',
    ]);
    expect(await page.locator('#day td').allTextContents()).toEqual([
      'apple_health',
      '10',
      '2,517',
      '0',
      '–',
    ]);
  });

  test('shows what passes through and how the queues stand', async () => {
    for (const stage of ['ingest', 'stream', 'bus', 'queue']) {
      await page.locator(`.lane[data-stage="${stage}"] li`).first().waitFor();
    }
    const soon = { timeout: 15_000 };
    await expect
      .poll(() => page.locator('#queues tbody td:first-child').allTextContents(), soon)
      .toEqual([
        'large-ingests',
        'workout-writes',
        'activity-imports',
        'projections',
        'night-projections',
        'impact-projections',
        'rebuilds',
        'erasures',
        'provider-syncs',
        'inbound-pushes',
      ]);
    await expect
      .poll(() => page.locator('#totals').textContent(), soon)
      .toMatch(/Since the start: \d+ stream records/);
    expect(await page.locator('#queues td.alarm').count()).toBe(0);
    await expect.poll(() => page.locator('#health').textContent(), soon).toBe('all parts answer');
  });

  test('logs no error, and answers nobody under a foreign name', async () => {
    expect(faults).toEqual([]);
    expect(await statusUnderHost('evil.example')).toBe(403);
  });
});
