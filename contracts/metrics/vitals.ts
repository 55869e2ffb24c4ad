import { defineMetric, hk } from './define.ts';
import type { Metric } from './metric.ts';
import {
  BREATH_RATE,
  GLUCOSE,
  HEART_RATE,
  INDEX,
  PRESSURE,
  SHARE,
  TEMPERATURE,
  TEMPERATURE_DIFFERENCE,
  TIME,
} from './units.ts';

const HOUR_MS = 3_600_000;
const beats = (min: number, max: number) => ({ unit: '/min', of: HEART_RATE, bounds: [min, max] }) as const;
const variability = (max: number) => ({ unit: 'ms', of: TIME, bounds: [1, max] }) as const;
const celsius = (min: number, max: number) => ({ unit: 'Cel', of: TEMPERATURE, bounds: [min, max] }) as const;
const pressure = (min: number, max: number) =>
  ({ unit: 'mm[Hg]', of: PRESSURE, bounds: [min, max] }) as const;
/** Spot readings, several a day. */
const SPOT = { bucket: 'day', maxDurationMs: HOUR_MS } as const;

const HEART: readonly Metric[] = [
  defineMetric(['heart_rate', 'Heart rate'], 'mean', beats(20, 300), {
    // Twelve hours keep the look-back of a reader within one day bucket.
    maxDurationMs: 12 * HOUR_MS,
    expectedSamplesPerHour: 60,
    loinc: '8867-4',
    healthKit: hk('HeartRate'),
    healthConnect: 'HeartRateRecord',
  }),
  defineMetric(['resting_heart_rate', 'Resting heart rate'], 'daily', beats(20, 150), {
    loinc: '40443-4',
    healthKit: hk('RestingHeartRate'),
    healthConnect: 'RestingHeartRateRecord',
  }),
  defineMetric(['sleeping_heart_rate_avg', 'Average heart rate asleep'], 'daily', beats(20, 200), {
    loinc: '103222-6',
  }),
  defineMetric(['heart_rate_min', 'Lowest heart rate of a day or workout'], 'minmax', beats(20, 300)),
  defineMetric(['heart_rate_max', 'Highest heart rate of a day or workout'], 'minmax', beats(20, 300)),
  defineMetric(['walking_heart_rate_avg', 'Average heart rate walking'], 'daily', beats(30, 220), {
    healthKit: hk('WalkingHeartRateAverage'),
  }),
  defineMetric(['heart_rate_recovery_1min', 'Heart rate recovery in one minute'], 'last', beats(0, 120), {
    healthKit: hk('HeartRateRecoveryOneMinute'),
  }),
  defineMetric(['hrv_rmssd', 'Heart rate variability (RMSSD)'], 'mean', variability(300), {
    healthConnect: 'HeartRateVariabilityRmssdRecord',
  }),
  defineMetric(['hrv_sdnn', 'Heart rate variability (SDNN)'], 'mean', variability(400), {
    expectedSamplesPerHour: 1,
    loinc: '80404-7',
    healthKit: hk('HeartRateVariabilitySDNN'),
  }),
  defineMetric(
    ['hrv_rmssd_deep_sleep', 'Heart rate variability in deep sleep (RMSSD)'],
    'daily',
    variability(300),
  ),
];

const BREATH_AND_WARMTH: readonly Metric[] = [
  defineMetric(
    ['spo2', 'Oxygen saturation'],
    'mean',
    { unit: '%', of: SHARE, bounds: [50, 100] },
    {
      loinc: '59408-5',
      healthKit: hk('OxygenSaturation'),
      healthConnect: 'OxygenSaturationRecord',
    },
  ),
  defineMetric(
    ['respiratory_rate', 'Respiratory rate'],
    'mean',
    { unit: '/min', of: BREATH_RATE, bounds: [4, 60] },
    { loinc: '9279-1', healthKit: hk('RespiratoryRate'), healthConnect: 'RespiratoryRateRecord' },
  ),
  defineMetric(['body_temperature', 'Core body temperature'], 'last', celsius(30, 45), {
    ...SPOT,
    loinc: '8310-5',
    healthKit: hk('BodyTemperature'),
    healthConnect: 'BodyTemperatureRecord',
  }),
  defineMetric(['basal_body_temperature', 'Basal body temperature'], 'last', celsius(30, 45), {
    healthKit: hk('BasalBodyTemperature'),
    healthConnect: 'BasalBodyTemperatureRecord',
  }),
  defineMetric(['skin_temperature', 'Skin temperature'], 'mean', celsius(10, 45), {
    healthKit: hk('AppleSleepingWristTemperature'),
    healthConnect: 'SkinTemperatureRecord',
  }),
  defineMetric(
    ['skin_temperature_deviation', "Skin temperature, deviation from the wearer's baseline"],
    'daily',
    { unit: 'K', of: TEMPERATURE_DIFFERENCE, bounds: [-10, 10] },
    { healthConnect: 'SkinTemperatureRecord' },
  ),
  defineMetric(
    ['breathing_disturbance_index', 'Breathing disturbances per hour asleep'],
    'daily',
    { unit: '1', of: INDEX, bounds: [0, 150] },
    { healthKit: hk('AppleSleepingBreathingDisturbances') },
  ),
];

const BLOOD: readonly Metric[] = [
  defineMetric(['blood_pressure_systolic', 'Systolic blood pressure'], 'last', pressure(40, 300), {
    ...SPOT,
    loinc: '8480-6',
    healthKit: hk('BloodPressureSystolic'),
    healthConnect: 'BloodPressureRecord',
  }),
  defineMetric(['blood_pressure_diastolic', 'Diastolic blood pressure'], 'last', pressure(20, 200), {
    ...SPOT,
    loinc: '8462-4',
    healthKit: hk('BloodPressureDiastolic'),
    healthConnect: 'BloodPressureRecord',
  }),
  defineMetric(['pulse_at_bp', 'Pulse at a blood pressure reading'], 'last', beats(20, 300), SPOT),
  defineMetric(
    ['blood_glucose', 'Blood glucose'],
    'last',
    { unit: 'mg/dL', of: GLUCOSE, bounds: [10, 900] },
    {
      ...SPOT,
      expectedSamplesPerHour: 12,
      loinc: '41653-7',
      healthKit: hk('BloodGlucose'),
      healthConnect: 'BloodGlucoseRecord',
    },
  ),
];

export const VITALS: readonly Metric[] = [...HEART, ...BREATH_AND_WARMTH, ...BLOOD];
