import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCloudDoor } from '../peers/cloud-door.ts';
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
