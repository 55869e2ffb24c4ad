import type { UnitConversion } from './metric.ts';

/**
 * Every unit that is taken at the door, by quantity, as an exact fraction of the quantity's base unit
 * (ING9). Names are UCUM codes and what the providers write. Three traps are decided here:
 * - `%` is 0 to 100. HealthKit calls a 0-to-1 value `%`: its importer sends the unit `fraction`.
 * - `Cal` and `kcal` are the same; a lower-case `cal` is refused, for half the world means a kilocalorie.
 * - a Celsius degree is an instant's temperature for temperatures and a difference for deviations.
 */
export interface UnitScale {
  /** Base units = sent * numerator / denominator + offset. Integers, so that the fractions are exact. */
  readonly numerator: number;
  readonly denominator: number;
  readonly offset?: number;
}
export type Quantity = Readonly<Record<string, UnitScale>>;

const ONE: UnitScale = { numerator: 1, denominator: 1 };
const scale = (numerator: number, denominator: number): UnitScale => ({ numerator, denominator });
const named = (names: readonly string[], unitScale: UnitScale = ONE): Quantity =>
  Object.fromEntries(names.map((name) => [name, unitScale]));

/** Base /min. `count/s` is how HealthKit itself keeps heart rates. */
const RATE: Quantity = {
  ...named(['/min', '1/min', 'count/min', 'counts/min']),
  ...named(['Hz', '/s', 'count/s'], scale(60, 1)),
};
export const HEART_RATE: Quantity = { ...RATE, ...named(['bpm', 'BPM', 'beats/min', '{beats}/min']) };
export const BREATH_RATE: Quantity = {
  ...RATE,
  ...named(['breaths/min', '{breaths}/min', 'brpm', 'rpm']),
};
export const CADENCE: Quantity = {
  ...RATE,
  ...named(['rpm', 'spm', 'steps/min', '{steps}/min', 'rev/min', '{rev}/min']),
};

const COUNT: Quantity = named(['{count}', 'count', '1']);
export const STEPS: Quantity = { ...COUNT, ...named(['{steps}', 'steps', 'step']) };
export const EVENTS: Quantity = { ...COUNT, ...named(['{events}', 'events', 'times']) };
export const PUSHES: Quantity = { ...COUNT, ...named(['{pushes}', 'pushes']) };
export const FLOORS: Quantity = { ...COUNT, ...named(['{floors}', 'floors', 'flights']) };

/** Base %. */
export const SHARE: Quantity = { ...named(['%', 'percent']), fraction: scale(100, 1) };
/** A score that its provider calls a percentage. */
export const SHARE_SCORE: Quantity = { ...SHARE, ...named(['{score}', 'score', 'points']) };
export const SCORE: Quantity = named(['{score}', 'score', '1', 'points']);
/** `count` is how HealthKit exports dimensionless values. */
export const INDEX: Quantity = named(['1', 'index', '{index}', 'count', '/h', 'count/h']);
export const RATING: Quantity = named(['1', 'index', '{index}', '{score}', 'score', 'count']);

/** Base kcal of 4.184 kJ exactly (thermochemical, as UCUM's). */
export const ENERGY: Quantity = {
  ...named(['kcal', 'Cal', 'Calories', 'kilocalories']),
  ...named(['kJ', 'kilojoule', 'kilojoules'], scale(125, 523)),
  ...named(['J', 'joule', 'joules'], scale(1, 4184)),
};

/** Base m. The international foot is 0.3048 m exactly. */
export const LENGTH: Quantity = {
  ...named(['m', 'meter', 'meters', 'metre', 'metres']),
  ...named(['km', 'kilometers', 'kilometres'], scale(1000, 1)),
  ...named(['cm', 'centimeters', 'centimetres'], scale(1, 100)),
  ...named(['mm', 'millimeters', 'millimetres'], scale(1, 1000)),
  ...named(['mi', '[mi_i]', 'mile', 'miles'], scale(201_168, 125)),
  ...named(['yd', '[yd_i]', 'yards'], scale(1143, 1250)),
  ...named(['ft', '[ft_i]', 'foot', 'feet'], scale(381, 1250)),
  ...named(['in', '[in_i]', 'inch', 'inches'], scale(127, 5000)),
};

/** Base kg. The avoirdupois pound is 0.45359237 kg exactly. */
export const MASS: Quantity = {
  ...named(['kg', 'kilogram', 'kilograms']),
  ...named(['g', 'gram', 'grams'], scale(1, 1000)),
  ...named(['lb', 'lbs', '[lb_av]', 'pound', 'pounds'], scale(45_359_237, 100_000_000)),
  ...named(['oz', '[oz_av]', 'ounces'], scale(45_359_237, 1_600_000_000)),
  ...named(['st', '[stone_av]', 'stone'], scale(317_514_659, 50_000_000)),
};

/** Base Cel. */
export const TEMPERATURE: Quantity = {
  ...named(['Cel', 'degC', '°C', 'celsius']),
  ...named(['[degF]', 'degF', '°F', 'fahrenheit'], { numerator: 5, denominator: 9, offset: -160 / 9 }),
  K: { numerator: 1, denominator: 1, offset: -273.15 },
};
/** Base K: differences, where a kelvin and a degree Celsius are one. */
export const TEMPERATURE_DIFFERENCE: Quantity = {
  ...named(['K', 'Cel', 'degC', '°C', 'celsius']),
  ...named(['[degF]', 'degF', '°F', 'fahrenheit'], scale(5, 9)),
};

