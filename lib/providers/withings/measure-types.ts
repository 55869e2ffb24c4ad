import type { DayValue } from '../model.ts';
import type { EntryFault } from '../read-list.ts';

/** Types of measures that are taken (providers.md 7 and 11), with the unit that the value has. */
export const METRIC_OF: Readonly<Record<number, { readonly metric: string; readonly unit: string }>> = {
  1: { metric: 'weight', unit: 'kg' },
  4: { metric: 'height', unit: 'm' },
  5: { metric: 'lean_body_mass', unit: 'kg' },
  6: { metric: 'body_fat', unit: '%' },
  8: { metric: 'fat_mass', unit: 'kg' },
  9: { metric: 'blood_pressure_diastolic', unit: 'mm[Hg]' },
  10: { metric: 'blood_pressure_systolic', unit: 'mm[Hg]' },
  11: { metric: 'heart_rate', unit: '/min' },
  12: { metric: 'body_temperature', unit: 'Cel' },
  54: { metric: 'spo2', unit: '%' },
  71: { metric: 'body_temperature', unit: 'Cel' },
  73: { metric: 'skin_temperature', unit: 'Cel' },
  76: { metric: 'muscle_mass', unit: 'kg' },
  77: { metric: 'body_water', unit: 'kg' },
  88: { metric: 'bone_mass', unit: 'kg' },
  91: { metric: 'pulse_wave_velocity', unit: 'm/s' },
  123: { metric: 'vo2_max', unit: 'mL/min/kg' },
  155: { metric: 'vascular_age', unit: 'a' },
  170: { metric: 'visceral_fat_index', unit: '1' },
  226: { metric: 'basal_energy', unit: 'kcal' },
};

const WEIGHT = 1;
const DIASTOLIC = 9;
const SYSTOLIC = 10;
const PULSE = 11;
const TEMPERATURE = 12;
const BODY_TEMPERATURE = 71;
const WATER = 77;

interface Measure {
  readonly value: number;
  readonly type: number;
  readonly unit: number;
}

/**
 * What one group measured. The pulse of a blood pressure is that reading's own; water comes in kilograms and is
 * told as a share of the weight in the same group, or not at all; 0 is no reading. A group whose systolic is not
 * above its diastolic is a fault.
 */
export function valuesOf(measures: readonly Measure[]): readonly DayValue[] | EntryFault {
  const read = new Map<number, number>();
  for (const { type, value, unit } of measures) {
    const real = realValue(value, unit);
    if (real > 0) read.set(type, real);
  }
  const [systolic, diastolic] = [read.get(SYSTOLIC), read.get(DIASTOLIC)];
  if (systolic !== undefined && diastolic !== undefined && systolic <= diastolic)
    return { fault: 'measures: systolic not above diastolic' };
  return [...read].flatMap(([type, value]) => toValue(read, type, value));
}

function toValue(read: ReadonlyMap<number, number>, type: number, value: number): readonly DayValue[] {
  const known = METRIC_OF[type];
  if (known === undefined || (type === TEMPERATURE && read.has(BODY_TEMPERATURE))) return [];
  if (type === PULSE && read.has(SYSTOLIC)) return [{ ...known, metric: 'pulse_at_bp', value }];
  if (type !== WATER) return [{ ...known, value }];
  const weight = read.get(WEIGHT);
  return weight === undefined ? [] : [{ metric: known.metric, value: value / weight, unit: 'fraction' }];
}

/** `72345` and `-3` are 72.345: the decimal text is exact where a product of powers is not. */
const realValue = (value: number, exponent: number): number => Number(`${value}e${exponent}`);
