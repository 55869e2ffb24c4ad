import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLineOf } from '../../infra/local/processes/identify.ts';
import { callApi, type RunningCloud, startLocalCloud } from '../support/local-cloud.ts';

const dataDir = join(mkdtempSync(join(tmpdir(), 'headwater-start-')), 'data');
let cloud: RunningCloud;

beforeAll(async () => {
  cloud = await startLocalCloud({ dataDir });
}, 180_000);
afterAll(async () => {
  await cloud?.stop();
  rmSync(join(dataDir, '..'), { recursive: true, force: true });
}, 30_000);

const enginePid = (): number =>
  JSON.parse(readFileSync(join(dataDir, 'dynamodb', 'engine.json'), 'utf8')).pid;
const countOfUsers = async (): Promise<number> => {
  const { status, body } = await callApi<{ users: readonly object[] }>(cloud, '/v1/users?limit=100');
  expect(status).toBe(200);
  return body.users.length;
};
const addUser = async (externalId: string): Promise<void> => {
  const { status } = await callApi(cloud, '/v1/users', { body: { externalId, timeZone: 'UTC' } });
  expect(status).toBe(201);
};
const control = async (path: string, body: object = {}): Promise<void> => {
  const init = { method: 'POST', body: JSON.stringify(body) };
  expect((await fetch(`${cloud.simulatorUrl}/control/${path}`, init)).status).toBe(200);
};
interface Sync {
  readonly status: string;
}
const poll = { timeout: 60_000, interval: 200 };
/** Connects the demo user as the runner, and waits until the first sync is through. */
async function connectToWhoop(): Promise<string> {
  const path = `/v1/users/${cloud.userId}/connections`;
  const { body } = await callApi<{ url: string }>(cloud, `${path}/whoop/authorize`, { body: {} });
  expect((await fetch(`${body.url}&sim_user=runner`)).status).toBe(200);
  const { connections } = (await callApi<{ connections: readonly { id: string }[] }>(cloud, path)).body;
  const id = connections[0]?.id ?? '';
  const statuses = async () =>
    (await callApi<{ syncs: readonly Sync[] }>(cloud, `${path}/${id}/syncs`)).body.syncs.map(
      ({ status }) => status,
    );
  await expect.poll(statuses, poll).toEqual(['succeeded']);
  return id;
}
async function syncAgain(id: string): Promise<Sync> {
  const path = `/v1/users/${cloud.userId}/connections/${id}/sync`;
  const { status, body } = await callApi<{ syncId: string }>(cloud, path, { method: 'POST' });
  expect(status).toBe(202);
  const view = async () => (await callApi<Sync>(cloud, `${path}s/${body.syncId}`)).body;
  await expect.poll(async () => (await view()).status, poll).not.toBe('running');
  return view();
}
const batch = (requestId: string) => ({
  requestId,
  sources: { watch: { provider: 'fitbit' } },
  samples: [
    {
      source: 'watch',
      metric: 'heart_rate',
      start: '2026-11-20T10:00:00Z',
      value: 61,
      unit: 'bpm',
      zoneOffsetMinutes: 0,
    },
  ],
});

