import { createHash } from 'node:crypto';
import { HEALTHKIT_WORKOUT_PREFIX } from '../../contracts/records/healthkit-workouts.ts';
import type { EpochMs } from '../core/instants.ts';
import { MINUTE_MS, SECOND_MS, toIsoWithOffset } from '../core/instants.ts';
import { parseIsoTime } from '../core/iso-time.ts';
import { isTimeZone, offsetMinutesAt } from '../core/zones.ts';
import { sourceOf, toInstant } from './apple-health-record.ts';
import type { ImportedWorkout, ImportItem } from './model.ts';

type Attributes = Readonly<Record<string, string>>;

/** A `<Workout>` with what stands in it, as it is read. */
export interface OpenWorkout {
  readonly attributes: Attributes;
  readonly row: number;
  /** By key, of `<MetadataEntry>`. */
  readonly metadata: Map<string, string>;
  /** By type, of the `<WorkoutStatistics>` of the workout as a whole, which exports have from iOS 16 on. */
  readonly statistics: Map<string, Attributes>;
}

const METRES: Readonly<Record<string, number>> = {
  m: 1,
  cm: 0.01,
  km: 1_000,
  mi: 1_609.344,
  yd: 0.9144,
  ft: 0.3048,
};
/** HealthKit writes the calorie of food as `Cal` and as `kcal`. */
const KCALS: Readonly<Record<string, number>> = { kcal: 1, Cal: 1, cal: 0.001, kJ: 1 / 4.184, J: 1 / 4_184 };
const SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, hr: 3_600 };
const PER_MINUTE: Readonly<Record<string, number>> = { 'count/min': 1, 'count/s': 60 };
const WATTS: Readonly<Record<string, number>> = { W: 1, kW: 1_000 };

/** What is done under a roof has a type of its own here, and is told by metadata there. */
const INDOOR_TYPES: Readonly<Record<string, string>> = {
  Cycling: 'indoor_cycling',
  Running: 'treadmill_running',
  Rowing: 'indoor_rowing',
};
const SWIM_TYPES: Readonly<Record<string, string>> = { '1': 'pool_swimming', '2': 'open_water_swimming' };
const DISTANCE = /^HKQuantityTypeIdentifierDistance/;

/** A workout as batch-upsert takes it, or why it is none. */
export function appleWorkoutOf(open: OpenWorkout): ImportItem {
  const { attributes, row } = open;
  const startMs = instantOf(attributes['startDate']);
  const endMs = instantOf(attributes['endDate']);
  if (startMs === undefined || endMs === undefined)
    return { kind: 'unreadable', row, reason: 'startDate or endDate of a workout is not a time' };
  const name = attributes['workoutActivityType'] ?? '';
  if (name === '') return { kind: 'unreadable', row, reason: 'a workout without workoutActivityType' };
  const type = ownTypeOf(name, open.metadata);
  const workout: ImportedWorkout = {
    externalId: identityOf(attributes, startMs, endMs),
    providerType: name.slice(0, 128),
    ...(type === undefined ? {} : { type }),
    ...timesOf(open, startMs, endMs),
    ...(open.metadata.get('HKWasUserEntered') === '1' ? { isManual: true } : {}),
    ...measuresOf(open),
  };
  return { kind: 'workout', owner: '', row, source: sourceOf(attributes), workout };
}

/**
 * The export has no id. Type, times and creation stand for one; as instants, because an export writes all times
 * on the clock that the phone had when it was made; the name of a source may change, and helps where old
 * exports do not say the creation.
 */
function identityOf(attributes: Attributes, startMs: EpochMs, endMs: EpochMs): string {
  const createdMs = instantOf(attributes['creationDate']);
  const made = createdMs ?? attributes['sourceName'] ?? '';
  const named = [attributes['workoutActivityType'], startMs, endMs, made].join('|');
  return `export-${createHash('sha256').update(named).digest('hex').slice(0, 32)}`;
}

function ownTypeOf(name: string, metadata: ReadonlyMap<string, string>): string | undefined {
  const word = name.replace(HEALTHKIT_WORKOUT_PREFIX, '');
  if (word === 'Swimming') return SWIM_TYPES[metadata.get('HKSwimmingLocationType') ?? ''];
  return metadata.get('HKIndoorWorkout') === '1' ? INDOOR_TYPES[word] : undefined;
}

/** On the wearer's clock where the zone is told, else on the export's. */
function timesOf({ attributes, metadata }: OpenWorkout, startMs: EpochMs, endMs: EpochMs) {
  const zone = metadata.get('HKTimeZone');
  if (zone === undefined || !isTimeZone(zone))
    return { start: toInstant(attributes['startDate']) ?? '', end: toInstant(attributes['endDate']) ?? '' };
  const zoned = (atMs: EpochMs) => toIsoWithOffset(atMs, offsetMinutesAt(zone, atMs));
  return { start: zoned(startMs), end: zoned(endMs) };
}

function instantOf(text: string | undefined): EpochMs | undefined {
  const time = parseIsoTime(toInstant(text) ?? '');
  return typeof time?.offset === 'number' ? ((time.wallMs - time.offset * MINUTE_MS) as EpochMs) : undefined;
}

/** Only what the export says: 0 of a distance or an energy is what old exports write for "not measured". */
function measuresOf({ attributes, statistics, metadata }: OpenWorkout): Partial<ImportedWorkout> {
  const heart = statistics.get('HKQuantityTypeIdentifierHeartRate');
  const distance = [...statistics].find(([type]) => DISTANCE.test(type))?.[1];
  const energy = statistics.get('HKQuantityTypeIdentifierActiveEnergyBurned');
  const attributed = (name: string, units: Readonly<Record<string, number>>) =>
    inUnit(attributes[name], attributes[`${name}Unit`], units);
  const sumOf = (stat: Attributes | undefined, units: Readonly<Record<string, number>>) =>
    inUnit(stat?.['sum'], stat?.['unit'], units);
  const beats = (which: string) => inUnit(heart?.[which], heart?.['unit'], PER_MINUTE);
  const [climb, climbUnit] = (metadata.get('HKElevationAscended') ?? '').split(' ');
  const steps = statistics.get('HKQuantityTypeIdentifierStepCount');
  const power = [...statistics].find(([type]) => type.endsWith('Power'))?.[1];
  return present({
    durationSec: attributed('duration', SECONDS),
    distanceM: positive(sumOf(distance, METRES) ?? attributed('totalDistance', METRES)),
    energyKcal: positive(sumOf(energy, KCALS) ?? attributed('totalEnergyBurned', KCALS)),
    avgHeartRateBpm: positive(beats('average')),
    maxHeartRateBpm: positive(beats('maximum')),
    elevationGainM: inUnit(climb, climbUnit, METRES),
    stepCount: positive(inUnit(steps?.['sum'], 'count', { count: 1 })),
    avgPowerW: positive(inUnit(power?.['average'], power?.['unit'], WATTS)),
  });
}

/** Undefined for no number, a negative one, or a unit that is none of these. */
function inUnit(
  text: string | undefined,
  unit: string | undefined,
  units: Readonly<Record<string, number>>,
): number | undefined {
  const factor = Object.hasOwn(units, unit ?? '') ? units[unit ?? ''] : undefined;
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  if (factor === undefined || !Number.isFinite(value) || value < 0) return undefined;
  // Doubles of a multiplication end in noise; a thousandth of a metre or of a second is exact enough.
  return Math.round(value * factor * SECOND_MS) / SECOND_MS;
}

const positive = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);

const present = (fields: Readonly<Record<string, number | undefined>>): Partial<ImportedWorkout> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
