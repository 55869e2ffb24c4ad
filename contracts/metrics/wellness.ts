import { defineMetric } from './define.ts';
import type { Metric } from './metric.ts';
import { SCORE, SHARE_SCORE, TIME } from './units.ts';

const HOUR_MS = 3_600_000;
const DAY_MIN = 1440;
const score = (max: number) => ({ unit: '{score}', of: SCORE, bounds: [0, max] }) as const;

/** Scores of the providers, each on its provider's own scale, and the records that are not samples. */
export const WELLNESS: readonly Metric[] = [
  defineMetric(['stress_level', 'Stress level'], 'mean', score(100), {
    maxDurationMs: 12 * HOUR_MS,
    expectedSamplesPerHour: 20,
  }),
  defineMetric(['body_battery', 'Body battery'], 'last', score(100), {
    bucket: 'day',
    maxDurationMs: HOUR_MS,
    expectedSamplesPerHour: 20,
  }),
  defineMetric(['recovery_score', 'Recovery score'], 'daily', {
    unit: '%',
    of: SHARE_SCORE,
    bounds: [0, 100],
  }),
  defineMetric(['strain', 'Strain'], 'daily', score(21)),
  // One value per workout, so several a day: they are points, not the one value of a day.
  defineMetric(['training_load', 'Training load of a workout'], 'last', score(5000), {
    maxDurationMs: 48 * HOUR_MS,
  }),
  defineMetric(
    ['workout', 'Workout'],
    'interval',
    { unit: 'min', of: TIME, bounds: [0, 2 * DAY_MIN] },
    { maxDurationMs: 48 * HOUR_MS, healthKit: 'HKWorkout', healthConnect: 'ExerciseSessionRecord' },
  ),
  defineMetric(
    ['menstrual_period', 'Menstrual period'],
    'interval',
    { unit: 'min', of: TIME, bounds: [0, 31 * DAY_MIN] },
    {
      maxDurationMs: 31 * 24 * HOUR_MS,
      healthKit: 'HKCategoryTypeIdentifierMenstrualFlow',
      healthConnect: 'MenstruationPeriodRecord',
    },
  ),
];
