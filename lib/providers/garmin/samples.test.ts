import { describe, expect, test } from 'vitest';
import { metricOf } from '../../../contracts/metrics/catalog.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { MappedPage, SampleRecord } from '../model.ts';
import { mapBloodPressures, mapBodyCompositions } from './body-measures.ts';
import { mapHealthSnapshots, mapHrv, mapPulseOx, mapRespiration, mapStressDetails } from './courses.ts';
import { mapDailies } from './dailies.ts';
import { mapSkinTemperatures, mapUserMetrics } from './day-measures.ts';
import { mapEpochs } from './epochs.ts';

const CONTEXT = { timeZone: 'America/New_York', nowMs: Date.parse('2026-11-21T00:00:00Z') as EpochMs };
/** 2026-11-17T23:00:00Z, midnight of the 18th at +01:00. */
const START = 1_794_956_400;
const samplesOf = (page: MappedPage): readonly SampleRecord[] =>
  page.records.flatMap((record) => (record.kind === 'sample' ? [record] : []));
const brief = (page: MappedPage): readonly string[] => samplesOf(page).map(inWords);

const DAILY = {
  userId: 'u-1',
  summaryId: 'x15-1',
  calendarDate: '2026-11-18',
  startTimeInSeconds: START,
  startTimeOffsetInSeconds: 3_600,
  durationInSeconds: 43_200,
  steps: 4_211,
  pushes: 0,
  distanceInMeters: 3_100.5,
  activeKilocalories: 250,
  bmrKilocalories: 850,
  floorsClimbed: 4,
  moderateIntensityDurationInSeconds: 600,
  vigorousIntensityDurationInSeconds: 120,
  averageHeartRateInBeatsPerMinute: 71,
  restingHeartRateInBeatsPerMinute: 51,
  minHeartRateInBeatsPerMinute: 46,
  maxHeartRateInBeatsPerMinute: 141,
  averageStressLevel: 28,
  timeOffsetHeartRateSamples: { '15': 55, '30': 0, '45': null, '60': 57 },
  someNewField: { of: 'tomorrow' },
};

/** `metric value unit`; the unit is one that the metric takes. */
function inWords({ metric, value, unit }: SampleRecord): string {
  expect([metric, unit, metricOf(metric)?.acceptedUnits[unit] !== undefined]).toEqual([metric, unit, true]);
  return `${metric} ${value} ${unit}`;
}

describe('days', () => {
  test('PRV10 a day is known by its date, spans it on its own clock, and holds what Garmin counted', () => {
    const page = mapDailies([DAILY], CONTEXT);
    expect(page.unreadable).toEqual([]);
    expect(brief(page)).toEqual([
      'steps 4211 steps',
      'distance 3100.5 m',
      'floors_climbed 4 count',
      'active_energy 250 kcal',
      'basal_energy 850 kcal',
      'active_minutes 720 s',
      'resting_heart_rate 51 bpm',
      'heart_rate_min 46 bpm',
      'heart_rate_max 141 bpm',
      'heart_rate 55 bpm',
      'heart_rate 57 bpm',
    ]);
    expect(samplesOf(page)[0]).toMatchObject({
      start: '2026-11-18T00:00:00',
      end: '2026-11-19T00:00:00+01:00',
      zoneOffsetMinutes: 60,
      recordId: 'dailies:2026-11-18',
    });
    expect(samplesOf(page).at(-1)).toEqual({
      kind: 'sample',
      source: { device: { manufacturer: 'Garmin' } },
      metric: 'heart_rate',
      start: '2026-11-17T23:01:00.000Z',
      zoneOffsetMinutes: 60,
      value: 57,
      unit: 'bpm',
    });
  });

  test('PRV10 a longer summary of the day is newer, and of two as long the one with more movement', () => {
    const revisionOf = (fields: object): unknown =>
      samplesOf(mapDailies([{ ...DAILY, ...fields }], CONTEXT))[0]?.revision;
    const revisions = [
      { durationInSeconds: 43_200, steps: 9_999 },
      { durationInSeconds: 86_400, steps: 4_300 },
      { durationInSeconds: 86_400, steps: 4_301 },
      { durationInSeconds: 90_000, steps: 0 },
    ].map(revisionOf);
    expect(revisions).toEqual([...revisions].sort((left, right) => Number(left) - Number(right)));
    expect(new Set(revisions).size).toBe(4);
    expect(revisions.every(Number.isSafeInteger)).toBe(true);
  });

  test('PRV10 a day without a watch has its zeros, and no heart rate', () => {
    const bare = {
      summaryId: 'x',
      calendarDate: '2026-11-18',
      startTimeInSeconds: START,
      durationInSeconds: 900,
    };
    expect(brief(mapDailies([bare], CONTEXT))).toEqual([]);
    expect(brief(mapDailies([{ ...bare, steps: 0, timeOffsetHeartRateSamples: {} }], CONTEXT))).toEqual([
      'steps 0 steps',
    ]);
  });

  test('PRV10 a field of another type sets that day aside and no other', () => {
    const page = mapDailies(
      [{ ...DAILY, steps: { count: 4 } }, DAILY, { ...DAILY, calendarDate: undefined }],
      CONTEXT,
    );
    expect(page.unreadable.map(({ index, externalId }) => [index, externalId])).toEqual([
      [0, 'x15-1'],
      [2, 'x15-1'],
    ]);
    expect(page.fetchedCount).toBe(3);
    expect(brief(page)).toHaveLength(11);
  });
});