test('a start writes local.json for its owner only and answers with all parts', async () => {
  expect(statSync(join(dataDir, 'local.json')).mode & 0o777).toBe(0o600);
  const { apiKey, userToken, workspaceId, userId, pid } = cloud;
  expect({ apiKey, userToken, workspaceId, userId, pid }).toEqual({
    apiKey: expect.stringMatching(/^hw_test_[0-9A-Za-z]{32}$/),
    userToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    workspaceId: expect.stringMatching(/^ws_/),
    userId: expect.stringMatching(/^usr_/),
    pid: expect.any(Number),
  });
  expect(
    cloud
      .output()
      .split('\n')
      .filter((line) => line.startsWith('ready')),
  ).toHaveLength(1);
  expect(await callApi(cloud, '/v1/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect((await fetch(`${cloud.apiUrl}/`)).status).toBe(200);
});

test('the simulated clouds run along, hand out their people, and are gone after a stop', async () => {
  const people = await (await fetch(`${cloud.simulatorUrl}/people`)).json();
  expect(Object.keys(people as object).length).toBe(7);
  expect(cloud.output()).toContain(`Clouds   ${cloud.simulatorUrl}/`);
  const without = await startLocalCloud({
    dataDir: join(dataDir, '..', 'without'),
    args: ['--no-simulator'],
  });
  try {
    expect(without.simulatorUrl).toBeUndefined();
    expect(without.output()).not.toContain('Clouds');
  } finally {
    await without.stop();
  }
});

test('P2 a sample of the demo user passes stream, bus and queue, and its day is ready', async () => {
  const asUser = { authorization: `Bearer ${cloud.userToken}` };
  const stored = await callApi(cloud, '/v1/users/me/health/samples/batch-upsert', {
    body: batch('first'),
    headers: asUser,
  });
  expect(stored).toMatchObject({ status: 200, body: { counts: { accepted: 1 } } });
  const day = '/v1/users/me/health/rollups?metric=heart_rate&from=2026-11-20&to=2026-11-20';
  await expect
    .poll(() => callApi(cloud, day, { headers: asUser }), { timeout: 15_000 })
    .toMatchObject({ status: 200, body: { rollups: [{ status: 'READY', count: 1, min: 61 }] } });
  const flow = await (await fetch(`${cloud.apiUrl}/console/state.json`)).text();
  for (const stage of ['ingest', 'stream', 'bus', 'queue']) expect(flow).toContain(`"stage":"${stage}"`);
});

test('a second start on the same directory is refused with the process that runs', async () => {
  const { port } = new URL(cloud.apiUrl);
  const child = spawn(process.execPath, ['infra/local/main.ts', '--port', port, '--data-dir', dataDir]);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(1);
  expect(said).toMatch(new RegExp(`another local cloud \\(process ${cloud.pid}\\)`));
});

test('P1 the engine alone may be killed: what was acknowledged is there, and requests go on', async () => {
  await addUser('before-engine-kill');
  const before = await countOfUsers();
  const pid = enginePid();
  process.kill(pid, 'SIGKILL');
  await expect
    .poll(() => callApi(cloud, '/v1/users?limit=100').then(({ status }) => status), { timeout: 15_000 })
    .toBe(200);
  expect(await countOfUsers()).toBe(before);
  expect(enginePid()).not.toBe(pid);
});

test('the engine goes with its parent, however that ends', async () => {
  const pid = enginePid();
  process.kill(cloud.pid, 'SIGKILL');
  await expect.poll(() => commandLineOf(pid), { timeout: 5_000 }).toBeUndefined();
  await cloud.killGroup();
  cloud = await startLocalCloud({ dataDir });
}, 60_000);

test('P1 a killed process group comes back with the same key, user, data and connection, and nothing twice', async () => {
  await addUser('before-group-kill');
  const before = await countOfUsers();
  const { apiKey, userId, simulatorUrl } = cloud;
  const connectionId = await connectToWhoop();
  await control('whoop/tokens/expire');
  await cloud.killGroup();
  cloud = await startLocalCloud({ dataDir });
  expect(cloud.simulatorUrl).toBe(simulatorUrl);
  expect(await syncAgain(connectionId)).toMatchObject({ status: 'succeeded' });
  expect([cloud.apiKey, cloud.userId]).toEqual([apiKey, userId]);
  expect(await countOfUsers()).toBe(before);
  const asUser = { authorization: `Bearer ${cloud.userToken}` };
  const repeated = await callApi(cloud, '/v1/users/me/health/samples/batch-upsert', {
    body: batch('second'),
    headers: asUser,
  });
  expect(repeated).toMatchObject({ status: 200, body: { counts: { accepted: 0, duplicate: 1 } } });
}, 240_000);

test('SIGTERM stops everything within 5 s with exit code 0, and leaves no engine', async () => {
  const pid = enginePid();
  const startedMs = performance.now();
  expect(await cloud.stop()).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
  expect(commandLineOf(pid)).toBeUndefined();
  cloud = await startLocalCloud({ dataDir, args: ['--fresh'] });
  expect(await countOfUsers()).toBe(1);
  expect(existsSync(join(dataDir, 'dynamodb', 'engine.db'))).toBe(true);
}, 90_000);
