import { type HealthPlatform, measured } from './type-mapping.ts';

/**
 * SleepSessionRecord.STAGE_TYPE_...; 0 is unknown and is left out. Awake in bed is awake, as it is on the other
 * platforms.
 */
const SLEEP_STAGES = {
  1: 'awake',
  2: 'asleep',
  3: 'out_of_bed',
  4: 'light',
  5: 'deep',
  6: 'rem',
  7: 'awake',
} as const;

/**
 * Health Connect's record classes, their properties, and the metrics these become; compared with the metric
 * catalogue by a test. Not here: BasalMetabolicRateRecord (a rate, where the metric is an amount),
 * BodyWaterMassRecord (a mass, where the metric is a share), and records that are no samples (workouts). A
 * session without stages is sent by the bridge as one reading of stage 2.
 */
export const HEALTH_CONNECT: HealthPlatform = {
  provider: 'health_connect',
  recordsChange: true,
  types: {
    HeartRateRecord: { beatsPerMinute: measured('heart_rate', 'bpm') },
    RestingHeartRateRecord: { beatsPerMinute: measured('resting_heart_rate', 'bpm') },
    HeartRateVariabilityRmssdRecord: { heartRateVariabilityMillis: measured('hrv_rmssd', 'ms') },
    OxygenSaturationRecord: { percentage: measured('spo2', '%') },
    RespiratoryRateRecord: { rate: measured('respiratory_rate', 'breaths/min') },
    BodyTemperatureRecord: { temperature: measured('body_temperature', 'celsius') },
    BasalBodyTemperatureRecord: { temperature: measured('basal_body_temperature', 'celsius') },
    // Baseline and delta added up by the bridge, where there is a baseline.
    SkinTemperatureRecord: { temperature: measured('skin_temperature', 'celsius') },
    BloodPressureRecord: {
      systolic: measured('blood_pressure_systolic', 'mmHg'),
      diastolic: measured('blood_pressure_diastolic', 'mmHg'),
    },
    BloodGlucoseRecord: { level: measured('blood_glucose', 'mmol/L') },
    Vo2MaxRecord: { vo2MillilitersPerMinuteKilogram: measured('vo2_max', 'mL/min/kg') },
    WeightRecord: { weight: measured('weight', 'kg') },
    HeightRecord: { height: measured('height', 'm') },
    BodyFatRecord: { percentage: measured('body_fat', '%') },
    LeanBodyMassRecord: { mass: measured('lean_body_mass', 'kg') },
    BoneMassRecord: { mass: measured('bone_mass', 'kg') },
    StepsRecord: { count: measured('steps', 'count') },
    WheelchairPushesRecord: { count: measured('pushes', 'count') },
    DistanceRecord: { distance: measured('distance', 'm') },
    FloorsClimbedRecord: { floors: measured('floors_climbed', 'floors') },
    ElevationGainedRecord: { elevation: measured('elevation_gain', 'm') },
    ActiveCaloriesBurnedRecord: { energy: measured('active_energy', 'kcal') },
    TotalCaloriesBurnedRecord: { energy: measured('total_energy', 'kcal') },
    SpeedRecord: { speed: measured('speed', 'm/s') },
    StepsCadenceRecord: { rate: measured('cadence', 'steps/min') },
    CyclingPedalingCadenceRecord: { revolutionsPerMinute: measured('cadence', 'rpm') },
    PowerRecord: { power: measured('power', 'W') },
    HydrationRecord: { volume: measured('hydration', 'L') },
    NutritionRecord: { energy: measured('energy_intake', 'kcal') },
    SleepSessionRecord: { stage: { metric: 'sleep_stage', categories: SLEEP_STAGES } },
  },
};
