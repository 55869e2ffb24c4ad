import type { Operation } from '../../http/routes.ts';
import { ListWorkoutsAnswer, ListWorkoutsQuery, type Workout, WorkoutDetail } from '../../http/workouts.ts';
import { ETagHeader, NOT_MODIFIED, type OperationDoc } from '../operation-doc.ts';

const WORKOUT = {
  id: '3v5w8f0xq9d3m7t2c6e4r3v5w8',
  type: 'running',
  family: 'running',
  start: '2026-11-21T11:05:12.000Z',
  end: '2026-11-21T11:47:02.000Z',
  zoneOffsetMinutes: 60,
  durationSec: 2510,
  movingSec: 2461,
  distanceM: 8042.1,
  avgHeartRateBpm: 151.2,
  source: { provider: 'garmin', device: { manufacturer: 'Garmin', type: 'watch' } },
  externalId: '12345678987654321',
  duplicateGroup: '3v5w8f0xq9d3m7t2c6e4r3v5w8-7t2c6e4r3v',
  primary: true,
} as const satisfies Workout;
const { movingSec: _movingSec, ...COPY } = {
  ...WORKOUT,
  id: '8f0xq9d3m7t2c6e4r3v5w83v5w',
  source: { provider: 'strava' },
  externalId: '987',
  primary: false,
};

const READ_PROBLEMS = ['request.invalid', 'read.metric_blocked'] as const;

/** Workouts as they are counted: one for each activity, whatever the number of sources that recorded it. */
export const WORKOUT_OPERATIONS = {
  listWorkouts: {
    group: 'Reading',
    summary: 'Workouts, each activity once',
    description:
      'In the order of their start. Copies of one activity from several sources are a group with one primary; without `includeDuplicates` the primary alone is listed, at its own start. `type` and `family` are those of the workout listed.',
    query: ListWorkoutsQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'A page; `Server-Timing` says how many reads of the database it took',
        schema: ListWorkoutsAnswer,
        example: { workouts: [WORKOUT, COPY], nextCursor: null },
      },
    },
    problems: [...READ_PROBLEMS, 'request.bad_cursor'],
  },
  getWorkout: {
    group: 'Reading',
    summary: 'One workout with all that its source says',
    description: 'Also of a copy that does not count: `primary` and `duplicates` tell.',
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'The workout',
        schema: WorkoutDetail,
        example: {
          ...WORKOUT,
          providerType: 'running',
          isManual: false,
          laps: [],
          children: [],
          duplicates: [COPY.id],
          version: 2,
          seq: 31,
        },
      },
    },
    problems: ['workout.not_found', 'read.metric_blocked'],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
