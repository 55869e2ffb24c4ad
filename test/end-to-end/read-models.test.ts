import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { type RunningCloud, startLocalCloud } from '../support/local-cloud.ts';
import { activityFilesPart } from './read-models/activity-files.ts';
import { impactPart } from './read-models/impact.ts';
import { nightsPart } from './read-models/nights.ts';
import { prioritiesPart } from './read-models/priorities.ts';
import { workoutsPart } from './read-models/workouts.ts';
import { writesPart } from './read-models/writes.ts';

let dataDir = '';
let running: RunningCloud | undefined;

/** The one cloud of all parts, once it runs. */
const cloud = (): RunningCloud => {
  if (running === undefined) throw new Error('the local cloud does not run yet');
  return running;
};

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-read-models-'));
  running = await startLocalCloud({ dataDir });
}, 180_000);

afterAll(async () => {
  await running?.stop();
  await rm(dataDir, { recursive: true, force: true });
}, 30_000);

// Each part has users of its own, and waits for nothing that another part does.
describe('workouts', () => workoutsPart(cloud));
describe('writes of workouts', () => writesPart(cloud));
describe('priorities', () => prioritiesPart(cloud));
describe('activity files', () => activityFilesPart(cloud));
describe('nights', () => nightsPart(cloud));
describe('impact', () => impactPart(cloud));
