import { definedFields } from '../../core/defined-fields.ts';
import { SECOND_MS, toIso } from '../../core/instants.ts';
import type { DataType, MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import type { MappedPage, ProviderRecord, WorkoutRecord } from '../model.ts';
import { readList } from '../read-list.ts';
import { workoutTypeOf } from './activity-names.ts';
import { dayPages, documentPage } from './collections.ts';
import { WorkoutPayload } from './payloads.ts';
import { RING } from './ring.ts';

/** Workouts. What they add to distance and energy is in the totals of their day already. */
export const workouts: DataType = {
  code: 'workout',
  title: 'Workouts',
  produces: { metrics: [], records: ['workout'] },
  scopes: ['workout'],
  maxWindowDays: 365,
  source: {
    kind: 'pull',
    fetchPages: (context, window, cursor) => dayPages(context, 'workout', { window, cursor }),
    fetchRecord: (context, id) => documentPage(context, 'workout', id),
  },
  map: mapWorkouts,
  deletionOf: (id) => [{ kind: 'record_deletion', of: 'workout', externalId: id }],
};

function mapWorkouts(payload: unknown, _context: MapContext): MappedPage {
  return readList(
    fieldOf(payload, 'data'),
    WorkoutPayload,
    (workout): readonly ProviderRecord[] | { readonly fault: string } =>
      workout.end_datetime.atMs <= workout.start_datetime.atMs
        ? { fault: 'end_datetime: not after start_datetime' }
        : [toRecord(workout)],
  );
}

function toRecord(workout: WorkoutPayload): WorkoutRecord {
  const [start, end] = [workout.start_datetime, workout.end_datetime];
  const isManual = workout.source === 'manual';
  return {
    kind: 'workout',
    externalId: workout.id,
    source: isManual ? {} : RING,
    start: toIso(start.atMs),
    end: toIso(end.atMs),
    type: workoutTypeOf(workout.activity),
    providerType: workout.activity,
    isManual,
    durationSec: (end.atMs - start.atMs) / SECOND_MS,
    values: [],
    ...definedFields({
      zoneOffsetMinutes: start.offsetMinutes,
      date: workout.day,
      title: workout.label,
      distanceM: workout.distance,
      energyKcal: workout.calories,
    }),
  };
}
