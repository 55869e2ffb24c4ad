import { describe, expect, test } from 'vitest';
import { mapActivities, mapActivityDetails } from './activities.ts';
import { workoutTypeOf } from './activity-types.ts';

const START = 1_794_990_000;
const SUMMARY = {
  activityName: 'Morning Run',
  activityType: 'TRAIL_RUNNING',
  startTimeInSeconds: START,
  startTimeOffsetInSeconds: 3_600,
  durationInSeconds: 1_860,
  distanceInMeters: 5_010.2,
  activeKilocalories: 410,
  averageHeartRateInBeatsPerMinute: 148,
  maxHeartRateInBeatsPerMinute: 171,
  averageSpeedInMetersPerSecond: 2.69,
  averageRunCadenceInStepsPerMinute: 168,
  totalElevationGainInMeters: 84,
  steps: 5_210,
  deviceName: 'Forerunner 265',
};
const WORKOUT = {
  kind: 'workout',
  externalId: '20914',
  source: { device: { manufacturer: 'Garmin', model: 'Forerunner 265' } },
  start: new Date(START * 1_000).toISOString(),
  end: new Date((START + 1_860) * 1_000).toISOString(),
  zoneOffsetMinutes: 60,
  type: 'trail_running',
  providerType: 'TRAIL_RUNNING',
  title: 'Morning Run',
  isManual: false,
  durationSec: 1_860,
  distanceM: 5_010.2,
  energyKcal: 410,
  avgHeartRateBpm: 148,
  maxHeartRateBpm: 171,
  avgSpeedMps: 2.69,
  avgCadencePerMin: 168,
  elevationGainM: 84,
  stepCount: 5_210,
  values: [],
};

describe('activities', () => {
  test('PRV15 an activity is a workout under its summary id, which may be a number', () => {
    for (const summaryId of ['20914', 20_914]) {
      expect(mapActivities([{ summaryId, activityId: 20_914, ...SUMMARY }]).records).toEqual([WORKOUT]);
    }
  });

  test('PRV15 its details are the same workout, and its course by the device that took it', () => {
    const samples = [
      {
        startTimeInSeconds: START,
        heartRate: 90,
        speedMetersPerSecond: 0,
        stepsPerMinute: 0,
        elevationInMeters: 40,
      },
      {
        startTimeInSeconds: START + 1,
        heartRate: 0,
        speedMetersPerSecond: 2.5,
        bikeCadenceInRPM: 88,
        powerInWatts: 210,
      },
    ];
    const page = mapActivityDetails([
      { summaryId: '20914-detail', activityId: '20914', summary: SUMMARY, samples },
    ]);
    expect(page.records[0]).toEqual(WORKOUT);
    expect(
      page.records
        .slice(1)
        .map((record) =>
          record.kind === 'sample' ? `${record.start} ${record.metric} ${record.value} ${record.unit}` : '',
        ),
    ).toEqual([
      '2026-11-18T08:20:00.000Z heart_rate 90 bpm',
      '2026-11-18T08:20:00.000Z speed 0 m/s',
      '2026-11-18T08:20:00.000Z cadence 0 /min',
      '2026-11-18T08:20:01.000Z speed 2.5 m/s',
      '2026-11-18T08:20:01.000Z cadence 88 /min',
      '2026-11-18T08:20:01.000Z power 210 W',
    ]);
    expect(page.records[1]).toMatchObject({ source: WORKOUT.source, zoneOffsetMinutes: 60 });
  });

  test('PRV15 parts of a multi-sport activity name their parent; by hand is manual; unknown words are other', () => {
    const part = {
      summaryId: '2',
      parentSummaryId: 1,
      activityType: 'UNDERWATER_CHESS',
      startTimeInSeconds: START,
      durationInSeconds: 60,
      manual: true,
      deviceName: 'unknown',
    };
    expect(mapActivities([part]).records).toEqual([
      {
        kind: 'workout',
        externalId: '2',
        parentExternalId: '1',
        source: { device: { manufacturer: 'Garmin' } },
        start: WORKOUT.start,
        end: new Date((START + 60) * 1_000).toISOString(),
        type: 'other',
        providerType: 'UNDERWATER_CHESS',
        isManual: true,
        durationSec: 60,
        values: [],
      },
    ]);
  });

  test('PRV15 names of objects are no activity types', () => {
    expect(['constructor', '__proto__', 'toString', ''].map(workoutTypeOf)).toEqual(Array(4).fill('other'));
    expect(['lap_swimming', 'BIKETORUNTRANSITION_V2'].map(workoutTypeOf)).toEqual([
      'pool_swimming',
      'transition',
    ]);
  });
});
