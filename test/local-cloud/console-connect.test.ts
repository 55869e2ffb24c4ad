import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callApi, type RunningCloud, startLocalCloud } from '../support/local-cloud.ts';
import { consoleReadModelsPart } from './console-read-models.ts';

const CHROMIUM = '/usr/bin/chromium';
const CHROMIUM_ARGS = ['--no-sandbox', '--disable-gpu'];
const dataDir = join(mkdtempSync(join(tmpdir(), 'headwater-connect-')), 'data');

describe.skipIf(!existsSync(CHROMIUM))('the connections of the page at / (needs Debian’s chromium)', () => {
  let cloud: RunningCloud;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  const row = (provider: string) => page.locator(`#connections tr[data-provider="${provider}"]`);

  beforeAll(async () => {
    cloud = await startLocalCloud({ dataDir });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
    page = await browser.newPage();
    page.on('pageerror', (fault) => faults.push(String(fault)));
    await page.goto(cloud.apiUrl);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await cloud?.stop();
    rmSync(join(dataDir, '..'), { recursive: true, force: true });
  }, 60_000);

  test('lists every provider that is configured, and leads to the simulated clouds', async () => {
    await row('whoop').waitFor();
    const names = await page
      .locator('#connections tbody tr')
      .evaluateAll((rows) => rows.map((each) => each.getAttribute('data-provider')));
    expect(names).toContain('garmin');
    expect(new Set(names).size).toBe(names.length);
    expect(await page.getByRole('link', { name: 'Simulated clouds' }).getAttribute('href')).toBe(
      cloud.simulatorUrl,
    );
  });

  test('a cloud is connected with two clicks, and its first sync shows in its row', async () => {
    const opened = page.waitForEvent('popup');
    await row('whoop').getByRole('button', { name: 'Connect' }).click();
    const consent = await opened;
    await consent.getByRole('button', { name: 'Allow' }).click();
    await consent.getByText('is connected').first().waitFor();
    await expect
      .poll(() => row('whoop').textContent(), { timeout: 60_000, interval: 500 })
      .toMatch(/connected.*succeeded: [\d,]+ records, [\d,]+ new/);
  }, 120_000);

  test('a connection is ended from its row', async () => {
    await row('whoop').getByRole('button', { name: 'Disconnect' }).click();
    await expect
      .poll(() => row('whoop').textContent(), { timeout: 30_000, interval: 500 })
      .toContain('disconnected');
    const { body } = await callApi<{ connections: readonly { readonly status: string }[] }>(
      cloud,
      `/v1/users/${cloud.userId}/connections`,
    );
    expect(body.connections.map(({ status }) => status)).toEqual(['disconnected']);
    expect(faults).toEqual([]);
  }, 60_000);

  // Of their own, so that what comes before runs before their user is there.
  describe('nights, workouts and impact', () =>
    consoleReadModelsPart(
      () => cloud,
      () => browser,
    ));
});