describe('quarters of an hour', () => {
  const quarter = (fields: object) => ({
    summaryId: 'e',
    startTimeInSeconds: START,
    startTimeOffsetInSeconds: 3_600,
    durationInSeconds: 900,
    ...fields,
  });

  test('PRV11 the kinds of activity within a quarter become one effort, weighed by active time', () => {
    const page = mapEpochs([
      quarter({ activityType: 'WALKING', steps: 100, met: 3, activeTimeInSeconds: 300 }),
      quarter({ activityType: 'RUNNING', steps: 500, met: 9, activeTimeInSeconds: 600 }),
      quarter({ activityType: 'SEDENTARY', met: 1, startTimeInSeconds: START + 900 }),
      quarter({ activityType: 'WALKING', met: 2, startTimeInSeconds: START + 900 }),
      quarter({ activityType: 'SEDENTARY', steps: 0, startTimeInSeconds: START + 1_800 }),
    ]);
    expect(brief(page)).toEqual(['met 7 MET', 'met 1.5 MET']);
    expect(samplesOf(page)[0]).toMatchObject({
      start: '2026-11-17T23:00:00.000Z',
      end: '2026-11-17T23:15:00.000Z',
      zoneOffsetMinutes: 60,
    });
  });

  test('PRV11 the same kind sent twice in a page counts once, as it was sent last', () => {
    const page = mapEpochs([
      quarter({ activityType: 'WALKING', met: 3 }),
      quarter({ activityType: 'WALKING', met: 4 }),
    ]);
    expect(brief(page)).toEqual(['met 4 MET']);
    expect(page.fetchedCount).toBe(2);
  });
});

describe('courses', () => {
  const timed = { summaryId: 's-1', startTimeInSeconds: START, startTimeOffsetInSeconds: 3_600 };

  test('PRV12 stress is from 1 on, a body battery may be empty, and the codes for no value are none', () => {
    const page = mapStressDetails([
      {
        ...timed,
        timeOffsetStressLevelValues: { '0': 1, '180': 0, '360': -1, '540': -5, '720': 88 },
        timeOffsetBodyBatteryValues: { '0': 0, '180': 100, '360': 255, '540': -1 },
      },
    ]);
    expect(brief(page)).toEqual([
      'stress_level 1 {score}',
      'stress_level 88 {score}',
      'body_battery 0 {score}',
      'body_battery 100 {score}',
    ]);
  });

  test('PRV12 zero is no saturation and no breath', () => {
    expect(
      brief(mapPulseOx([{ ...timed, timeOffsetSpo2Values: { '0': 96, '60': 0 }, onDemand: false }])),
    ).toEqual(['spo2 96 %']);
    const breaths = { ...timed, timeOffsetEpochToBreaths: { '0': 14.5, '60': 0, '120': -1 } };
    expect(brief(mapRespiration([breaths]))).toEqual(['respiratory_rate 14.5 breaths/min']);
  });

  test('PRV12 the average of the night goes before the variability of five minutes that it is made of', () => {
    const night = {
      ...timed,
      calendarDate: '2026-11-18',
      lastNight5MinHigh: 71,
      hrvValues: { '300': 40, '600': 48 },
    };
    expect(brief(mapHrv([night, { ...night, lastNightAvg: 0 }], CONTEXT))).toEqual(
      Array(2).fill(['hrv_rmssd 40 ms', 'hrv_rmssd 48 ms']).flat(),
    );
    const average = samplesOf(mapHrv([{ ...night, lastNightAvg: 44 }], CONTEXT));
    expect(average).toMatchObject([{ metric: 'hrv_rmssd', value: 44, recordId: 'hrv:2026-11-18' }]);
    expect(average).toHaveLength(1);
  });

  test('PRV12 a snapshot gives its variability; its offset has two names', () => {
    const snapshot = {
      summaryId: 'h-1',
      startTimeInSeconds: START,
      offsetStartTimeInSeconds: -18_000,
      durationInSeconds: 120,
      summaries: [
        { summaryType: 'heart_rate', avgValue: 60, epochSummaries: { '0': 61 } },
        { summaryType: 'rmssd_hrv', avgValue: 38 },
        { summaryType: 'sdrr_hrv', avgValue: 52 },
      ],
    };
    expect(samplesOf(mapHealthSnapshots([snapshot]))).toMatchObject([
      {
        metric: 'hrv_sdnn',
        value: 52,
        unit: 'ms',
        recordId: 'h-1',
        zoneOffsetMinutes: -300,
        end: '2026-11-17T23:02:00.000Z',
      },
    ]);
  });

  test('PRV12 a key of a course that is no number of seconds sets the summary aside', () => {
    const page = mapPulseOx([{ ...timed, timeOffsetSpo2Values: { soon: 96 } }]);
    expect(page.unreadable).toEqual([
      { index: 0, reason: 'timeOffsetSpo2Values.?: invalid key', externalId: 's-1' },
    ]);
  });
});

