import { defineMetric, hk } from './define.ts';
import type { Metric } from './metric.ts';
import { AGE, LENGTH, MASS, MASS_INDEX, OXYGEN_UPTAKE, RATING, SHARE, VELOCITY } from './units.ts';

const mass = (min: number, max: number) => ({ unit: 'kg', of: MASS, bounds: [min, max] }) as const;
const share = (min: number, max: number) => ({ unit: '%', of: SHARE, bounds: [min, max] }) as const;
const age = { unit: 'a', of: AGE, bounds: [10, 120] } as const;

export const BODY: readonly Metric[] = [
  defineMetric(
    ['vo2_max', 'Maximal oxygen uptake'],
    'last',
    { unit: 'mL/min/kg', of: OXYGEN_UPTAKE, bounds: [5, 100] },
    { loinc: '94122-9', healthKit: hk('VO2Max'), healthConnect: 'Vo2MaxRecord' },
  ),
  defineMetric(['weight', 'Body weight'], 'last', mass(1, 650), {
    loinc: '29463-7',
    healthKit: hk('BodyMass'),
    healthConnect: 'WeightRecord',
  }),
  defineMetric(
    ['height', 'Height'],
    'last',
    { unit: 'm', of: LENGTH, bounds: [0.3, 3] },
    {
      loinc: '8302-2',
      healthKit: hk('Height'),
      healthConnect: 'HeightRecord',
    },
  ),
  defineMetric(
    ['bmi', 'Body mass index'],
    'last',
    { unit: 'kg/m2', of: MASS_INDEX, bounds: [5, 120] },
    {
      loinc: '39156-5',
      healthKit: hk('BodyMassIndex'),
    },
  ),
  defineMetric(['body_fat', 'Body fat'], 'last', share(1, 80), {
    loinc: '41982-0',
    healthKit: hk('BodyFatPercentage'),
    healthConnect: 'BodyFatRecord',
  }),
  defineMetric(['fat_mass', 'Fat mass'], 'last', mass(0, 400)),
  defineMetric(['lean_body_mass', 'Lean body mass'], 'last', mass(1, 250), {
    loinc: '91557-9',
    healthKit: hk('LeanBodyMass'),
    healthConnect: 'LeanBodyMassRecord',
  }),
  defineMetric(['muscle_mass', 'Muscle mass'], 'last', mass(1, 200)),
  defineMetric(['bone_mass', 'Bone mass'], 'last', mass(0, 20), { healthConnect: 'BoneMassRecord' }),
  defineMetric(['body_water', 'Body water'], 'last', share(10, 90), {
    healthConnect: 'BodyWaterMassRecord',
  }),
  defineMetric(['visceral_fat_index', 'Visceral fat index'], 'last', {
    unit: '1',
    of: RATING,
    bounds: [0, 60],
  }),
  defineMetric(
    ['waist_circumference', 'Waist circumference'],
    'last',
    { unit: 'cm', of: LENGTH, bounds: [20, 300] },
    { loinc: '8280-0', healthKit: hk('WaistCircumference') },
  ),
  defineMetric(['pulse_wave_velocity', 'Pulse wave velocity'], 'last', {
    unit: 'm/s',
    of: VELOCITY,
    bounds: [2, 30],
  }),
  defineMetric(['vascular_age', 'Vascular age'], 'last', age),
  defineMetric(['fitness_age', 'Fitness age'], 'last', age),
];
