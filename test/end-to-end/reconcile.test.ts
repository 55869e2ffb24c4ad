import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FlowTotals, QueueState } from '../../infra/local/console/flow.ts';
import { callApi, type RunningCloud, startLocalCloud } from '../support/local-cloud.ts';

const USERS = 4;
const BATCHES_PER_USER = 15;
const SAMPLES_PER_BATCH = 40;
const MAX_BATCHES = 60;

let dataDir = '';
let cloud: RunningCloud;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-reconcile-'));
  cloud = await startLocalCloud({ dataDir, faults: 8_511 });
}, 180_000);

afterAll(async () => {
  await cloud?.stop();
  await rm(dataDir, { recursive: true, force: true });
}, 30_000);

const enginePid = (): number =>
  JSON.parse(readFileSync(join(dataDir, 'dynamodb', 'engine.json'), 'utf8')).pid;

async function readState(): Promise<{ readonly totals: FlowTotals; readonly queues: readonly QueueState[] }> {
  return (await (await fetch(`${cloud.apiUrl}/console/state.json`)).json()) as never;
}

/** One batch of a minute each; sent again while the engine is away. */
async function send(userId: string, index: number): Promise<void> {
  const firstMs = Date.parse('2026-11-01T00:00:00Z') + index * SAMPLES_PER_BATCH * 60_000;
  const samples = Array.from({ length: SAMPLES_PER_BATCH }, (_, minute) => ({
    source: 'w',
    metric: 'heart_rate',
    start: new Date(firstMs + minute * 60_000).toISOString().replace('Z', '+00:00'),
    value: 60 + (minute % 30),
    unit: 'bpm',
  }));
  const body = { requestId: `r-${index}`, sources: { w: { provider: 'garmin' } }, samples };
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await callApi(cloud, `/v1/users/${userId}/health/samples/batch-upsert`, { body });
    if (answer.status === 200) return;
    expect(answer.status, answer.text).toBe(503);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('never answered');
}

test('P1 P2 with faults and a database killed again and again, every count reconciles and none is zero', async () => {
  const users = await Promise.all(
    Array.from({ length: USERS }, async (_, index) => {
      const user = await callApi<{ id: string }>(cloud, '/v1/users', { body: { externalId: `r-${index}` } });
      return user.body.id;
    }),
  );
  const writing = Promise.all(
    users.map(async (userId) => {
      for (let index = 0; index < BATCHES_PER_USER; index += 1) await send(userId, index);
    }),
  );
  const killed = new Set<number>();
  for (let kill = 0; kill < 3; kill += 1) {
    await expect.poll(async () => killed.has(enginePid()), { timeout: 20_000 }).toBe(false);
    killed.add(enginePid());
    process.kill(enginePid(), 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  await writing;

  for (const userId of users) {
    const { body } = await callApi<{ changes: { seq: number }[] }>(
      cloud,
      `/v1/users/${userId}/health/changes?since=0&limit=100`,
    );
    expect(body.changes.map(({ seq }) => seq)).toEqual(
      Array.from({ length: BATCHES_PER_USER }, (_, index) => index + 1),
    );
    const rollups = `/v1/users/${userId}/health/rollups?metric=heart_rate&from=2026-11-01&to=2026-11-01`;
    await expect
      .poll(async () => (await callApi<{ rollups: object[] }>(cloud, rollups)).body.rollups, {
        timeout: 60_000,
      })
      .toMatchObject([{ status: 'READY', count: BATCHES_PER_USER * SAMPLES_PER_BATCH }]);
  }

  const isAtRest = async () => {
    const { totals, queues } = await readState();
    const waiting = queues.reduce((sum, queue) => sum + queue.visible + queue.inFlight + queue.delayed, 0);
    const isSent = totals.queueSends >= commits && totals.queueSends === totals.queueDeletions;
    return waiting === 0 && isSent;
  };
  let commits = USERS * BATCHES_PER_USER;
  await expect.poll(isAtRest, { timeout: 60_000 }).toBe(true);
  // Which deliveries are repeated is chance, and events may share a message: go on until one was.
  for (let index = BATCHES_PER_USER; index < MAX_BATCHES; index += 1) {
    if ((await readState()).totals.queueRedeliveries > 0) break;
    await Promise.all(users.map((userId) => send(userId, index)));
    commits += USERS;
    await expect.poll(isAtRest, { timeout: 60_000 }).toBe(true);
  }
  const { totals, queues } = await readState();
  expect(totals.streamRecords).toBeGreaterThanOrEqual(commits);
  expect(totals.publishedEvents).toBeGreaterThanOrEqual(commits);
  expect(totals.queueSends).toBeGreaterThanOrEqual(commits);
  expect(totals.queueReceives - totals.queueRedeliveries).toBe(totals.queueSends);
  expect(totals.queueRedeliveries).toBeGreaterThan(0);
  expect(queues.length).toBeGreaterThan(0);
  expect(queues.filter(({ dead }) => dead > 0)).toEqual([]);
}, 240_000);
