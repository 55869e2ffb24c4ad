import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCloudDoor } from '../peers/cloud-door.ts';
import { syncAfterOfflineMonth } from '../peers/offline-month.ts';
import { playPeerHistory } from '../peers/peer-history.ts';
import { type RunningCloud, startLocalCloud } from '../support/local-cloud.ts';

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
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-peers-'));
  cloud = await startLocalCloud({ dataDir, args: ['--no-simulator'] });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await cloud?.stop();
  await rm(dataDir, { recursive: true, force: true });
}, 30_000);

test('SYN9 RxDB and WatermelonDB-style clients converge through the local cloud', async () => {
  const { door } = await openCloudDoor(cloud, 'peers');
  const outcome = await playPeerHistory({ door, seed: 9, stepCount: 120, now: Date.now });
  expect(outcome.differences).toEqual([]);
  expect(outcome.rowCount).toBeGreaterThan(10);
}, 30_000);

test('SYN5 a device that was offline for a month and is killed while it syncs goes on without loss', async () => {
  const outcome = await syncAfterOfflineMonth({ cloud, directory: dataDir, editCount: 2_500 });
  expect(outcome).toMatchObject({ verdict: 'equal', differences: [] });
  expect(outcome.rowsAtKill).toBeGreaterThan(0);
  expect(outcome.rowsAtKill).toBeLessThan(outcome.rowCount);
}, 60_000);

describe.skipIf(!existsSync(CHROMIUM))('two devices in the page at / (needs Debian’s chromium)', () => {
  let page: Page;
  let phone: Locator;
  let tablet: Locator;
  const faults: string[] = [];

  const titles = (device: Locator) =>
    device.locator('li .title').evaluateAll((fields) => fields.map((field) => Reflect.get(field, 'value')));
  const states = (device: Locator) => device.locator('.row-state').allTextContents();
  const writeTitle = async (device: Locator, title: string) => {
    const field = device.locator('li .title').first();
    await field.fill(title);
    await field.blur();
  };

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
    page = await browser.newPage({ viewport: { width: 1_400, height: 1_000 } });
    page.on('pageerror', (fault) => faults.push(String(fault)));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(cloud.apiUrl);
    phone = page.locator('.device[data-device="phone"]');
    tablet = page.locator('.device[data-device="tablet"]');
    await phone.waitFor();
  }, 60_000);

  test('an entry that is added on one is on the other', async () => {
    await phone.locator('.add input').fill('A walk');
    await phone.locator('.add button').click();
    await tablet.locator('li[data-state="synced"]').waitFor();
    expect(await titles(tablet)).toEqual(['A walk']);
  });

  test('SYN4 both write one title offline: both end up equal, and the conflict record tells both sides', async () => {
    for (const device of [phone, tablet]) await device.getByRole('switch').uncheck();
    await writeTitle(phone, 'A long walk');
    await writeTitle(tablet, 'A short walk');
    for (const device of [phone, tablet]) await expect.poll(() => states(device)).toEqual(['pending']);
    await phone.getByRole('switch').check();
    await expect.poll(() => states(phone)).toEqual(['synced']);
    expect(await states(tablet)).toEqual(['pending']);
    await tablet.getByRole('switch').check();
    await page.locator('#conflicts tbody tr').first().waitFor();
    const cells = await page.locator('#conflicts tbody tr').first().locator('td').allTextContents();
    expect(cells.slice(1)).toEqual([
      'tablet',
      'A short walk',
      'title',
      'A short walk',
      'A long walk',
      'A short walk',
      'merged',
    ]);
    for (const device of [phone, tablet]) {
      await expect.poll(() => titles(device)).toEqual(['A short walk']);
      await expect.poll(() => states(device)).toEqual(['synced']);
    }
  });

  test('SYN4 one edits offline what the other deletes: the record tells what was written, and leaving asks first', async () => {
    await tablet.getByRole('switch').uncheck();
    await writeTitle(tablet, 'A walk at night');
    await expect.poll(() => states(tablet)).toEqual(['pending']);
    const asked = page.waitForEvent('dialog');
    await page.evaluate('setTimeout(() => location.reload())');
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await phone.getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => phone.locator('.device-status').textContent()).toBe('nothing waits');
    await tablet.getByRole('switch').check();
    const line = page.locator('#conflicts tbody tr[data-field="deleted"]');
    await line.waitFor();
    expect((await line.locator('td').allTextContents()).slice(1)).toEqual([
      'tablet',
      'A walk at night',
      'deleted',
      'title: A walk at night',
      'deleted',
      'deleted',
      'the server’s stayed',
    ]);
    await expect.poll(() => tablet.locator('li').count()).toBe(0);
    await phone.locator('.add input').fill('A swim');
    await phone.locator('.add button').click();
    await tablet.locator('li[data-state="synced"]').waitFor();
  });

  test('an entry that is deleted on one goes on the other, and nothing failed', async () => {
    await tablet.getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => phone.locator('li').count()).toBe(0);
    expect(faults).toEqual([]);
  });
});
