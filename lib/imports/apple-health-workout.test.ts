import { expect, test } from 'vitest';
import { WorkoutInput } from '../../contracts/http/workout-writes.ts';
import { HEALTHKIT_WORKOUTS } from '../../contracts/records/healthkit-workouts.ts';
import { readAppleHealth } from './apple-health.ts';
import type { ImportItem } from './model.ts';

const RUN =
  'workoutActivityType="HKWorkoutActivityTypeRunning" duration="30.5" durationUnit="min" sourceName="Watch" creationDate="2026-01-02 08:31:00 +0100" startDate="2026-01-02 08:00:00 +0100" endDate="2026-01-02 08:30:30 +0100"';

async function* chunksOf(text: string) {
  for (let at = 0; at < text.length; at += 11) yield Buffer.from(text.slice(at, at + 11));
}
async function itemsOf(...workouts: readonly string[]): Promise<readonly ImportItem[]> {
  const items: ImportItem[] = [];
  for await (const item of readAppleHealth(chunksOf(`<HealthData>${workouts.join('')}</HealthData>`)))
    items.push(item);
  return items;
}
async function workoutOf(attributes: string, inner = '') {
  const [item] = await itemsOf(`<Workout ${attributes}>${inner}</Workout>`);
  if (item?.kind !== 'workout') throw new Error(`a workout is wanted, and this is ${item?.kind}`);
  expect(WorkoutInput.safeParse(item.workout).success).toBe(true);
  return item.workout;
}

test('IMP9 statistics of newer exports are read in their units, those of parts are not', async () => {
  const stat = (type: string, rest: string) =>
    `<WorkoutStatistics type="HKQuantityTypeIdentifier${type}" startDate="x" endDate="y" ${rest}/>`;
  const part = `<WorkoutActivity uuid="u">${stat('HeartRate', 'average="99" maximum="99" unit="count/min"')}<MetadataEntry key="HKIndoorWorkout" value="1"/></WorkoutActivity>`;
  const inner = [
    '<MetadataEntry key="HKTimeZone" value="America/New_York"/>',
    '<MetadataEntry key="HKElevationAscended" value="5300 cm"/>',
    '<WorkoutEvent type="HKWorkoutEventTypePause"/>',
    stat('DistanceWalkingRunning', 'sum="3.1" unit="mi"'),
    stat('ActiveEnergyBurned', 'sum="1255.2" unit="kJ"'),
    stat('HeartRate', 'average="151.5" minimum="90" maximum="180" unit="count/min"'),
    stat('StepCount', 'sum="5012" unit="count"'),
    stat('RunningPower', 'average="251" unit="W"'),
    part,
  ].join('');
  expect(await workoutOf(RUN, inner)).toEqual({
    externalId: expect.stringMatching(/^export-[0-9a-f]{32}$/),
    providerType: 'HKWorkoutActivityTypeRunning',
    start: '2026-01-02T02:00:00-05:00',
    end: '2026-01-02T02:30:30-05:00',
    durationSec: 1_830,
    distanceM: 4_988.966,
    energyKcal: 300,
    avgHeartRateBpm: 151.5,
    maxHeartRateBpm: 180,
    elevationGainM: 53,
    stepCount: 5_012,
    avgPowerW: 251,
  });
});

test('IMP9 what older exports say in attributes is read, and a 0 that stands for nothing is nothing', async () => {
  const totals =
    'totalDistance="5.2" totalDistanceUnit="km" totalEnergyBurned="0" totalEnergyBurnedUnit="kcal"';
  const workout = await workoutOf(`${RUN} ${totals}`);
  expect(workout).toMatchObject({ distanceM: 5_200, start: '2026-01-02T08:00:00+01:00' });
  expect(workout).not.toHaveProperty('energyKcal');
  const odd = await workoutOf(`${RUN} totalDistance="five" totalDistanceUnit="km"`);
  expect(odd).not.toHaveProperty('distanceM');
});

test('IMP9 the identity holds when a later export writes the same times on another clock, or renames the source', async () => {
  const first = await workoutOf(RUN);
  const later = RUN.replaceAll('08:', '16:').replaceAll('+0100', '+0900').replace('"Watch"', '"My Watch"');
  expect((await workoutOf(later)).externalId).toBe(first.externalId);
  const other = RUN.replace('endDate="2026-01-02 08:30:30', 'endDate="2026-01-02 08:30:31');
  expect((await workoutOf(other)).externalId).not.toBe(first.externalId);
  const old = RUN.replace(/creationDate="[^"]*"/, '');
  expect((await workoutOf(old)).externalId).not.toBe(
    (await workoutOf(old.replace('"Watch"', '"Phone"'))).externalId,
  );
});

test('IMP9 what was done indoors, in a pool or entered by hand is told by metadata', async () => {
  const typed = async (word: string, key: string, value = '1') => {
    const workout = await workoutOf(
      RUN.replace('Running', word),
      `<MetadataEntry key="${key}" value="${value}"/>`,
    );
    return [workout.type, workout.isManual];
  };
  expect(await typed('Cycling', 'HKIndoorWorkout')).toEqual(['indoor_cycling', undefined]);
  expect(await typed('Cycling', 'HKIndoorWorkout', '0')).toEqual([undefined, undefined]);
  expect(await typed('Swimming', 'HKSwimmingLocationType')).toEqual(['pool_swimming', undefined]);
  expect(await typed('Swimming', 'HKSwimmingLocationType', '2')).toEqual(['open_water_swimming', undefined]);
  expect(await typed('Walking', 'HKWasUserEntered')).toEqual([undefined, true]);
});

test('IMP2 a workout without times or type is listed with its line', async () => {
  expect(
    await itemsOf(
      `<Workout ${RUN.replace('2026-01-02 08:00:00', '2026-13-02 08:00:00')}/>`,
      `<Workout ${RUN.replace('HKWorkoutActivityTypeRunning', '')}/>`,
    ),
  ).toMatchObject([{ kind: 'unreadable' }, { kind: 'unreadable' }]);
});

test('IMP9 every activity type of HealthKit has a type of ours', () => {
  expect(Object.keys(HEALTHKIT_WORKOUTS).length).toBeGreaterThan(80);
  const lost = Object.entries(HEALTHKIT_WORKOUTS).filter(([, type]) => type === 'other');
  expect(lost.length).toBeLessThan(25);
});