/** Base s. */
export const TIME: Quantity = {
  ...named(['s', 'sec', 'second', 'seconds']),
  ...named(['ms', 'msec', 'milliseconds', 'millis'], scale(1, 1000)),
  ...named(['min', 'minute', 'minutes'], scale(60, 1)),
  ...named(['h', 'hr', 'hour', 'hours'], scale(3600, 1)),
};
export const AGE: Quantity = named(['a', 'year', 'years', 'yr']);

/** Base mL. The US fluid ounce is 29.5735295625 mL, the imperial one 28.4130625 mL exactly. */
export const VOLUME: Quantity = {
  ...named(['mL', 'ml', 'milliliters', 'millilitres']),
  ...named(['L', 'l', 'liters', 'litres'], scale(1000, 1)),
  ...named(['cL', 'cl'], scale(10, 1)),
  ...named(['dL', 'dl'], scale(100, 1)),
  ...named(['fl_oz_us', '[foz_us]'], scale(473_176_473, 16_000_000)),
  ...named(['fl_oz_imp', '[foz_br]'], scale(454_609, 16_000)),
  ...named(['cup_us', '[cup_us]'], scale(473_176_473, 2_000_000)),
};

/** Base mg/dL, for glucose of 180.156 g/mol. The third molar name is HealthKit's own. */
export const GLUCOSE: Quantity = {
  ...named(['mg/dL', 'mg/dl']),
  ...named(['mmol/L', 'mmol/l', 'mmol<180.15588000005408>/L'], scale(45_039, 2500)),
  ...named(['g/L', 'g/l'], scale(100, 1)),
};

/** Base mm[Hg] of 133.322 Pa (UCUM). */
export const PRESSURE: Quantity = {
  ...named(['mm[Hg]', 'mmHg']),
  kPa: scale(500_000, 66_661),
};

/** Base m/s. */
export const VELOCITY: Quantity = {
  ...named(['m/s', 'meters/second']),
  'mm/s': scale(1, 1000),
  ...named(['km/h', 'km/hr', 'kph', 'kmh'], scale(5, 18)),
  ...named(['mi/h', 'mi/hr', '[mi_i]/h', 'mph'], scale(1397, 3125)),
};

/** Base mL/min/kg. `mL/min·kg` is HealthKit's name in its export. */
export const OXYGEN_UPTAKE: Quantity = named([
  'mL/min/kg',
  'mL/kg/min',
  'ml/min/kg',
  'ml/kg/min',
  'mL/(kg.min)',
  'mL/(min.kg)',
  'mL/(kg*min)',
  'ml/(kg*min)',
  'mL/min·kg',
]);
export const POWER: Quantity = { ...named(['W', 'watt', 'watts']), kW: scale(1000, 1) };
/** Base {MET}: one kilocalorie per kilogram and hour. `kcal/hr·kg` is HealthKit's name in its export. */
export const EFFORT: Quantity = named([
  '{MET}',
  'MET',
  'METs',
  'kcal/(kg·h)',
  'kcal/(kg.h)',
  'kcal/(kg*h)',
  'kcal/(kg*hr)',
  'kcal/hr·kg',
]);
export const MASS_INDEX: Quantity = named(['kg/m2', 'kg/m^2', 'kg/m²', 'count', '1']);
/** Categories have no measure; a unit sent along may be one of these. */
export const CATEGORY: Quantity = named(['1', '{stage}', 'category']);

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}

/**
 * The quantity's units as conversions into `unit`, which must be one of them and have no offset of its
 * own. Fractions are reduced, so that `unit` itself is 1/1 + 0.
 */
export function conversionsInto(unit: string, quantity: Quantity): Readonly<Record<string, UnitConversion>> {
  const target = quantity[unit];
  if (target === undefined || target.offset !== undefined) {
    throw new Error(`"${unit}" cannot be the canonical unit of its quantity`);
  }
  return Object.fromEntries(
    Object.entries(quantity).map(([name, sent]) => {
      const numerator = sent.numerator * target.denominator;
      const denominator = sent.denominator * target.numerator;
      const divisor = greatestCommonDivisor(numerator, denominator);
      const offset = ((sent.offset ?? 0) * target.denominator) / target.numerator;
      return [name, { numerator: numerator / divisor, denominator: denominator / divisor, offset }];
    }),
  );
}

/**
 * A value in the canonical unit. Identity conversions return it untouched; the others are rounded to the
 * 15 digits that a double keeps of any decimal, so that 0.28 as a fraction is 28 %, not
 * 28.000000000000004. Values beyond the doubles come out as infinite: bounds refuse them.
 */
export function toCanonical(sent: number, conversion: UnitConversion): number {
  const { numerator, denominator, offset } = conversion;
  if (numerator === denominator && offset === 0) return sent;
  const converted = (sent * numerator) / denominator + offset;
  return Number.isFinite(converted) ? Number(converted.toPrecision(15)) : converted;
}
