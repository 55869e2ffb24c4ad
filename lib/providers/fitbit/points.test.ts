import { describe, expect, test } from 'vitest';
import { metricOf } from '../../../contracts/metrics/catalog.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { DataType } from '../definition.ts';
import type { SampleRecord } from '../model.ts';
import { fitbit } from './fitbit.ts';

const CONTEXT = { timeZone: 'Europe/Berlin', nowMs: Date.parse('2026-11-21T00:00:00Z') as EpochMs };
const typeOf = (code: string): DataType => {
  const found = fitbit.dataTypes.find((type) => type.code === code);
  if (found === undefined) throw new Error(`no type ${code}`);
  return found;
};
const mapped = (code: string, dataPoints: unknown, context = CONTEXT) =>
  typeOf(code).map({ dataPoints }, context);
const samplesOf = (code: string, dataPoints: unknown): readonly SampleRecord[] =>
  mapped(code, dataPoints).records.flatMap((record) => (record.kind === 'sample' ? [record] : []));
const brief = (code: string, dataPoints: unknown): readonly string[] =>
  samplesOf(code, dataPoints).map(inWords);

const interval = {
  startTime: '2026-11-18T08:14:00Z',
  startUtcOffset: '3600s',
  endTime: '2026-11-18T08:15:00Z',
  endUtcOffset: '3600s',
  civilStartTime: { date: { year: 2026, month: 11, day: 18 }, time: { hours: 9, minutes: 14 } },
};
const sampleTime = { physicalTime: '2026-11-18T08:14:30Z', utcOffset: '-18000s' };
const date = { year: 2026, month: 11, day: 18 };

/** `metric value unit`; the unit is one that the metric takes. */
function inWords({ metric, value, unit }: SampleRecord): string {
  expect([metric, unit, metricOf(metric)?.acceptedUnits[unit] !== undefined]).toEqual([metric, unit, true]);
  return `${metric} ${value} ${unit}`;
}

