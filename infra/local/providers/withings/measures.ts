/** What a scale or a cuff sends: whole numbers with a power of ten, `72345` and `-3` for 72.345 kg. */

export interface Measure {
  readonly value: number;
  readonly type: number;
  readonly unit: number;
}

/** Measure types by what they hold; the number is Withings' own. */
export const MEASURE_TYPE = {
  weight: 1,
  height: 4,
  leanMass: 5,
  fatRatio: 6,
  fatMass: 8,
  diastolic: 9,
  systolic: 10,
  pulse: 11,
  spo2: 54,
  bodyTemperature: 71,
  skinTemperature: 73,
  muscleMass: 76,
  hydration: 77,
  boneMass: 88,
  pulseWaveVelocity: 91,
  vo2Max: 123,
  vascularAge: 155,
  visceralFat: 170,
  basalMetabolicRate: 226,
} as const;

export type MeasureName = keyof typeof MEASURE_TYPE;

/** `exponent` is 0 or below. */
export const measure = (name: MeasureName, real: number, exponent: number): Measure => ({
  value: Math.round(real * 10 ** -exponent),
  type: MEASURE_TYPE[name],
  unit: exponent,
});

/** The number that a reader of the measure has to arrive at. */
export const realOf = ({ value, unit }: Measure): number => value / 10 ** -unit;