describe('measurements', () => {
  const moment = {
    summaryId: 'm-1',
    measurementTimeInSeconds: START,
    measurementTimeOffsetInSeconds: -18_000,
  };

  test('PRV13 a weighing has what the scale measured; zeros are missing', () => {
    const full = {
      ...moment,
      weightInGrams: 71_500,
      bodyFatInPercent: 18.2,
      bodyMassIndex: 22.9,
      muscleMassInGrams: 33_100,
      boneMassInGrams: 3_200,
      bodyWaterInPercent: 0,
    };
    expect(brief(mapBodyCompositions([full]))).toEqual([
      'weight 71500 g',
      'body_fat 18.2 %',
      'bmi 22.9 kg/m2',
      'muscle_mass 33100 g',
      'bone_mass 3200 g',
    ]);
    expect(samplesOf(mapBodyCompositions([full]))[0]).toMatchObject({
      start: '2026-11-17T23:00:00.000Z',
      zoneOffsetMinutes: -300,
      recordId: 'm-1',
    });
  });

  test('PRV13 a blood pressure is a pair, the upper above the lower', () => {
    const page = mapBloodPressures([
      { ...moment, systolic: 121, diastolic: 79, pulse: 62, sourceType: 'MANUAL' },
      { ...moment, summaryId: 'm-2', systolic: 79, diastolic: 121 },
    ]);
    expect(brief(page)).toEqual([
      'blood_pressure_systolic 121 mmHg',
      'blood_pressure_diastolic 79 mmHg',
      'pulse_at_bp 62 bpm',
    ]);
    expect(samplesOf(page)[0]?.source).toEqual({});
    expect(page.unreadable).toEqual([
      { index: 1, reason: 'systolic: not above diastolic', externalId: 'm-2' },
    ]);
  });

  test('PRV13 estimates of a date lie on it, in the zone of the account', () => {
    const metrics = {
      summaryId: 'u',
      calendarDate: '2026-11-18',
      vo2Max: 48.5,
      vo2MaxCycling: 51,
      fitnessAge: 31,
    };
    expect(samplesOf(mapUserMetrics([metrics], CONTEXT))).toMatchObject([
      { metric: 'vo2_max', value: 48.5, zoneOffsetMinutes: -300, recordId: 'userMetrics:2026-11-18' },
      { metric: 'fitness_age', value: 31, unit: 'a' },
    ]);
    const skin = {
      summaryId: 's',
      calendarDate: '2026-11-18',
      avgDeviationCelsius: -0.4,
      durationInSeconds: 25_200,
    };
    expect(brief(mapSkinTemperatures([skin, { ...skin, avgDeviationCelsius: 0 }], CONTEXT))).toEqual([
      'skin_temperature_deviation -0.4 Cel',
      'skin_temperature_deviation 0 Cel',
    ]);
  });
});