describe('points', () => {
  test('PRV19 an interval has its count, though that is text, and the offset of its start', () => {
    expect(samplesOf('steps', [{ steps: { count: '57', interval } }])).toEqual([
      {
        kind: 'sample',
        source: {},
        metric: 'steps',
        start: '2026-11-18T08:14:00.000Z',
        end: '2026-11-18T08:15:00.000Z',
        zoneOffsetMinutes: 60,
        value: 57,
        unit: 'steps',
      },
    ]);
  });

  test.each([
    ['distance', { distance: { millimeters: '41500', interval } }, ['distance 41500 mm']],
    ['floors', { floors: { count: '3', interval } }, ['floors_climbed 3 count']],
    ['altitude', { altitude: { gainMillimeters: '9144', interval } }, ['elevation_gain 9144 mm']],
    ['active-energy-burned', { activeEnergyBurned: { kcal: 3.25, interval } }, ['active_energy 3.25 kcal']],
    ['basal-energy-burned', { basalEnergyBurned: { kcal: 1.2, interval } }, ['basal_energy 1.2 kcal']],
    ['heart-rate', { heartRate: { beatsPerMinute: '61', sampleTime } }, ['heart_rate 61 bpm']],
    [
      'heart-rate-variability',
      {
        heartRateVariability: {
          rootMeanSquareOfSuccessiveDifferencesMilliseconds: 41.5,
          standardDeviationMilliseconds: 52,
          sampleTime,
        },
      },
      ['hrv_sdnn 52 ms'],
    ],
    [
      'daily-heart-rate-variability',
      {
        dailyHeartRateVariability: {
          averageHeartRateVariabilityMilliseconds: 40,
          deepSleepRootMeanSquareOfSuccessiveDifferencesMilliseconds: 47,
          nonRemHeartRateBeatsPerMinute: '52',
          date,
        },
      },
      ['hrv_rmssd 40 ms', 'hrv_rmssd_deep_sleep 47 ms', 'sleeping_heart_rate_avg 52 bpm'],
    ],
    [
      'daily-resting-heart-rate',
      { dailyRestingHeartRate: { beatsPerMinute: '55', date } },
      ['resting_heart_rate 55 bpm'],
    ],
    [
      'daily-oxygen-saturation',
      { dailyOxygenSaturation: { averagePercentage: 96.5, lowerBoundPercentage: 93, date } },
      ['spo2 96.5 %'],
    ],
    [
      'daily-respiratory-rate',
      { dailyRespiratoryRate: { breathsPerMinute: 14.2, date } },
      ['respiratory_rate 14.2 breaths/min'],
    ],
    [
      'daily-sleep-temperature-derivations',
      {
        dailySleepTemperatureDerivations: {
          nightlyTemperatureCelsius: 33.4,
          baselineTemperatureCelsius: 33.7,
          date,
        },
      },
      ['skin_temperature 33.4 Cel', 'skin_temperature_deviation -0.3 Cel'],
    ],
    [
      'core-body-temperature',
      { coreBodyTemperature: { temperatureCelsius: 36.7, sampleTime } },
      ['body_temperature 36.7 Cel'],
    ],
    [
      'blood-glucose',
      { bloodGlucose: { bloodGlucoseMilligramsPerDeciliter: 92, sampleTime } },
      ['blood_glucose 92 mg/dL'],
    ],
    ['weight', { weight: { weightGrams: 71_500, sampleTime } }, ['weight 71500 g']],
    ['body-fat', { bodyFat: { percentage: 18.4, sampleTime } }, ['body_fat 18.4 %']],
    ['height', { height: { heightMillimeters: '1780', sampleTime } }, ['height 1780 mm']],
    [
      'daily-vo2-max',
      { dailyVo2Max: { vo2Max: 44.1, cardioFitnessLevel: 'GOOD', date } },
      ['vo2_max 44.1 mL/min/kg'],
    ],
    ['vo2-max', { vo2Max: { vo2Max: 45, measurementMethod: 'LAB', sampleTime } }, ['vo2_max 45 mL/min/kg']],
    ['run-vo2-max', { runVo2Max: { runVo2Max: 46.2, sampleTime } }, ['vo2_max 46.2 mL/min/kg']],
    [
      'hydration-log',
      { hydrationLog: { amountConsumed: { milliliters: 250 }, interval } },
      ['hydration 250 mL'],
    ],
    [
      'hydration-log',
      { hydrationLog: { amountConsumed: { milliliters: 250 }, sampleTime } },
      ['hydration 250 mL'],
    ],
    [
      'nutrition-log',
      { nutritionLog: { energy: { kcal: 610 }, mealType: 'LUNCH', interval } },
      ['energy_intake 610 kcal'],
    ],
    ['nutrition-log', { nutritionLog: { foodDisplayName: 'Water', interval } }, []],
  ])('PRV19 %s is read as documented', (code, point, expected) => {
    expect(brief(code, [point])).toEqual(expected);
    expect(mapped(code, [point]).unreadable).toEqual([]);
  });

  test('PRV19 active minutes are the moderate and vigorous ones', () => {
    const levels = (...activeMinutesByActivityLevel: unknown[]) => [
      { activeMinutes: { activeMinutesByActivityLevel, interval } },
    ];
    const all = [
      { activityLevel: 'LIGHT', activeMinutes: '30' },
      { activityLevel: 'MODERATE', activeMinutes: '4' },
      { activityLevel: 'VIGOROUS', activeMinutes: '2' },
    ];
    expect(brief('active-minutes', levels(...all))).toEqual(['active_minutes 6 min']);
    expect(brief('active-minutes', levels(all[0]))).toEqual([]);
  });

  test('PRV19 a point that can be named is known by its id, and has its device as source', () => {
    const name = 'users/me/dataTypes/weight/dataPoints/9875412';
    const dataSource = {
      platform: 'FITBIT',
      recordingMethod: 'MANUAL',
      device: { displayName: 'Aria Air', manufacturer: 'Fitbit', formFactor: 'SCALE' },
      application: { packageName: 'com.example.scale' },
    };
    expect(
      samplesOf('weight', [{ name, dataSource, weight: { weightGrams: 71_500, sampleTime } }]),
    ).toMatchObject([
      {
        recordId: '9875412',
        source: {
          device: { manufacturer: 'Fitbit', model: 'Aria Air', type: 'scale' },
          app: 'com.example.scale',
        },
        zoneOffsetMinutes: -300,
      },
    ]);
    expect(typeOf('weight').deletionOf?.('9875412')).toEqual([
      { kind: 'sample_deletion', metrics: ['weight'], recordId: '9875412' },
    ]);
    expect(typeOf('steps').deletionOf).toBeUndefined();
  });

  test('PRV19 a value of a day lies on its date, and a moment without an offset on the clock of the account', () => {
    expect(
      samplesOf('daily-resting-heart-rate', [{ dailyRestingHeartRate: { beatsPerMinute: '55', date } }]),
    ).toMatchObject([
      {
        start: '2026-11-18T00:00:00',
        end: '2026-11-19T00:00:00+01:00',
        zoneOffsetMinutes: 60,
        recordId: 'daily-resting-heart-rate:2026-11-18',
      },
    ]);
    const bare = [
      { heartRate: { beatsPerMinute: '61', sampleTime: { physicalTime: '2026-07-18T08:14:30Z' } } },
    ];
    expect(samplesOf('heart-rate', bare)[0]?.zoneOffsetMinutes).toBe(120);
    const nowhere = typeOf('heart-rate').map({ dataPoints: bare }, { ...CONTEXT, timeZone: undefined });
    expect('zoneOffsetMinutes' in (nowhere.records[0] ?? {})).toBe(false);
  });

  test('PRV19 zero is no heart rate; a bad point is set aside alone; no list is an empty page', () => {
    expect(brief('heart-rate', [{ heartRate: { beatsPerMinute: '0', sampleTime } }])).toEqual([]);
    const page = mapped('steps', [
      { steps: { count: 'many', interval } },
      { steps: { count: '5' } },
      { steps: { count: '5', interval: { ...interval, endTime: '2026-11-18T08:13:00Z' } } },
      { steps: { count: '6', interval } },
      { distance: {} },
    ]);
    expect(page.unreadable.map(({ index, reason }) => [index, reason])).toEqual([
      [0, expect.stringMatching(/^steps\.count: /)],
      [1, 'steps: without a time'],
      [2, 'steps.interval.endTime: end before start'],
      [4, 'steps: expected object'],
    ]);
    expect(page.records).toHaveLength(1);
    expect(typeOf('steps').map({}, CONTEXT)).toEqual({ records: [], unreadable: [], fetchedCount: 0 });
    expect(typeOf('steps').map([], CONTEXT).unreadable).toHaveLength(1);
  });
});

