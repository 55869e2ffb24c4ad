import { WORKOUT_TYPES, type WorkoutType } from '../../../contracts/records/workout-types.ts';
import { definedFields } from '../../core/defined-fields.ts';
import { type EpochMs, SECOND_MS, toIso } from '../../core/instants.ts';
import type { RecordSource, WorkoutLap } from '../../providers/model.ts';
import { externalIdOf } from '../identity.ts';
import { MAX_ACTIVITY_HOURS, MAX_LAPS_KEPT } from '../limits.ts';
import type { Activity, ActivityPoint } from '../model.ts';
import { cleanPoints } from '../points.ts';
import { toFigures } from '../to-activity.ts';
import { wordToType } from '../words.ts';
import { beginningOf, offsetOf, parseInstant, parseNumber, parseUpTo } from '../xml/parse-text.ts';
import type { Fields, TcxActivity, TcxLap } from './tcx-reader.ts';

const MAX_NAME_CHARS = 100;
/** Of one lap: more is no measure. Distance and heart rate as of points; energy is that of a week. */
const MAX_SEC = MAX_ACTIVITY_HOURS * 3_600;
const MAX_DISTANCE_M = 10_000_000;
const MAX_ENERGY_KCAL = 100_000;
const MAX_HEART_RATE_BPM = 300;

/** Undefined for an activity that says no time of its start. */
export function activityOf(
  element: TcxActivity,
): { readonly activity: Activity; readonly droppedCount: number } | undefined {
  const type = wordToType(element.sport ?? '');
  const factor = onFoot(type) ? 2 : 1;
  const points = element.points.flatMap((fields) => pointOf(fields, factor) ?? []);
  const id = element.fields.get('Id');
  const startMs = parseInstant(element.laps[0]?.start) ?? parseInstant(id) ?? points[0]?.timeMs;
  if (startMs === undefined) return undefined;
  const clean = cleanPoints(points, startMs);
  const said = sumOfLaps(element.laps);
  const endMs = endOf(startMs, element.laps, clean.points);
  const activity = {
    externalId: externalIdOf('tcx', [parseInstant(id) ?? startMs, element.sport]),
    type,
    providerType: (element.sport ?? 'Other').slice(0, MAX_NAME_CHARS),
    startMs,
    endMs,
    source: sourceOf(element.fields),
    laps: element.laps.slice(0, MAX_LAPS_KEPT).flatMap((lap) => lapOf(lap) ?? []),
    points: clean.points,
    ...definedFields({
      title: titleOf(element.fields),
      zoneOffsetMinutes: offsetOf(element.laps[0]?.start ?? id),
    }),
    ...toFigures({ startMs, endMs }, said, clean.points),
  };
  return { activity, droppedCount: clean.droppedCount };
}

const onFoot = (type: WorkoutType): boolean =>
  WORKOUT_TYPES[type] === 'running' || WORKOUT_TYPES[type] === 'walking';

const titleOf = (fields: Fields): string | undefined => beginningOf(fields.get('Notes'), MAX_NAME_CHARS);

function sourceOf(fields: Fields): RecordSource {
  const model = fields.get('Creator/Name')?.slice(0, MAX_NAME_CHARS);
  return model === undefined ? {} : { device: { model } };
}

/** On foot the cadence of a device is that of one foot (ActivityExtension/v2: RunCadence). */
function pointOf(fields: Fields, factor: 1 | 2): ActivityPoint | undefined {
  const timeMs = parseInstant(fields.get('Time'));
  if (timeMs === undefined) return undefined;
  const cadence = parseNumber(fields.get('RunCadence') ?? fields.get('Cadence'));
  return definedFields({
    timeMs,
    latitude: parseNumber(fields.get('Position/LatitudeDegrees')),
    longitude: parseNumber(fields.get('Position/LongitudeDegrees')),
    altitudeM: parseNumber(fields.get('AltitudeMeters')),
    distanceM: parseNumber(fields.get('DistanceMeters')),
    heartRateBpm: parseNumber(fields.get('HeartRateBpm/Value')),
    cadencePerMin: cadence === undefined ? undefined : cadence * factor,
    powerW: parseNumber(fields.get('Watts')),
    speedMps: parseNumber(fields.get('Speed')),
  });
}

/** Behind the last point and behind the last lap, pauses between laps included. */
function endOf(startMs: EpochMs, laps: readonly TcxLap[], points: readonly ActivityPoint[]): EpochMs {
  const lapEnds = laps.map((lap) => lapEndMs(lap) ?? startMs);
  return Math.max(startMs, points.at(-1)?.timeMs ?? startMs, ...lapEnds.slice(-1)) as EpochMs;
}

function lapEndMs({ start, fields }: TcxLap): EpochMs | undefined {
  const startMs = parseInstant(start);
  const timerSec = parseUpTo(fields.get('TotalTimeSeconds'), MAX_SEC);
  return startMs === undefined || timerSec === undefined
    ? undefined
    : ((startMs + Math.round(timerSec * SECOND_MS)) as EpochMs);
}

function lapOf(lap: TcxLap): WorkoutLap | undefined {
  const startMs = parseInstant(lap.start);
  const endMs = lapEndMs(lap);
  if (startMs === undefined || endMs === undefined) return undefined;
  return { start: toIso(startMs), end: toIso(endMs), ...lapFigures(lap.fields) };
}

const lapFigures = (fields: Fields) =>
  definedFields({
    distanceM: parseUpTo(fields.get('DistanceMeters'), MAX_DISTANCE_M),
    movingSec: parseUpTo(fields.get('TotalTimeSeconds'), MAX_SEC),
    energyKcal: parseUpTo(fields.get('Calories'), MAX_ENERGY_KCAL),
    avgHeartRateBpm: parseUpTo(fields.get('AverageHeartRateBpm/Value'), MAX_HEART_RATE_BPM),
    maxHeartRateBpm: parseUpTo(fields.get('MaximumHeartRateBpm/Value'), MAX_HEART_RATE_BPM),
  });

/** What the laps say together; heart rate by their time. What one lap that took time does not say, the sum does not. */
function sumOfLaps(laps: readonly TcxLap[]) {
  const figures = laps
    .map(({ fields }) => lapFigures(fields))
    .filter(({ movingSec }) => movingSec !== undefined);
  const sum = (field: 'distanceM' | 'movingSec' | 'energyKcal'): number | undefined => {
    const values = figures.flatMap((lap) => lap[field] ?? []);
    return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0);
  };
  const movingSec = sum('movingSec');
  const beats = figures.map(
    ({ avgHeartRateBpm, movingSec: sec }) => avgHeartRateBpm && avgHeartRateBpm * (sec ?? 0),
  );
  const isHeard = beats.length > 0 && beats.every((each) => each !== undefined);
  const total = beats.reduce<number>((all, each) => all + (each ?? 0), 0);
  const highs = figures.flatMap(({ maxHeartRateBpm }) => maxHeartRateBpm ?? []);
  return {
    movingSec,
    distanceM: sum('distanceM'),
    energyKcal: sum('energyKcal'),
    avgHeartRateBpm:
      isHeard && movingSec !== undefined ? Math.round((total / movingSec) * 100) / 100 : undefined,
    maxHeartRateBpm: highs.length === 0 ? undefined : Math.max(...highs),
  };
}
