import type { WorkoutType } from '../../../contracts/records/workout-types.ts';
import { definedFields } from '../../core/defined-fields.ts';
import { SECOND_MS, toIso } from '../../core/instants.ts';
import type { DataType, MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { unlessZero } from '../measured.ts';
import type { MappedPage, ProviderRecord, WorkoutRecord } from '../model.ts';
import { type EntryFault, readList } from '../read-list.ts';
import { datesOf, offsetAt, offsetPages } from './pages.ts';
import { WorkoutPayload } from './payloads.ts';

const FIELDS =
  'calories,distance,elevation,steps,hr_average,hr_min,hr_max,pause_duration,manual_calories,manual_distance';

/** Numbers of Withings' categories; what is not here is `other`. */
const TYPE_OF: Readonly<Record<number, WorkoutType>> = {
  1: 'walking',
  2: 'running',
  3: 'hiking',
  4: 'inline_skating',
  5: 'mountain_biking',
  6: 'cycling',
  7: 'swimming',
  8: 'surfing',
  9: 'surfing',
  10: 'surfing',
  11: 'surfing',
  12: 'tennis',
  13: 'table_tennis',
  14: 'squash',
  15: 'badminton',
  16: 'strength_training',
  17: 'functional_training',
  18: 'elliptical',
  19: 'pilates',
  20: 'basketball',
  21: 'soccer',
  22: 'american_football',
  23: 'rugby',
  24: 'volleyball',
  26: 'horse_riding',
  27: 'golf',
  28: 'yoga',
  29: 'dancing',
  30: 'boxing',
  32: 'martial_arts',
  33: 'martial_arts',
  34: 'alpine_skiing',
  35: 'snowboarding',
  187: 'rowing',
  188: 'dancing',
  191: 'baseball',
  192: 'handball',
  193: 'hockey',
  194: 'hockey',
  195: 'climbing',
  196: 'ice_skating',
  272: 'multi_sport',
  306: 'walking',
  307: 'treadmill_running',
  308: 'indoor_cycling',
};

/** Entered by hand, later or when signing up. */
const MANUAL = new Set([2, 4]);

/** Workouts. What they add to steps, distance and energy is in the totals of their day already. */
export const workouts: DataType = {
  code: 'workouts',
  title: 'Workouts',
  produces: { metrics: [], records: ['workout'] },
  scopes: ['user.activity'],
  maxWindowDays: 180,
  source: {
    kind: 'pull',
    fetchPages: (context, window, cursor) =>
      offsetPages(context, {
        path: '/v2/measure',
        form: { action: 'getworkouts', ...datesOf(window), data_fields: FIELDS },
        cursor,
      }),
  },
  map: (payload, context): MappedPage =>
    readList(fieldOf(fieldOf(payload, 'body'), 'series'), WorkoutPayload, (workout) =>
      toRecords(workout, context),
    ),
};

const toRecords = (workout: WorkoutPayload, context: MapContext): readonly ProviderRecord[] | EntryFault =>
  workout.enddate > workout.startdate
    ? [toRecord(workout, context)]
    : { fault: 'enddate: not after startdate' };

function toRecord(workout: WorkoutPayload, context: MapContext): WorkoutRecord {
  const { startdate, enddate, data } = workout;
  const isManual = workout.attrib !== undefined && MANUAL.has(workout.attrib);
  const durationSec = (enddate - startdate) / SECOND_MS;
  const pauseSec = data?.pause_duration;
  return {
    kind: 'workout',
    externalId: workout.id,
    source: isManual ? {} : { device: { manufacturer: 'Withings', type: 'watch' } },
    start: toIso(startdate),
    end: toIso(enddate),
    type: TYPE_OF[workout.category] ?? 'other',
    providerType: String(workout.category),
    isManual,
    durationSec,
    values: [],
    ...definedFields({
      revision: workout.modified === undefined ? undefined : Math.floor(workout.modified / SECOND_MS),
      zoneOffsetMinutes: offsetAt(startdate, workout.timezone, context),
      date: workout.date,
      movingSec: pauseSec === undefined ? undefined : Math.max(0, durationSec - pauseSec),
      distanceM: unlessZero(data?.distance ?? data?.manual_distance),
      energyKcal: unlessZero(data?.calories ?? data?.manual_calories),
      elevationGainM: data?.elevation,
      stepCount: data?.steps,
      avgHeartRateBpm: unlessZero(data?.hr_average),
      maxHeartRateBpm: unlessZero(data?.hr_max),
    }),
  };
}
