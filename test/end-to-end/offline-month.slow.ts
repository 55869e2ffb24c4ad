import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syncAfterOfflineMonth } from '../peers/offline-month.ts';
import { type RunningCloud, startLocalCloud } from '../support/local-cloud.ts';

const EDIT_COUNT = 10_000;
const GOAL_SEC = 60;

let dataDir = '';
let cloud: RunningCloud;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-offline-'));
  cloud = await startLocalCloud({ dataDir, args: ['--no-simulator'] });
}, 120_000);

afterAll(async () => {
  await cloud?.stop();
  await rm(dataDir, { recursive: true, force: true });
}, 30_000);

test('SYN5 thirty days and 10,000 edits offline sync within a minute, with a kill in the middle', async () => {
  const outcome = await syncAfterOfflineMonth({ cloud, directory: dataDir, editCount: EDIT_COUNT });
  const { syncSec, rowsAtKill, rowCount } = outcome;
  console.log(
    `${EDIT_COUNT} edits of ${rowCount} rows: ${syncSec.toFixed(1)} s, killed at ${rowsAtKill} rows`,
  );
  expect(outcome).toMatchObject({ verdict: 'equal', differences: [] });
  expect(rowsAtKill).toBeLessThan(rowCount);
  expect(syncSec).toBeLessThan(GOAL_SEC);
}, 300_000);
