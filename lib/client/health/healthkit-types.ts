import { type FieldMapping, type HealthPlatform, measured } from './type-mapping.ts';

/** HKUnit strings as the bridge reads, then what is sent: HealthKit's `%` is 0 to 1, which is a fraction. */
const QUANTITIES: Readonly<Record<string, FieldMapping>> = {
  HeartRate: measured('heart_rate', 'count/min'),
  RestingHeartRate: measured('resting_heart_rate', 'count/min'),
  WalkingHeartRateAverage: measured('walking_heart_rate_avg', 'count/min'),
  HeartRateRecoveryOneMinute: measured('heart_rate_recovery_1min', 'count/min'),
  HeartRateVariabilitySDNN: measured('hrv_sdnn', 'ms'),
  OxygenSaturation: measured('spo2', '%', 'fraction'),
  RespiratoryRate: measured('respiratory_rate', 'count/min'),
  BodyTemperature: measured('body_temperature', 'degC'),
  BasalBodyTemperature: measured('basal_body_temperature', 'degC'),
  AppleSleepingWristTemperature: measured('skin_temperature', 'degC'),
  AppleSleepingBreathingDisturbances: measured('breathing_disturbance_index', 'count'),
  BloodPressureSystolic: measured('blood_pressure_systolic', 'mmHg'),
  BloodPressureDiastolic: measured('blood_pressure_diastolic', 'mmHg'),
  BloodGlucose: measured('blood_glucose', 'mg/dL'),
  VO2Max: measured('vo2_max', 'ml/kg*min', 'mL/kg/min'),
  BodyMass: measured('weight', 'kg'),
  Height: measured('height', 'm'),
  BodyMassIndex: measured('bmi', 'count'),
  BodyFatPercentage: measured('body_fat', '%', 'fraction'),
  LeanBodyMass: measured('lean_body_mass', 'kg'),
  WaistCircumference: measured('waist_circumference', 'cm'),
  StepCount: measured('steps', 'count'),
  PushCount: measured('pushes', 'count'),
  DistanceWalkingRunning: measured('distance', 'm'),
  DistanceCycling: measured('distance', 'm'),
  DistanceSwimming: measured('distance', 'm'),
  FlightsClimbed: measured('floors_climbed', 'count'),
  ActiveEnergyBurned: measured('active_energy', 'kcal'),
  BasalEnergyBurned: measured('basal_energy', 'kcal'),
  AppleExerciseTime: measured('active_minutes', 'min'),
  AppleStandTime: measured('stand_time', 'min'),
  PhysicalEffort: measured('met', 'kcal/(kg*hr)'),
  RunningSpeed: measured('speed', 'm/s'),
  CyclingSpeed: measured('speed', 'm/s'),
  CyclingCadence: measured('cadence', 'count/min'),
  RunningPower: measured('power', 'W'),
  CyclingPower: measured('power', 'W'),
  DietaryWater: measured('hydration', 'mL'),
  DietaryEnergyConsumed: measured('energy_intake', 'kcal'),
};

/** HKCategoryValueSleepAnalysis. */
const SLEEP_STAGES = { 0: 'in_bed', 1: 'asleep', 2: 'awake', 3: 'light', 4: 'deep', 5: 'rem' } as const;

/**
 * HealthKit's types with the metrics they become; every record has one reading, `value`. Compared with the
 * metric catalogue by a test: the metric is taken as a sample, and in this unit.
 */
export const HEALTHKIT: HealthPlatform = {
  provider: 'apple_health',
  recordsChange: false,
  types: {
    ...Object.fromEntries(
      Object.entries(QUANTITIES).map(([name, value]) => [`HKQuantityTypeIdentifier${name}`, { value }]),
    ),
    HKCategoryTypeIdentifierSleepAnalysis: { value: { metric: 'sleep_stage', categories: SLEEP_STAGES } },
  },
};
