import { beforeEach, expect, test } from 'vitest';
import { at, dateOf, iso, type NightWorld, openNightWorld, session } from '../../test/support/night-world.ts';
import { listNights } from './list-nights.ts';
import { projectNightBatch } from './project-batch.ts';
import { readNight } from './read-night.ts';

let world: NightWorld;
beforeEach(async () => {
  world = await openNightWorld();
});

const NIGHT = dateOf('2026-11-20');
const list = async (from = '2026-11-20', to = from, wait = false) =>
  (await listNights(world.deps, world.scope, { from: dateOf(from), to: dateOf(to), wait, minSeq: undefined }))
    .nights;
const project = async () => projectNightBatch(world.deps, await world.messages());

const WATCH = { provider: 'apple_health', device: { type: 'watch' } };
const stage = (code: string, from: string, to: string, offsetMinutes = 0) => ({
  source: 'w',
  metric: 'sleep_stage',
  start: iso(at(from, offsetMinutes)),
  end: iso(at(to, offsetMinutes)),
  zoneOffsetMinutes: offsetMinutes,
  category: code,
});
const NIGHT_OF_STAGES = [
  stage('in_bed', '2026-11-19T22:30', '2026-11-20T07:00'),
  stage('light', '2026-11-19T23:00', '2026-11-20T01:00'),
  stage('deep', '2026-11-20T01:00', '2026-11-20T02:30'),
  stage('awake', '2026-11-20T02:30', '2026-11-20T02:45'),
  stage('rem', '2026-11-20T02:45', '2026-11-20T03:45'),
  stage('light', '2026-11-20T03:45', '2026-11-20T06:45'),
];

test('SLP10 stages become a night that is STALE, then READY, and NO_DATA beside it', async () => {
  expect(
    (await world.ingest({ requestId: 'r1', sources: { w: WATCH }, samples: NIGHT_OF_STAGES })).status,
  ).toBe(200);
  expect(await list()).toMatchObject([{ status: 'STALE', behindSeq: 1, totalSleepMin: null }]);
  expect((await project()).failed.size).toBe(0);
  expect(await list('2026-11-19', '2026-11-20')).toMatchObject([
    { date: '2026-11-19', status: 'NO_DATA', totalSleepMin: null, source: null, naps: [] },
    {
      date: '2026-11-20',
      eveningDate: '2026-11-19',
      status: 'READY',
      sleepStart: '2026-11-19T23:00:00.000Z',
      sleepEnd: '2026-11-20T06:45:00.000Z',
      inBedStart: '2026-11-19T22:30:00.000Z',
      inBedEnd: '2026-11-20T07:00:00.000Z',
      totalSleepMin: 450,
      inBedMin: 510,
      lightMin: 300,
      deepMin: 90,
      remMin: 60,
      awakeMin: 15,
      unspecifiedMin: null,
      latencyMin: 30,
      wakeCount: 1,
      efficiencyPct: 88.24,
      source: { provider: 'apple_health', device: { type: 'watch' } },
      naps: [],
    },
  ]);
});

test('SLP11 one night tells its stages and what became of each source', async () => {
  await world.ingest({ requestId: 'r1', sources: { w: WATCH }, samples: NIGHT_OF_STAGES });
  await world.putRecords('oura', [
    session({
      start: iso(at('2026-11-19T22:50')),
      end: iso(at('2026-11-20T06:50')),
      totals: { asleepMin: 440 },
    }),
  ]);
  const { night } = await readNight(world.deps, world.scope, NIGHT);
  expect(night.status).toBe('READY');
  expect(night.stages.map(({ stage: name }) => name)).toEqual(['light', 'deep', 'awake', 'rem', 'light']);
  expect(
    night.explain.map(({ used, setAside }) => [used.length, setAside.map(({ reason }) => reason)]),
  ).toEqual(
    expect.arrayContaining([
      [1, []],
      [0, ['lower_priority']],
    ]),
  );
  expect((await list())[0]).toMatchObject({ status: 'READY', totalSleepMin: 450 });
  expect((await readNight(world.deps, world.scope, NIGHT)).night).toEqual(night);
});

test('SLP10 a record is a night, and a deleted one leaves none', async () => {
  const record = session({
    externalId: 'a',
    start: iso(at('2026-11-19T22:00')),
    end: iso(at('2026-11-20T06:00')),
    totals: { asleepMin: 420, deepMin: 80, lightMin: 240, remMin: 100, awakeMin: 40, inBedMin: 480 },
  });
  await world.putRecords('whoop', [record]);
  await project();
  expect(await list()).toMatchObject([
    {
      status: 'READY',
      totalSleepMin: 420,
      remMin: 100,
      inBedMin: 480,
      efficiencyPct: 87.5,
      latencyMin: null,
    },
  ]);
  await world.deleteRecord('whoop', 'a');
  expect(await list()).toMatchObject([{ status: 'STALE', behindSeq: 2, totalSleepMin: 420 }]);
  await project();
  expect(await list()).toMatchObject([{ status: 'NO_DATA', totalSleepMin: null, sources: [] }]);
});
