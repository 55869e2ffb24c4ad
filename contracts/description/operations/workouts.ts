import type { Operation } from '../../http/routes.ts';
import {
  DecideDuplicatesRequest,
  ListDuplicatesAnswer,
  ListDuplicatesQuery,
  ListWorkoutSamplesAnswer,
  ListWorkoutSamplesQuery,
  ListWorkoutsAnswer,
  ListWorkoutsQuery,
  SumWorkoutsAnswer,
  SumWorkoutsQuery,
  type Workout,
  WorkoutDetail,
  WorkoutGroup,
} from '../../http/workouts.ts';
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
  duplicateGroup: '3v5w8f0xq9d3m7t2c6e4r3v5w8-m2kjj28yc0',
  primary: true,
} as const satisfies Workout;
const { movingSec: _movingSec, ...COPY } = {
  ...WORKOUT,
  id: '8f0xq9d3m7t2c6e4r3v5w83v5w',
  source: { provider: 'strava' },
  externalId: '987',
  primary: false,
};

const GROUP = {
  id: WORKOUT.duplicateGroup,
  primaryId: WORKOUT.id,
  primaryReason: 'priority',
  status: 'open',
  members: [WORKOUT, COPY],
  pairs: [
    {
      a: WORKOUT.id,
      b: COPY.id,
      score: 9,
      signals: ['start_within_2_min', 'duration_within_10_percent', 'same_type', 'distance_within_5_percent'],
    },
  ],
} as const;

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
    problems: [...READ_PROBLEMS, 'request.bad_cursor', 'read.range_too_large'],
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
    problems: ['workout.not_found', 'read.metric_blocked', 'read.range_too_large'],
  },
  listWorkoutSamples: {
    group: 'Reading',
    summary: 'Heart rate, cadence, power, speed and others within a workout',
    description:
      'What lies within its span, from its own source unless `source=all`. Buckets are aligned to UTC and whole, also the first and the last. With `resolution=raw` pages of the samples of one metric.',
    query: ListWorkoutSamplesQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'A series for each metric, in the order asked',
        schema: ListWorkoutSamplesAnswer,
        example: {
          workoutId: WORKOUT.id,
          start: WORKOUT.start,
          end: WORKOUT.end,
          resolution: '1m',
          series: [
            {
              metric: 'heart_rate',
              unit: '/min',
              buckets: [
                {
                  start: '2026-11-21T11:05:00.000Z',
                  end: '2026-11-21T11:06:00.000Z',
                  unit: '/min',
                  count: 48,
                  min: 96,
                  max: 121,
                  mean: 110.5,
                },
              ],
            },
          ],
          nextCursor: null,
        },
      },
    },
    problems: [
      ...READ_PROBLEMS,
      'request.bad_cursor',
      'workout.not_found',
      'read.metric_unknown',
      'read.metric_not_rolled_up',
      'read.range_too_large',
    ],
  },
  sumWorkouts: {
    group: 'Reading',
    summary: 'Totals of workouts, each activity counted once',
    description:
      'Of activities that start in the range. Of copies the primary counts, and what it does not say is taken from the next copy that does; parts of a multi-sport workout are counted in the whole. At most 10,000 workouts are added up, with those of the days around the range: of more, `read.range_too_large`.',
    query: SumWorkoutsQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'The totals',
        schema: SumWorkoutsAnswer,
        example: {
          by: 'family',
          totals: [
            {
              key: 'running',
              counted: 1,
              setAside: 1,
              durationSec: 2510,
              movingSec: 2461,
              distanceM: 8042.1,
              energyKcal: null,
            },
          ],
          counted: 1,
          setAside: 1,
        },
      },
    },
    problems: [...READ_PROBLEMS, 'read.range_too_large'],
  },
  listDuplicateWorkouts: {
    group: 'Reading',
    summary: 'Groups of workouts that are one activity',
    description:
      'Each group where its primary starts, with what speaks for it, and why the primary goes before the others. Also the groups that the user keeps apart (`kept_both`), so that it can be taken back.',
    query: ListDuplicatesQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'A page',
        schema: ListDuplicatesAnswer,
        example: { groups: [GROUP], nextCursor: null },
      },
    },
    problems: [...READ_PROBLEMS, 'request.bad_cursor', 'read.range_too_large'],
  },
  decideDuplicateWorkouts: {
    group: 'Reading',
    summary: 'Say which of the copies counts, or that all do',
    description:
      'It holds for these workouts for ever: through imports, revisions and rebuilds, until `automatic` takes it back. A repeat changes nothing. The id of a group stands for its members: when they have changed since, 404, and the list tells the group as it is. Needs `samples:read` too: the answer shows the members.',
    body: { schema: DecideDuplicatesRequest, example: { decision: 'primary', workoutId: COPY.id } },
    answers: {
      200: {
        description: 'The group as it is now',
        schema: WorkoutGroup,
        example: {
          ...GROUP,
          primaryId: COPY.id,
          primaryReason: 'decision',
          status: 'primary_chosen',
          members: [
            { ...COPY, primary: true },
            { ...WORKOUT, primary: false },
          ],
          decision: { decision: 'primary', workoutId: COPY.id, decidedAt: '2026-11-22T09:00:00.000Z' },
        },
      },
    },
    problems: [
      'workout.group_not_found',
      'workout.too_many_decisions',
      'user.conflict',
      'read.metric_blocked',
      'read.range_too_large',
    ],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
