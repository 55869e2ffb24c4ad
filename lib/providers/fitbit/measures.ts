import * as z from 'zod';
import type { DataType } from '../definition.ts';
import { measured, unlessZero } from '../measured.ts';
import { Numeric, optional } from '../payload-fields.ts';
import { type PointType, pointType } from './points.ts';
import { SCOPES } from './scopes.ts';

const number = optional(Numeric);

type Names = readonly [path: string, json: string, title: string];
const namesOf = ([path, json, title]: Names) => ({ path, json, title, filter: path.replaceAll('-', '_') });

/** One value above zero in one field. */
const measure = (
  names: Names,
  [field, metric, unit]: readonly [field: string, metric: string, unit: string],
  kind: Pick<PointType<z.ZodRawShape>, 'when' | 'action' | 'scope'>,
): DataType =>
  pointType({
    ...kind,
    names: namesOf(names),
    metrics: [metric],
    fields: { [field]: number },
    values: (fields) => measured(metric, unlessZero(fields[field]), unit),
  });

const STREAM = { when: 'sample', action: 'reconcile', scope: SCOPES.metrics } as const;
const DAY = { when: 'day', action: 'reconcile', scope: SCOPES.metrics } as const;
/** Entries that can be named, by source: somebody may delete them. */
const ENTRY = { when: 'sample', action: 'list', scope: SCOPES.metrics } as const;

/** RMSSD is taken from the night's average below, as the app shows it and as other providers give it. */
const variability = measure(
  ['heart-rate-variability', 'heartRateVariability', 'Heart rate variability (SDNN)'],
  ['standardDeviationMilliseconds', 'hrv_sdnn', 'ms'],
  STREAM,
);

const nightVariability = pointType({
  ...DAY,
  names: namesOf(['daily-heart-rate-variability', 'dailyHeartRateVariability', 'Variability of the night']),
  metrics: ['hrv_rmssd', 'hrv_rmssd_deep_sleep', 'sleeping_heart_rate_avg'],
  fields: {
    averageHeartRateVariabilityMilliseconds: number,
    deepSleepRootMeanSquareOfSuccessiveDifferencesMilliseconds: number,
    nonRemHeartRateBeatsPerMinute: number,
  },
  values: (fields) => [
    ...measured('hrv_rmssd', unlessZero(fields.averageHeartRateVariabilityMilliseconds), 'ms'),
    ...measured(
      'hrv_rmssd_deep_sleep',
      unlessZero(fields.deepSleepRootMeanSquareOfSuccessiveDifferencesMilliseconds),
      'ms',
    ),
    ...measured('sleeping_heart_rate_avg', unlessZero(fields.nonRemHeartRateBeatsPerMinute), 'bpm'),
  ],
});

/** The deviation is from the median of thirty nights. Both are rounded to what a double keeps of a difference. */
const nightTemperature = pointType({
  ...DAY,
  names: namesOf([
    'daily-sleep-temperature-derivations',
    'dailySleepTemperatureDerivations',
    'Skin temperature of the night',
  ]),
  metrics: ['skin_temperature', 'skin_temperature_deviation'],
  fields: { nightlyTemperatureCelsius: Numeric, baselineTemperatureCelsius: number },
  values: ({ nightlyTemperatureCelsius: nightly, baselineTemperatureCelsius: baseline }) => [
    ...measured('skin_temperature', nightly, 'Cel'),
    ...measured(
      'skin_temperature_deviation',
      baseline === undefined ? undefined : Number((nightly - baseline).toFixed(6)),
      'Cel',
    ),
  ],
});

const hydration = pointType({
  when: 'either',
  action: 'list',
  scope: SCOPES.nutrition,
  names: namesOf(['hydration-log', 'hydrationLog', 'Water drunk']),
  metrics: ['hydration'],
  fields: { amountConsumed: z.object({ milliliters: Numeric }) },
  values: ({ amountConsumed }) => measured('hydration', amountConsumed.milliliters, 'mL'),
});

/** Entries without energy, such as a glass of water, say nothing of it. */
const nutrition = pointType({
  when: 'either',
  action: 'list',
  scope: SCOPES.nutrition,
  names: namesOf(['nutrition-log', 'nutritionLog', 'Food eaten']),
  metrics: ['energy_intake'],
  fields: { energy: optional(z.object({ kcal: number })) },
  values: ({ energy }) => measured('energy_intake', energy?.kcal, 'kcal'),
});

const ACTIVITY_DAY = { ...DAY, scope: SCOPES.activity };
const ACTIVITY_STREAM = { ...STREAM, scope: SCOPES.activity };

/** `oxygen-saturation` and `respiratory-rate-sleep-summary` say the same as the types taken here. */
export const MEASURE_TYPES: readonly DataType[] = [
  measure(['heart-rate', 'heartRate', 'Heart rate'], ['beatsPerMinute', 'heart_rate', 'bpm'], STREAM),
  variability,
  nightVariability,
  measure(
    ['daily-resting-heart-rate', 'dailyRestingHeartRate', 'Resting heart rate'],
    ['beatsPerMinute', 'resting_heart_rate', 'bpm'],
    DAY,
  ),
  measure(
    ['daily-oxygen-saturation', 'dailyOxygenSaturation', 'Oxygen saturation of the night'],
    ['averagePercentage', 'spo2', '%'],
    DAY,
  ),
  measure(
    ['daily-respiratory-rate', 'dailyRespiratoryRate', 'Respiratory rate of the night'],
    ['breathsPerMinute', 'respiratory_rate', 'breaths/min'],
    DAY,
  ),
  nightTemperature,
  measure(
    ['core-body-temperature', 'coreBodyTemperature', 'Body temperature'],
    ['temperatureCelsius', 'body_temperature', 'Cel'],
    ENTRY,
  ),
  measure(
    ['blood-glucose', 'bloodGlucose', 'Blood glucose'],
    ['bloodGlucoseMilligramsPerDeciliter', 'blood_glucose', 'mg/dL'],
    ENTRY,
  ),
  measure(['weight', 'weight', 'Weight'], ['weightGrams', 'weight', 'g'], ENTRY),
  measure(['body-fat', 'bodyFat', 'Body fat'], ['percentage', 'body_fat', '%'], ENTRY),
  measure(['height', 'height', 'Height'], ['heightMillimeters', 'height', 'mm'], ENTRY),
  measure(
    ['daily-vo2-max', 'dailyVo2Max', 'Cardio fitness'],
    ['vo2Max', 'vo2_max', 'mL/min/kg'],
    ACTIVITY_DAY,
  ),
  measure(['vo2-max', 'vo2Max', 'VO2 max'], ['vo2Max', 'vo2_max', 'mL/min/kg'], ACTIVITY_STREAM),
  measure(
    ['run-vo2-max', 'runVo2Max', 'VO2 max of a run'],
    ['runVo2Max', 'vo2_max', 'mL/min/kg'],
    ACTIVITY_STREAM,
  ),
  hydration,
  nutrition,
];
