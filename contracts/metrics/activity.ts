import { defineMetric, hk } from './define.ts';
import type { Metric } from './metric.ts';
import {
  CADENCE,
  EFFORT,
  ENERGY,
  FLOORS,
  LENGTH,
  POWER,
  PUSHES,
  STEPS,
  TIME,
  VELOCITY,
  VOLUME,
} from './units.ts';

const metres = (max: number) => ({ unit: 'm', of: LENGTH, bounds: [0, max] }) as const;
const energy = (max: number) => ({ unit: 'kcal', of: ENERGY, bounds: [0, max] }) as const;
const minutes = { unit: 'min', of: TIME, bounds: [0, 1440] } as const;
const EVERY_MINUTE = { expectedSamplesPerHour: 60 } as const;

const MOVEMENT: readonly Metric[] = [
  defineMetric(
    ['steps', 'Steps'],
    'sum',
    { unit: '{steps}', of: STEPS, bounds: [0, 200_000] },
    {
      ...EVERY_MINUTE,
      loinc: '55423-8',
      healthKit: hk('StepCount'),
      healthConnect: 'StepsRecord',
    },
  ),
  defineMetric(
    ['pushes', 'Wheelchair pushes'],
    'sum',
    { unit: '{count}', of: PUSHES, bounds: [0, 100_000] },
    {
      ...EVERY_MINUTE,
      loinc: '96502-0',
      healthKit: hk('PushCount'),
      healthConnect: 'WheelchairPushesRecord',
    },
  ),
  defineMetric(['distance', 'Distance'], 'sum', metres(1_000_000), {
    ...EVERY_MINUTE,
    loinc: '41953-1',
    healthKit: hk('DistanceWalkingRunning'),
    healthKitAliases: [hk('DistanceCycling'), hk('DistanceSwimming')],
    healthConnect: 'DistanceRecord',
  }),
  defineMetric(
    ['floors_climbed', 'Floors climbed'],
    'sum',
    { unit: '{count}', of: FLOORS, bounds: [0, 2000] },
    { loinc: '100304-5', healthKit: hk('FlightsClimbed'), healthConnect: 'FloorsClimbedRecord' },
  ),
  defineMetric(['elevation_gain', 'Elevation gained'], 'sum', metres(20_000), {
    healthConnect: 'ElevationGainedRecord',
  }),
];

const EFFORTS: readonly Metric[] = [
  defineMetric(['active_energy', 'Active energy burned'], 'sum', energy(20_000), {
    ...EVERY_MINUTE,
    loinc: '41981-2',
    healthKit: hk('ActiveEnergyBurned'),
    healthConnect: 'ActiveCaloriesBurnedRecord',
  }),
  defineMetric(['basal_energy', 'Basal energy burned'], 'sum', energy(6000), {
    healthKit: hk('BasalEnergyBurned'),
    healthConnect: 'BasalMetabolicRateRecord',
  }),
  defineMetric(['total_energy', 'Total energy burned'], 'sum', energy(25_000), {
    healthConnect: 'TotalCaloriesBurnedRecord',
  }),
  defineMetric(['active_minutes', 'Moderate and vigorous minutes'], 'sum', minutes, {
    healthKit: hk('AppleExerciseTime'),
  }),
  defineMetric(['sedentary_time', 'Sedentary time'], 'sum', { unit: 's', of: TIME, bounds: [0, 86_400] }),
  defineMetric(['stand_time', 'Stand time'], 'sum', minutes, { healthKit: hk('AppleStandTime') }),
  defineMetric(
    ['met', 'Metabolic equivalent'],
    'mean',
    { unit: '{MET}', of: EFFORT, bounds: [0, 25] },
    {
      ...EVERY_MINUTE,
      healthKit: hk('PhysicalEffort'),
    },
  ),
];

/** Streams inside a workout: dense, so their blocks are an hour wide. */
const STREAMS: readonly Metric[] = [
  defineMetric(
    ['speed', 'Speed'],
    'series',
    { unit: 'm/s', of: VELOCITY, bounds: [0, 60] },
    {
      healthKit: hk('RunningSpeed'),
      healthKitAliases: [hk('CyclingSpeed')],
      healthConnect: 'SpeedRecord',
    },
  ),
  defineMetric(
    ['cadence', 'Cadence'],
    'series',
    { unit: '/min', of: CADENCE, bounds: [0, 300] },
    {
      healthKit: hk('CyclingCadence'),
      healthConnect: 'StepsCadenceRecord',
    },
  ),
  defineMetric(
    ['power', 'Power'],
    'series',
    { unit: 'W', of: POWER, bounds: [0, 3000] },
    {
      healthKit: hk('RunningPower'),
      healthKitAliases: [hk('CyclingPower')],
      healthConnect: 'PowerRecord',
    },
  ),
];

const INTAKE: readonly Metric[] = [
  defineMetric(
    ['hydration', 'Water drunk'],
    'sum',
    { unit: 'mL', of: VOLUME, bounds: [0, 20_000] },
    {
      expectedSamplesPerHour: 0.5,
      healthKit: hk('DietaryWater'),
      healthConnect: 'HydrationRecord',
    },
  ),
  defineMetric(['energy_intake', 'Energy eaten'], 'sum', energy(20_000), {
    expectedSamplesPerHour: 0.25,
    loinc: '9052-2',
    healthKit: hk('DietaryEnergyConsumed'),
    healthConnect: 'NutritionRecord',
  }),
];

export const ACTIVITY: readonly Metric[] = [...MOVEMENT, ...EFFORTS, ...STREAMS, ...INTAKE];
