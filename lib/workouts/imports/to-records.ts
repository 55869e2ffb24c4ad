import type { Activity } from '../../activity-files/model.ts';
import { definedFields } from '../../core/defined-fields.ts';
import { toIso } from '../../core/instants.ts';
import type { SampleRecord, WorkoutRecord, WorkoutTrack } from '../../providers/model.ts';

/** What was read up to some damage is replaced by the whole file, and never the other way round. */
const REVISION = { cut: 1, whole: 2 } as const;

/** The workout that an activity of a file is. */
export function toWorkoutRecord(
  activity: Activity,
  { track, isCut }: { readonly track: WorkoutTrack | undefined; readonly isCut: boolean },
): WorkoutRecord {
  const { startMs, endMs, points: _points, laps, ...said } = activity;
  return {
    kind: 'workout',
    ...said,
    revision: isCut ? REVISION.cut : REVISION.whole,
    start: toIso(startMs),
    end: toIso(endMs),
    values: [],
    isManual: false,
    ...(laps.length === 0 ? {} : { laps }),
    ...definedFields({ track }),
  };
}

const SERIES = [
  { metric: 'heart_rate', unit: '/min', field: 'heartRateBpm' },
  { metric: 'cadence', unit: '/min', field: 'cadencePerMin' },
  { metric: 'power', unit: 'W', field: 'powerW' },
  { metric: 'speed', unit: 'm/s', field: 'speedMps' },
] as const;

/** The points of an activity as readings at their instants, metric by metric, on a clock `zoneOffsetMinutes` east. */
export function toSamples(
  { points, source }: Activity,
  zoneOffsetMinutes: number | undefined,
): readonly SampleRecord[] {
  const common = { kind: 'sample', source, ...definedFields({ zoneOffsetMinutes }) } as const;
  return SERIES.flatMap(({ metric, unit, field }) =>
    points.flatMap((point): readonly SampleRecord[] => {
      const value = point[field];
      return value === undefined ? [] : [{ ...common, metric, start: toIso(point.timeMs), value, unit }];
    }),
  );
}

/** A zone of the sun's time is 15 degrees wide. */
const DEGREES_PER_HOUR = 15;

/**
 * The clock by which samples are put on their days: what the file says; else undefined where the user has a zone,
 * which the ingest core then takes; else the hours of the sun at the first place (zones of countries are at most
 * three hours off), and UTC without a place.
 */
export function sampleOffsetOf(
  { zoneOffsetMinutes, points }: Activity,
  hasUserZone: boolean,
): number | undefined {
  if (zoneOffsetMinutes !== undefined || hasUserZone) return zoneOffsetMinutes;
  const longitude = points.find((point) => point.longitude !== undefined)?.longitude ?? 0;
  return Math.round(longitude / DEGREES_PER_HOUR) * 60 || 0;
}
