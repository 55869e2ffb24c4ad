import { appendFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CloudApp, pushProof } from '../../support/push-proof.ts';
import { type PushRecorder, startPushRecorder } from '../../support/push-recorder.ts';
import { scanText } from '../../support/scan-logs.ts';
import { differences } from './compare.ts';
import { openProviderWorld, type ProviderWorld } from './world.ts';

const PERSON = 'runner';
const DAYS = 25;
const POLL = { timeout: 60_000, interval: 250 } as const;
/** Syncs asked for, and as many notifications: WHOOP takes 100 calls a minute, and each of these costs one. */
const STORM_COUNT = 25;

interface Statistics {
  readonly tokenRefreshes: number;
  readonly refreshFailures: number;
}

let world: ProviderWorld;
let apps: Readonly<Record<string, CloudApp>>;
let pushes: PushRecorder;
let userId = '';
/** Of the person at WHOOP, as its notifications name them. */
let memberId = 0;
let connectionId = '';

const whoop = (path: string, body: object = {}) => world.control('POST', `/control/whoop${path}`, body);
const statistics = async () => (await world.control('GET', '/control/whoop/stats')) as unknown as Statistics;

/** A notification with a signature of its own; what it names need not be there. */
async function notify(id: string): Promise<number> {
  const body = JSON.stringify({ user_id: memberId, id, type: 'sleep.updated', trace_id: id });
  const { headers } = pushProof('whoop', apps['whoop'] ?? { clientSecret: '', settings: {} }, body);
  const address = `${world.cloud.apiUrl}/v1/inbound/whoop`;
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
  return (await fetch(address, init)).status;
}

async function expectTruth(): Promise<void> {
  const truth = () => world.truth('whoop', PERSON, DAYS);
  await expect.poll(async () => differences(world, userId, await truth()), POLL).toEqual([]);
}

beforeAll(async () => {
  world = await openProviderWorld();
  apps = (await (await fetch(`${world.cloud.simulatorUrl}/apps`)).json()) as typeof apps;
  pushes = await startPushRecorder(world.cloud.apiUrl);
  await world.control('PUT', '/control/webhooks', { baseUrl: pushes.url });
  userId = await world.newUser();
}, 180_000);
afterAll(async () => {
  await pushes?.[Symbol.asyncDispose]();
  await world?.stop();
}, 30_000);

describe('CON6 fifty at once, with refresh tokens that are good once', () => {
  test('CON6 the person is connected and synced', async () => {
    expect((await world.connect(userId, 'whoop', PERSON)).status).toBe(200);
    connectionId = (await world.connectionOf(userId, 'whoop')).id;
    expect(await world.rest(userId, connectionId)).toMatchObject({ status: 'succeeded' });
    await expectTruth();
    await whoop(`/people/${PERSON}/record`);
    await world.control('POST', '/control/flush', {});
    const [told] = pushes.of('whoop');
    memberId = (JSON.parse(told?.body.toString() ?? '{}') as { user_id: number }).user_id;
  }, 120_000);

  test('CON6 the token expired: one refresh, and nobody is asked to consent', async () => {
    const before = await statistics();
    await whoop('/tokens/expire');
    const path = `/v1/users/${userId}/connections/${connectionId}/sync`;
    const asked = await Promise.all(
      Array.from({ length: STORM_COUNT }, async (_, index) => {
        const [{ status }, pushed] = await Promise.all([
          world.api(path, { method: 'POST' }),
          notify(`00000000-0000-4000-8000-${String(index).padStart(12, '0')}`),
        ]);
        return `${status} ${pushed}`;
      }),
    );
    expect(new Set(asked)).toEqual(new Set(['202 200']));
    await world.control('POST', '/control/flush', {});
    await world.rest(userId, connectionId);
    const { status } = await world.sync(userId, connectionId);
    expect(status).toBe('succeeded');
    const after = await statistics();
    expect({
      refreshes: after.tokenRefreshes - before.tokenRefreshes,
      failures: after.refreshFailures - before.refreshFailures,
    }).toEqual({ refreshes: 1, failures: 0 });
    expect(await world.connectionOf(userId, 'whoop')).toMatchObject({ status: 'connected' });
    await expectTruth();
  }, 120_000);
});

describe('CON5 what the logs say', () => {
  test('CON5 every function that took part wrote, and nothing of it is secret or of the person', async () => {
    const logs = join(world.dataDir, 'logs');
    const sizes = await Promise.all(
      (await readdir(logs)).map(async (name) => [name, (await stat(join(logs, name))).size] as const),
    );
    const written = sizes.filter(([, size]) => size > 0).map(([name]) => name);
    for (const part of ['manage-connections', 'receive-push', 'apply-push', 'sync-connection', 'fetch-pages'])
      expect(
        written.some((name) => name.includes(part)),
        part,
      ).toBe(true);
    expect(await world.leaks()).toEqual([]);
    expect(scanText('output', world.cloud.output(), [])).toEqual([]);
  });

  test('CON5 what is planted there is found', async () => {
    const planted = join(world.dataDir, 'logs', 'planted.log');
    // WHOOP's own figures are too short to be told from durations; these come with fractions.
    const { daily } = await world.truth('garmin', PERSON, DAYS);
    const figures = Object.values(daily).flatMap((day) => Object.values(day));
    const figure = figures.map(String).find((text) => text.length >= 6 && text.includes('.')) ?? '';
    const lines = [apps['whoop']?.clientSecret ?? '', `{"figure":${figure}}`, `key ${world.cloud.apiKey}`];
    await appendFile(planted, `${lines.join('\n')}\n`);
    const found = await world.leaks();
    expect(new Set(found.map((each) => each.split(': ')[0]))).toEqual(
      new Set(['planted.log:1', 'planted.log:2', 'planted.log:3']),
    );
    for (const line of lines) expect(found.join()).not.toContain(line);
    await rm(planted);
    expect(await world.leaks()).toEqual([]);
  });
});
