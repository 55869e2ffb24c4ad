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

/** The points of an activity as readings at their instants, metric by metric. */
export function toSamples({ points, source, zoneOffsetMinutes }: Activity): readonly SampleRecord[] {
  const common = { kind: 'sample', source, ...definedFields({ zoneOffsetMinutes }) } as const;
  return SERIES.flatMap(({ metric, unit, field }) =>
    points.flatMap((point): readonly SampleRecord[] => {
      const value = point[field];
      return value === undefined ? [] : [{ ...common, metric, start: toIso(point.timeMs), value, unit }];
    }),
  );
}
