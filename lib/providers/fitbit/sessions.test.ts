import { describe, expect, test } from 'vitest';
import type { EpochMs } from '../../core/instants.ts';
import { EXERCISE_TYPE } from './exercise.ts';
import { workoutTypeOf } from './exercise-types.ts';
import { SLEEP_TYPE } from './sleep.ts';

const CONTEXT = { timeZone: 'Asia/Tokyo', nowMs: Date.parse('2026-11-21T00:00:00Z') as EpochMs };
const NIGHT = {
  interval: {
    startTime: '2026-11-17T22:00:00Z',
    startUtcOffset: '3600s',
    endTime: '2026-11-18T05:00:00Z',
    endUtcOffset: '3600s',
  },
  type: 'STAGES',
  stages: [
    { type: 'DEEP', startTime: '2026-11-17T23:00:00Z', endTime: '2026-11-18T01:00:00Z' },
    { type: 'LIGHT', startTime: '2026-11-17T22:00:00Z', endTime: '2026-11-17T23:00:00Z' },
    { type: 'SOMETHING_NEW', startTime: '2026-11-18T01:00:00Z', endTime: '2026-11-18T02:00:00Z' },
    { type: 'REM', startTime: '2026-11-18T00:30:00Z', endTime: '2026-11-18T02:00:00Z' },
    { type: 'RESTLESS', startTime: '2026-11-18T02:00:00Z', endTime: '2026-11-18T02:10:00Z' },
  ],
  summary: {
    minutesInSleepPeriod: '420',
    minutesAsleep: '378',
    minutesAwake: '42',
    minutesToFallAsleep: '7',
    stagesSummary: [
      { type: 'DEEP', minutes: '80', count: '3' },
      { type: 'LIGHT', minutes: '208', count: '20' },
      { type: 'REM', minutes: '90', count: '5' },
      { type: 'AWAKE', minutes: '42', count: '19' },
    ],
  },
  metadata: { processed: true, mainSleep: true, nap: false },
  updateTime: '2026-11-18T06:00:00Z',
};
const POINT = {
  name: 'users/me/dataTypes/sleep/dataPoints/77',
  dataSource: {
    platform: 'FITBIT',
    device: { displayName: 'Charge 6', manufacturer: 'Fitbit', formFactor: 'FITNESS_BAND' },
  },
};
const sleepOf = (fields: object) =>
  SLEEP_TYPE.map({ dataPoints: [{ ...POINT, sleep: { ...NIGHT, ...fields } }] }, CONTEXT);

describe('sleep', () => {
  test('PRV39 a main sleep has its stages in order, its totals, and the values of the day of waking up', () => {
    expect(sleepOf({}).records).toEqual([
      {
        kind: 'sleep',
        externalId: '77',
        revision: '2026-11-18T06:00:00Z',
        source: { device: { manufacturer: 'Fitbit', model: 'Charge 6', type: 'band' } },
        start: '2026-11-17T22:00:00.000Z',
        end: '2026-11-18T05:00:00.000Z',
        zoneOffsetMinutes: 60,
        date: '2026-11-18',
        isNap: false,
        isFinal: true,
        stages: [
          { stage: 'light', start: '2026-11-17T22:00:00.000Z', end: '2026-11-17T23:00:00.000Z' },
          { stage: 'deep', start: '2026-11-17T23:00:00.000Z', end: '2026-11-18T01:00:00.000Z' },
          { stage: 'rem', start: '2026-11-18T01:00:00.000Z', end: '2026-11-18T02:00:00.000Z' },
          { stage: 'awake', start: '2026-11-18T02:00:00.000Z', end: '2026-11-18T02:10:00.000Z' },
        ],
        totals: {
          inBedMin: 420,
          asleepMin: 378,
          deepMin: 80,
          lightMin: 208,
          remMin: 90,
          awakeMin: 42,
          latencyMin: 7,
        },
        values: [
          { metric: 'sleep_duration', value: 378, unit: 'min' },
          { metric: 'time_in_bed', value: 420, unit: 'min' },
          { metric: 'sleep_awake', value: 42, unit: 'min' },
          { metric: 'sleep_latency', value: 7, unit: 'min' },
          { metric: 'sleep_deep', value: 80, unit: 'min' },
          { metric: 'sleep_light', value: 208, unit: 'min' },
          { metric: 'sleep_rem', value: 90, unit: 'min' },
          { metric: 'awakenings_count', value: 19, unit: 'count' },
          { metric: 'sleep_efficiency', value: 90, unit: '%' },
        ],
      },
    ]);
  });

  test('PRV39 a nap and a second sleep have no values of the day', () => {
    for (const metadata of [{ nap: true }, { nap: true, mainSleep: true }, { mainSleep: false }]) {
      expect(sleepOf({ metadata }).records).toMatchObject([{ isNap: metadata.nap === true, values: [] }]);
    }
  });

  test('PRV39 a session that is still computed is not final, and has no stages yet', () => {
    const page = sleepOf({ metadata: { processed: false }, stages: undefined, summary: undefined });
    expect(page.records).toMatchObject([{ isFinal: false, stages: [], totals: {}, values: [] }]);
  });

  test('PRV39 without an offset the date is that of the account; without a name there is no record', () => {
    const interval = { startTime: '2026-11-17T12:00:00Z', endTime: '2026-11-17T21:00:00Z' };
    expect(sleepOf({ interval }).records).toMatchObject([{ date: '2026-11-18' }]);
    const page = SLEEP_TYPE.map({ dataPoints: [{ sleep: NIGHT }] }, CONTEXT);
    expect(page.unreadable).toEqual([{ index: 0, reason: 'name: missing' }]);
    expect(SLEEP_TYPE.deletionOf?.('77')).toEqual([
      { kind: 'record_deletion', of: 'sleep', externalId: '77' },
    ]);
  });
});

