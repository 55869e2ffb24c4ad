import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCloudDoor } from '../peers/cloud-door.ts';
import { syncAfterOfflineMonth } from '../peers/offline-month.ts';
import { playPeerHistory } from '../peers/peer-history.ts';
import { type RunningCloud, startLocalCloud } from '../support/local-cloud.ts';

let dataDir = '';
let cloud: RunningCloud;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-peers-'));
  cloud = await startLocalCloud({ dataDir, args: ['--no-simulator'] });
}, 120_000);

afterAll(async () => {
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
