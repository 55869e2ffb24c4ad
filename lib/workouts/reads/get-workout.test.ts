import { beforeEach, expect, test } from 'vitest';
import { NAMES, workoutOf } from '../../../test/support/workout-builders.ts';
import { createWorkoutWorld, type WorkoutWorld } from '../../../test/support/workout-world.ts';
import { loadWorkout } from './load-workout.ts';
import { sumWorkouts } from './sum-workouts.ts';

const WHOLE = {
  provider: 'garmin',
  externalId: 'w',
  start: '2026-11-01T08:00:03Z',
  minutes: 150,
  type: 'triathlon',
  distanceM: 51_500,
  title: 'By the lake',
  zoneOffsetMinutes: 60,
  laps: [{ start: '2026-11-01T08:00:03Z', end: '2026-11-01T08:30:03Z', distanceM: 1_500 }],
  track: { objectKey: 'tracks/secret', pointCount: 9_000, cells: [4_711] },
} as const;
const SWIM = {
  provider: 'garmin',
  externalId: 's',
  parentExternalId: 'w',
  start: '2026-11-01T08:00:03Z',
  minutes: 30,
  type: 'open_water_swimming',
} as const;
const COPY = {
  provider: 'strava',
  externalId: '7',
  start: '2026-11-01T08:00:30Z',
  minutes: 30,
  type: 'swimming',
} as const;

let world: WorkoutWorld;
beforeEach(async () => {
  world = await createWorkoutWorld();
  await world.put(WHOLE, SWIM, COPY);
});

test('WKT13 a workout tells what its source says, its parts and its copies, and not where its track lies', async () => {
  const whole = await world.get(workoutOf(WHOLE).id);
  expect(whole).toEqual({
    id: workoutOf(WHOLE).id,
    type: 'triathlon',
    family: 'multi_sport',
    start: '2026-11-01T08:00:03.000Z',
    end: '2026-11-01T10:30:03.000Z',
    zoneOffsetMinutes: 60,
    durationSec: 9_000,
    distanceM: 51_500,
    source: { provider: 'garmin' },
    externalId: 'w',
    primary: true,
    title: 'By the lake',
    providerType: 'run',
    isManual: false,
    laps: [{ start: '2026-11-01T08:00:03Z', end: '2026-11-01T08:30:03Z', distanceM: 1_500 }],
    children: [workoutOf(SWIM).id],
    track: { pointCount: 9_000 },
    duplicates: [],
    version: 1,
    seq: 1,
  });
  const swim = await world.get(workoutOf(SWIM).id);
  expect([swim.parentId, swim.duplicates, swim.primary]).toEqual([whole.id, [workoutOf(COPY).id], true]);
  expect((await world.get(workoutOf(COPY).id)).primary).toBe(false);
});

test('WKT13 a workout that is deleted, or never was, is not found', async () => {
  await world.remove(workoutOf(COPY).id);
  for (const id of [workoutOf(COPY).id, 'x', ''])
    await expect(world.get(id)).rejects.toMatchObject({ code: 'workout.not_found' });
});

test('WKT10 totals by family and by type, each activity once', async () => {
  await world.put({
    provider: 'garmin',
    externalId: 'r',
    start: '2026-11-02T07:00:11Z',
    type: 'trail_running',
    distanceM: 12_000,
  });
  await world.put({
    provider: 'strava',
    externalId: 'r',
    start: '2026-11-02T07:00:41Z',
    type: 'running',
    distanceM: 12_050,
    energyKcal: 900,
  });
  const running = {
    counted: 1,
    setAside: 1,
    durationSec: 3_600,
    movingSec: null,
    distanceM: 12_000,
    energyKcal: 900,
  };
  const nothing = { durationSec: 0, movingSec: null, distanceM: null, energyKcal: null };
  expect(await world.sum()).toEqual({
    by: 'family',
    totals: [
      {
        key: 'multi_sport',
        counted: 1,
        setAside: 0,
        durationSec: 9_000,
        movingSec: null,
        distanceM: 51_500,
        energyKcal: null,
      },
      { key: 'running', ...running },
      { key: 'swimming', counted: 0, setAside: 2, ...nothing },
    ],
    counted: 2,
    setAside: 3,
  });
  expect((await world.sum('type')).totals.map(({ key }) => key)).toEqual([
    'open_water_swimming',
    'trail_running',
    'triathlon',
  ]);
});

test('WKT13 a source is the one that its samples have, whatever empty fields a cloud sends', () => {
  const run = { provider: 'polar', start: '2026-11-01T09:00:07Z' };
  const plain = workoutOf(run).source.sourceId;
  expect(plain).toBe(NAMES.sourceIdOf({ provider: 'polar' }));
  for (const source of [{ device: {} }, { app: '' }, { device: { model: '' } }])
    expect(workoutOf({ ...run, source }).source.sourceId).toBe(plain);
  expect(workoutOf({ ...run, source: { device: { type: 'watch' } } }).source.sourceId).toBe(
    NAMES.sourceIdOf({ provider: 'polar', device: { type: 'watch' } }),
  );
});

test('WKT13 the last part of a race of two days is known, and not added to it', async () => {
  const race = { ...WHOLE, externalId: 'race', start: '2026-11-05T08:00:03Z', minutes: 2_800 };
  const last = { ...SWIM, externalId: 'last', parentExternalId: 'race', start: '2026-11-07T05:00:03Z' };
  await world.put(race, last);
  expect((await world.get(workoutOf(race).id)).children).toEqual([workoutOf(last).id]);
  const query = { fromMs: Date.parse('2026-11-07T00:00:00Z'), toMs: Date.parse('2026-11-08T00:00:00Z') };
  const { answer } = await sumWorkouts(world.reads, world.scope, { ...query, by: 'family' });
  expect([answer.counted, answer.setAside]).toEqual([0, 1]);
});

test('WKT13 a text that is no id is of no workout, and the database is not asked for it', async () => {
  const id = 'a'.repeat(5_000);
  world.sends.count = 0;
  // A key of over a kilobyte is a fault there.
  expect(await loadWorkout(world.reads, world.scope, id)).toBeUndefined();
  expect(world.sends.count).toBe(0);
  await expect(world.get(id)).rejects.toMatchObject({ code: 'workout.not_found' });
});