describe('exercises', () => {
  const exercise = {
    interval: { startTime: '2026-11-18T16:00:00Z', startUtcOffset: '3600s', endTime: '2026-11-18T17:00:00Z' },
    exerciseType: 'BIKING',
    displayName: 'Home by the river',
    activeDuration: '3480s',
    metricsSummary: {
      caloriesKcal: 512.4,
      distanceMillimeters: 21_450_500,
      steps: '0',
      averageHeartRateBeatsPerMinute: '139',
      averageSpeedMillimetersPerSecond: 6_163,
      elevationGainMillimeters: '120500',
    },
    splits: [],
  };
  const point = {
    name: 'users/me/dataTypes/exercise/dataPoints/e-1',
    dataSource: { recordingMethod: 'MANUAL' },
    exercise,
  };

  test('PRV48 an exercise is a workout in metres and seconds', () => {
    expect(EXERCISE_TYPE.map({ dataPoints: [point] }, CONTEXT).records).toEqual([
      {
        kind: 'workout',
        externalId: 'e-1',
        source: {},
        start: '2026-11-18T16:00:00.000Z',
        end: '2026-11-18T17:00:00.000Z',
        zoneOffsetMinutes: 60,
        type: 'cycling',
        providerType: 'BIKING',
        title: 'Home by the river',
        isManual: true,
        durationSec: 3_600,
        movingSec: 3_480,
        distanceM: 21_450.5,
        energyKcal: 512.4,
        avgHeartRateBpm: 139,
        avgSpeedMps: 6.163,
        elevationGainM: 120.5,
        stepCount: 0,
        values: [],
      },
    ]);
    expect(EXERCISE_TYPE.deletionOf?.('e-1')).toEqual([
      { kind: 'record_deletion', of: 'workout', externalId: 'e-1' },
    ]);
  });

  test('PRV48 a type that is not known is other, in its own words', () => {
    const odd = {
      ...point,
      exercise: { ...exercise, exerciseType: 'EXTREME_IRONING', activeDuration: undefined },
    };
    expect(EXERCISE_TYPE.map({ dataPoints: [odd] }, CONTEXT).records).toMatchObject([
      { type: 'other', providerType: 'EXTREME_IRONING' },
    ]);
    expect(['constructor', '__proto__'].map(workoutTypeOf)).toEqual(['other', 'other']);
  });

  test('PRV48 a duration of another form sets the exercise aside', () => {
    const page = EXERCISE_TYPE.map(
      { dataPoints: [{ ...point, exercise: { ...exercise, activeDuration: 'PT1H' } }] },
      CONTEXT,
    );
    expect(page.unreadable).toEqual([{ index: 0, reason: 'exercise.activeDuration: expected a duration' }]);
  });
});
