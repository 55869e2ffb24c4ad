import * as z from 'zod';
import { definedFields } from '../../core/defined-fields.ts';
import { toIso } from '../../core/instants.ts';
import type { DataType } from '../definition.ts';
import { unlessZero } from '../measured.ts';
import type { WorkoutRecord } from '../model.ts';
import { InstantField, Numeric, optional, shortText } from '../payload-fields.ts';
import { readList, unreadablePage } from '../read-list.ts';
import { workoutTypeOf } from './exercise-types.ts';
import { listPages } from './pages.ts';
import { Duration, Interval, PointFrame, pointIdOf } from './payloads.ts';
import { pointsOf } from './points.ts';
import { SCOPES } from './scopes.ts';
import { isManual, sourceOf } from './sources.ts';

const number = optional(Numeric);
const Exercise = z.object({
  interval: Interval,
  exerciseType: optional(shortText(64)),
  displayName: optional(shortText(256)),
  activeDuration: optional(Duration),
  metricsSummary: optional(
    z.object({
      caloriesKcal: number,
      distanceMillimeters: number,
      steps: number,
      averageHeartRateBeatsPerMinute: number,
      averageSpeedMillimetersPerSecond: number,
      elevationGainMillimeters: number,
    }),
  ),
  updateTime: optional(InstantField),
});
type Exercise = z.output<typeof Exercise>;
const Point = z.object({ ...PointFrame, exercise: Exercise });

/** Exercises are filtered by the clock of their start only, so a window takes a day to spare on either side. */
export const EXERCISE_TYPE: DataType = {
  code: 'exercise',
  title: 'Exercises',
  produces: { metrics: [], records: ['workout'] },
  scopes: [SCOPES.activity],
  maxWindowDays: 90,
  source: {
    kind: 'pull',
    fetchPages: listPages({
      path: 'exercise',
      filter: 'exercise',
      times: ['interval.civil_start_time'],
      action: 'list',
      pageSize: 25,
    }),
  },
  map(payload) {
    const points = pointsOf(payload, 'dataPoints');
    if (points === undefined) return unreadablePage('expected an object');
    return readList(points, Point, (point) => {
      const externalId = pointIdOf(point);
      if (externalId === undefined) return { fault: 'name: missing' };
      const { dataSource, exercise } = point;
      const identity = { externalId, source: sourceOf(dataSource), isManual: isManual(dataSource) };
      return [{ ...toWorkout(exercise), ...identity }];
    });
  },
  deletionOf: (id) => [{ kind: 'record_deletion', of: 'workout', externalId: id }],
};

const thousandth = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : value / 1_000;

function toWorkout(exercise: Exercise): Omit<WorkoutRecord, 'externalId' | 'source' | 'isManual'> {
  const { interval, metricsSummary: summary } = exercise;
  const providerType = exercise.exerciseType ?? 'EXERCISE_TYPE_UNSPECIFIED';
  return {
    kind: 'workout',
    start: toIso(interval.startTime),
    end: toIso(interval.endTime),
    type: workoutTypeOf(providerType),
    providerType,
    durationSec: (interval.endTime - interval.startTime) / 1_000,
    values: [],
    ...definedFields({
      revision: exercise.updateTime,
      zoneOffsetMinutes: interval.startUtcOffset,
      title: exercise.displayName,
      movingSec: exercise.activeDuration,
      distanceM: thousandth(summary?.distanceMillimeters),
      energyKcal: summary?.caloriesKcal,
      avgHeartRateBpm: unlessZero(summary?.averageHeartRateBeatsPerMinute),
      avgSpeedMps: thousandth(summary?.averageSpeedMillimetersPerSecond),
      elevationGainM: thousandth(summary?.elevationGainMillimeters),
      stepCount: summary?.steps,
    }),
  };
}
