import { definedFields } from '../../core/defined-fields.ts';
import { SECOND_MS, toIso } from '../../core/instants.ts';
import type { DataType, MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { measured, unlessZero } from '../measured.ts';
import type { MappedPage, ProviderRecord, SampleRecord, WorkoutRecord } from '../model.ts';
import { readList } from '../read-list.ts';
import { collectionPages, recordPage } from './collections.ts';
import { scoreOf, WorkoutPayload } from './payloads.ts';
import { STRAP } from './sources.ts';
import { workoutTypeOf } from './sport-names.ts';

const PATH = '/developer/v2/activity/workout';
/** Of each workout over its time. Its energy is in the cycle's, its strain is no sum: both stay on the record. */
const METRICS = ['distance', 'elevation_gain', 'heart_rate_max'] as const;
const KJ_PER_KCAL = 4.184;

export const workouts: DataType = {
  code: 'workout',
  title: 'Workouts',
  produces: { metrics: METRICS, records: ['workout'] },
  scopes: ['read:workout'],
  maxWindowDays: 180,
  source: {
    kind: 'pull',
    fetchPages: (context, window, cursor) => collectionPages(context, PATH, { window, cursor }),
    fetchRecord: (context, id) => recordPage(context, PATH, id),
  },
  map: mapWorkouts,
  deletionOf: (id) => [
    {
      kind: 'sample_deletion',
      metrics: METRICS,
      recordId: recordIdOf(id),
      near: { of: 'workout', externalId: id },
    },
    { kind: 'record_deletion', of: 'workout', externalId: id },
  ],
};

/** Not `workout:<id>`: that is what the values of a record are stored under. */
const recordIdOf = (id: string): string => `workouts:${id}`;

function mapWorkouts(payload: unknown, _context: MapContext): MappedPage {
  return readList(
    fieldOf(payload, 'records'),
    WorkoutPayload,
    (workout): readonly ProviderRecord[] | { readonly fault: string } =>
      workout.end <= workout.start
        ? { fault: 'end: not after start' }
        : [toRecord(workout), ...samplesOf(workout)],
  );
}

function toRecord(workout: WorkoutPayload): WorkoutRecord {
  const score = scoreOf(workout);
  const sportName = workout.sport_name ?? 'unknown';
  return {
    kind: 'workout',
    externalId: workout.id,
    source: STRAP,
    start: toIso(workout.start),
    end: toIso(workout.end),
    zoneOffsetMinutes: workout.timezone_offset,
    type: workoutTypeOf(sportName),
    providerType: sportName,
    isManual: false,
    durationSec: (workout.end - workout.start) / SECOND_MS,
    values: [],
    ...definedFields({
      revision: workout.updated_at,
      distanceM: score?.distance_meter,
      energyKcal: score?.kilojoule === undefined ? undefined : score.kilojoule / KJ_PER_KCAL,
      avgHeartRateBpm: unlessZero(score?.average_heart_rate),
      maxHeartRateBpm: unlessZero(score?.max_heart_rate),
      elevationGainM: score?.altitude_gain_meter,
      strain: score?.strain,
    }),
  };
}

function samplesOf(workout: WorkoutPayload): readonly SampleRecord[] {
  const score = scoreOf(workout);
  const values = [
    ...measured('distance', score?.distance_meter, 'm'),
    ...measured('elevation_gain', score?.altitude_gain_meter, 'm'),
    ...measured('heart_rate_max', unlessZero(score?.max_heart_rate), '/min'),
  ];
  return values.map((value) => ({
    kind: 'sample',
    ...value,
    source: STRAP,
    start: toIso(workout.start),
    end: toIso(workout.end),
    zoneOffsetMinutes: workout.timezone_offset,
    recordId: recordIdOf(workout.id),
    ...definedFields({ revision: workout.updated_at }),
  }));
}
