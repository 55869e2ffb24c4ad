import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSeeded, shuffled } from '../../infra/local/faults/seeded.ts';
import { Batcher, type ImportBatch } from '../../lib/imports/batches.ts';
import { openImportFile } from '../../lib/imports/open-file.ts';
import { callApi, type RunningCloud, startLocalCloud } from '../support/local-cloud.ts';
import { type ExpectedDay, expectedDays } from './minute-oracle.ts';

const FILE = 'test/data/fitabase/minute-heart-rate-steps.csv.gz';
const ZONE = 'America/New_York';
const SEED = 20_160_402;
const PARALLEL = 4;

interface RollupAnswer {
  readonly rollups: readonly {
    readonly date: string;
    readonly status: string;
    readonly count: number;
    readonly sum?: number | null;
    readonly min: number | null;
    readonly max: number | null;
    readonly computedAt: string | null;
    readonly sourceSeq: number | null;
  }[];
}

let dataDir = '';
let cloud: RunningCloud;
let batches: readonly ImportBatch[] = [];
const users = new Map<string, string>();

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-month-'));
  batches = await readBatches();
  cloud = await startLocalCloud({ dataDir, faults: SEED });
  for (const owner of new Set(batches.map((batch) => batch.owner))) {
    const user = await callApi<{ id: string }>(cloud, '/v1/users', {
      body: { externalId: `minutes-${owner}`, timeZone: ZONE },
    });
    expect(user.status).toBe(201);
    users.set(owner, user.body.id);
  }
}, 180_000);

afterAll(async () => {
  await cloud?.stop();
  await rm(dataDir, { recursive: true, force: true });
}, 30_000);

describe('a month of real minutes', () => {
  test('P1 P2 shuffled batches, deliveries at fault and a SIGKILL in the middle give the sums of the recording', async () => {
    const half = Math.floor(batches.length / 2);
    const order = shuffled(batches, createSeeded(SEED));
    await sendAll(order.slice(0, half), 'first');
    const inFlight = sendAll(order.slice(half, half + PARALLEL * 2), 'first').catch(() => 'cut off');
    await cloud.killGroup();
    await inFlight;
    cloud = await startLocalCloud({ dataDir, faults: SEED + 1 });
    await sendAll(order.slice(half), 'first');
    await expectEveryDay();
  }, 300_000);

  test('P1 a second import in another order changes nothing', async () => {
    const before = await everyRollup();
    const totals = await sendAll(shuffled(batches, createSeeded(SEED + 2)), 'second');
    expect(totals).toEqual({
      accepted: 0,
      updated: 0,
      duplicate: 89_502 * 2,
      superseded: 0,
      deleted: 0,
      notFound: 0,
      refused: 0,
    });
    expect(await everyRollup()).toEqual(before);
  }, 300_000);
});

async function readBatches(): Promise<readonly ImportBatch[]> {
  const batcher = new Batcher();
  const made: ImportBatch[] = [];
  const { items } = await openImportFile(FILE, () => {});
  for await (const item of items) {
    if (item.kind !== 'sample') throw new Error('an unreadable row in the recording');
    const full = batcher.add(item.owner, item.source, item.sample, ZONE);
    if (full !== undefined) made.push(full);
  }
  return [...made, ...batcher.rest()];
}

/** Sends every batch, each again until it is answered, and adds up the answers' counts. */
async function sendAll(list: readonly ImportBatch[], run: string): Promise<Record<string, number>> {
  const totals: Record<string, number> = {};
  const queue = [...list];
  const send = async () => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      const path = `/v1/users/${users.get(batch.owner)}/health/samples/batch-upsert`;
      const body = {
        requestId: `${run}-${batch.index}`,
        origin: 'import',
        sources: batch.sources,
        samples: batch.samples,
      };
      let answer = await callApi<{ counts: Record<string, number> }>(cloud, path, { body });
      for (let attempt = 0; (answer.status === 503 || answer.status === 429) && attempt < 100; attempt += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        answer = await callApi(cloud, path, { body });
      }
      expect(answer.status, answer.text).toBe(200);
      for (const [name, count] of Object.entries(answer.body.counts))
        totals[name] = (totals[name] ?? 0) + count;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, send));
  return totals;
}

/** Asks until every day that has data is READY: bounded, since faults delay but never lose. */
async function rollupsOf(userId: string, metric: string): Promise<RollupAnswer['rollups']> {
  const path = `/v1/users/${userId}/health/rollups?metric=${metric}&from=2016-03-25&to=2016-05-20`;
  for (let attempt = 0; ; attempt += 1) {
    const answer = await callApi<RollupAnswer>(cloud, path);
    expect(answer.status, answer.text).toBe(200);
    if (answer.body.rollups.every((row) => row.status === 'READY' || row.status === 'NO_DATA'))
      return answer.body.rollups;
    if (attempt > 600) throw new Error(`rollups stay behind: ${answer.text.slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function everyRollup(): Promise<Record<string, RollupAnswer['rollups']>> {
  const all: Record<string, RollupAnswer['rollups']> = {};
  for (const [owner, userId] of users) {
    for (const metric of ['heart_rate', 'steps']) all[`${owner}/${metric}`] = await rollupsOf(userId, metric);
  }
  return all;
}

async function expectEveryDay(): Promise<void> {
  const expected = await expectedDays(FILE);
  let days = 0;
  for (const [key, rollups] of Object.entries(await everyRollup())) {
    const wanted = expected.get(key) ?? new Map<string, ExpectedDay>();
    const found = new Map(rollups.filter((row) => row.status === 'READY').map((row) => [row.date, row]));
    expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [date, day] of wanted) {
      const row = found.get(date);
      const sum = key.endsWith('/steps') ? { sum: day.sum } : {};
      expect(row, `${key} ${date}`).toMatchObject({ count: day.count, min: day.min, max: day.max, ...sum });
      days += 1;
    }
  }
  expect(days).toBeGreaterThan(100);
}
