import type { DataType } from '../definition.ts';
import type { RecordKind } from '../model.ts';
import { mapActivities, mapActivityDetails } from './activities.ts';
import { byBackfill } from './backfill.ts';
import { mapBloodPressures, mapBodyCompositions } from './body-measures.ts';
import { mapHealthSnapshots, mapHrv, mapPulseOx, mapRespiration, mapStressDetails } from './courses.ts';
import { mapDailies } from './dailies.ts';
import { mapSkinTemperatures, mapUserMetrics } from './day-measures.ts';
import { mapEpochs } from './epochs.ts';
import { mapSleeps } from './sleeps.ts';

/** Newer applications get 30 days per backfill request, older ones 90. */
const MAX_WINDOW_DAYS = 30;
const HEALTH = ['HEALTH_EXPORT'] as const;
const ACTIVITY = ['ACTIVITY_EXPORT'] as const;

const dataType = (
  [code, title, path = code]: readonly [code: string, title: string, path?: string],
  scopes: readonly string[],
  [metrics, records = []]: readonly [metrics: readonly string[], records?: readonly RecordKind[]],
  map: DataType['map'],
): DataType => ({
  code,
  title,
  scopes,
  produces: { metrics, records },
  maxWindowDays: MAX_WINDOW_DAYS,
  source: byBackfill(path),
  map,
});

const DAILY_METRICS = [
  'steps',
  'pushes',
  'distance',
  'floors_climbed',
  'active_energy',
  'basal_energy',
  'active_minutes',
  'resting_heart_rate',
  'heart_rate_min',
  'heart_rate_max',
  'heart_rate',
];
const NIGHT_METRICS = [
  'sleep_duration',
  'sleep_deep',
  'sleep_light',
  'sleep_rem',
  'sleep_awake',
  'sleep_score',
];
const BODY_METRICS = ['weight', 'body_fat', 'bmi', 'muscle_mass', 'bone_mass', 'body_water'];
const PRESSURE_METRICS = ['blood_pressure_systolic', 'blood_pressure_diastolic', 'pulse_at_bp'];

/** By the names of the notifications; backfills spell some otherwise. */
export const GARMIN_DATA_TYPES: readonly DataType[] = [
  dataType(['dailies', 'Days'], HEALTH, [DAILY_METRICS], mapDailies),
  dataType(['epochs', 'Quarters of an hour'], HEALTH, [['met']], mapEpochs),
  dataType(['sleeps', 'Sleep'], HEALTH, [NIGHT_METRICS, ['sleep']], mapSleeps),
  dataType(['bodyComps', 'Body composition'], HEALTH, [BODY_METRICS], mapBodyCompositions),
  dataType(
    ['stressDetails', 'Stress and body battery'],
    HEALTH,
    [['stress_level', 'body_battery']],
    mapStressDetails,
  ),
  dataType(['userMetrics', 'VO2 max and fitness age'], HEALTH, [['vo2_max', 'fitness_age']], mapUserMetrics),
  dataType(['pulseox', 'Oxygen saturation', 'pulseOx'], HEALTH, [['spo2']], mapPulseOx),
  dataType(
    ['allDayRespiration', 'Respiration', 'respiration'],
    HEALTH,
    [['respiratory_rate']],
    mapRespiration,
  ),
  dataType(['hrv', 'Heart rate variability'], HEALTH, [['hrv_rmssd']], mapHrv),
  dataType(['healthSnapshot', 'Health snapshots'], HEALTH, [['hrv_sdnn']], mapHealthSnapshots),
  dataType(['bloodPressures', 'Blood pressure'], HEALTH, [PRESSURE_METRICS], mapBloodPressures),
  dataType(['skinTemp', 'Skin temperature'], HEALTH, [['skin_temperature_deviation']], mapSkinTemperatures),
  dataType(['activities', 'Activities'], ACTIVITY, [[], ['workout']], mapActivities),
  dataType(
    ['activityDetails', 'Courses of activities'],
    ACTIVITY,
    [['heart_rate', 'speed', 'cadence', 'power'], ['workout']],
    mapActivityDetails,
  ),
];