describe('roll-ups of days', () => {
  const rollup = (code: string, json: string, fields: object) =>
    typeOf(code).map(
      {
        rollupDataPoints: [
          { civilStartTime: { date }, civilEndTime: { date: { ...date, day: 19 } }, [json]: fields },
        ],
      },
      CONTEXT,
    ).records;

  test('PRV38 what cannot be listed comes as one value for each local date', () => {
    expect(rollup('total-calories', 'totalCalories', { kcalSum: 2_210.5 })).toEqual([
      {
        kind: 'sample',
        source: {},
        metric: 'total_energy',
        start: '2026-11-18T00:00:00',
        end: '2026-11-19T00:00:00+01:00',
        zoneOffsetMinutes: 60,
        value: 2_210.5,
        unit: 'kcal',
        recordId: 'total-calories:2026-11-18',
      },
    ]);
    expect(rollup('sedentary-period', 'sedentaryPeriod', { durationSum: '36000s' })).toMatchObject([
      { metric: 'sedentary_time', value: 36_000, unit: 's' },
    ]);
    const range = { beatsPerMinuteAvg: 71.4, beatsPerMinuteMin: 47, beatsPerMinuteMax: 151 };
    expect(rollup('heart-rate-of-days', 'heartRate', range)).toMatchObject([
      { metric: 'heart_rate_min', value: 47 },
      { metric: 'heart_rate_max', value: 151 },
    ]);
  });
});
