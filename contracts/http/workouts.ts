import * as z from 'zod';
import { lineOf } from '../primitives/text.ts';
import { InstantText } from '../primitives/time.ts';
import { WORKOUT_TYPES, type WorkoutFamily, type WorkoutType } from '../records/workout-types.ts';
import { SourceInput } from './ingest-samples.ts';
import { Flag, NextCursor, PageQuery } from './paging.ts';
import { SampleBucket, StoredSample } from './samples.ts';

const isType = (name: string): name is WorkoutType => Object.hasOwn(WORKOUT_TYPES, name);
const TYPES: readonly WorkoutType[] = Object.keys(WORKOUT_TYPES).filter(isType);
const FAMILIES: readonly WorkoutFamily[] = [...new Set(Object.values(WORKOUT_TYPES))];

export const WorkoutTypeName = z
  .enum(TYPES)
  .meta({ id: 'WorkoutType', description: 'Of one taxonomy for all sources', example: 'trail_running' });
export const WorkoutFamilyName = z
  .enum(FAMILIES)
  .meta({ id: 'WorkoutFamily', description: 'What types of one kind have in common', example: 'running' });

const range = {
  from: InstantText.meta({
    description: 'Workouts that start at this instant or later',
    example: '2026-11-01T00:00:00Z',
  }),
  to: InstantText.meta({
    description: 'Workouts that start before this instant',
    example: '2026-12-01T00:00:00Z',
  }),
};

export const ListWorkoutsQuery = PageQuery.extend({
  ...range,
  includeDuplicates: Flag.meta({ description: 'Also the copies that other sources have of a workout' }),
  type: WorkoutTypeName.optional(),
  family: WorkoutFamilyName.optional(),
});
export type ListWorkoutsQuery = z.infer<typeof ListWorkoutsQuery>;

const measure = (description: string) => z.number().nonnegative().optional().meta({ description });

export const Workout = z
  .object({
    id: z.string().meta({ description: 'Ours; stands for provider and externalId for ever' }),
    type: WorkoutTypeName,
    family: WorkoutFamilyName,
    start: InstantText,
    end: InstantText,
    zoneOffsetMinutes: z
      .int()
      .nullable()
      .meta({ description: "Minutes east of UTC on the wearer's clock; null when nobody says" }),
    durationSec: z.number().nonnegative(),
    movingSec: measure('Time in motion, s'),
    distanceM: measure('m'),
    energyKcal: measure('kcal'),
    avgHeartRateBpm: measure('/min'),
    maxHeartRateBpm: measure('/min'),
    source: SourceInput,
    externalId: z.string().meta({ description: "The source's own id" }),
    duplicateGroup: z
      .string()
      .optional()
      .meta({ description: 'The group of the copies of one activity; absent for a workout without any' }),
    primary: z.boolean().meta({ description: 'It is the one of its group that counts' }),
    parentId: z.string().optional().meta({ description: 'The multi-sport workout that it is a part of' }),
  })
  .meta({ id: 'Workout' });
export type Workout = z.infer<typeof Workout>;

export const ListWorkoutsAnswer = z
  .object({ workouts: z.array(Workout), nextCursor: NextCursor })
  .meta({ id: 'WorkoutList' });
export type ListWorkoutsAnswer = z.infer<typeof ListWorkoutsAnswer>;

const Lap = z
  .object({
    start: InstantText,
    end: InstantText,
    distanceM: measure('m'),
    movingSec: measure('s'),
    energyKcal: measure('kcal'),
    avgHeartRateBpm: measure('/min'),
    maxHeartRateBpm: measure('/min'),
  })
  .meta({ id: 'WorkoutLap' });

export const WorkoutDetail = Workout.extend({
  title: z.string().optional(),
  providerType: z.string().meta({ description: "The source's own word for the type" }),
  isManual: z.boolean(),
  elevationGainM: measure('m'),
  avgSpeedMps: measure('m/s'),
  avgCadencePerMin: measure('/min'),
  avgPowerW: measure('W'),
  stepCount: measure('steps'),
  strain: measure('0 to 21'),
  trainingLoad: measure("On the source's scale"),
  laps: z.array(Lap),
  children: z.array(z.string()).meta({ description: 'Ids of the parts of a multi-sport workout' }),
  track: z
    .object({ pointCount: z.int().nonnegative() })
    .optional()
    .meta({ description: 'There is a track to read' }),
  duplicates: z.array(z.string()).meta({ description: 'Ids of the other members of its group' }),
  version: z.int().positive().meta({ description: 'Rises by one with each revision' }),
  seq: z.int().positive().meta({ description: 'Sequence number of the last change' }),
}).meta({ id: 'WorkoutDetail' });
export type WorkoutDetail = z.infer<typeof WorkoutDetail>;

/** Widths that a chart of a workout asks for. */
export const WorkoutResolution = z.enum(['raw', '1m', '5m']);
export type WorkoutResolution = z.infer<typeof WorkoutResolution>;

/** Metrics that one answer may hold the series of; each is up to four Queries. */
export const MAX_SERIES_COUNT = 8;

export const ListWorkoutSamplesQuery = PageQuery.extend({
  metrics: lineOf(500)
    .default('heart_rate,cadence,power,speed')
    .meta({
      description: `Up to ${MAX_SERIES_COUNT} codes of the metric catalogue, with commas between; with resolution=raw one alone`,
      example: 'heart_rate,power',
    }),
  resolution: WorkoutResolution.default('1m').meta({
    description: 'Buckets of this width, or the samples as they are',
  }),
  source: z
    .enum(['own', 'all'])
    .default('own')
    .meta({ description: "Of the workout's own source, or of all by the user's priorities" }),
});
export type ListWorkoutSamplesQuery = z.infer<typeof ListWorkoutSamplesQuery>;

export const WorkoutSeries = z
  .object({
    metric: z.string(),
    unit: z.string(),
    buckets: z.array(SampleBucket).optional().meta({ description: 'With a width; empty ones are left out' }),
    samples: z.array(StoredSample).optional().meta({ description: 'With resolution=raw' }),
  })
  .meta({ id: 'WorkoutSeries' });

export const ListWorkoutSamplesAnswer = z
  .object({
    workoutId: z.string(),
    start: InstantText,
    end: InstantText,
    resolution: WorkoutResolution,
    series: z.array(WorkoutSeries),
    nextCursor: NextCursor,
  })
  .meta({ id: 'WorkoutSamples' });
export type ListWorkoutSamplesAnswer = z.infer<typeof ListWorkoutSamplesAnswer>;

export const ListDuplicatesQuery = PageQuery.extend(range);
export type ListDuplicatesQuery = z.infer<typeof ListDuplicatesQuery>;

const Signal = z.enum([
  'start_within_2_min',
  'start_within_10_min',
  'start_shifted_by_a_zone',
  'duration_within_10_percent',
  'duration_within_25_percent',
  'same_type',
  'same_family',
  'distance_within_5_percent',
  'distance_within_15_percent',
  'same_track',
]);

export const WorkoutGroup = z
  .object({
    id: z.string().meta({ description: 'Stands for exactly these members' }),
    primaryId: z.string().meta({ description: 'The one that counts, or would' }),
    primaryReason: z.enum(['decision', 'priority', 'more_data', 'id']).meta({
      description:
        'Why it goes before the next: the user chose it, the order of sources (that of the user, of the workspace, or the default), it has more measures, laps or a track, or nothing but the id tells them apart',
    }),
    status: z.enum(['open', 'primary_chosen', 'kept_both']).meta({
      description: 'kept_both: the user said that all of them count',
    }),
    members: z.array(Workout).meta({ description: 'The best first' }),
    pairs: z
      .array(
        z.object({
          a: z.string(),
          b: z.string(),
          score: z.int().positive().meta({ description: 'Of 5 and more it is one activity' }),
          signals: z.array(Signal),
        }),
      )
      .meta({ description: 'What speaks for it' }),
    decision: z
      .object({
        decision: z.enum(['keep_both', 'primary']),
        workoutId: z.string().optional(),
        decidedAt: InstantText,
      })
      .optional(),
  })
  .meta({ id: 'WorkoutGroup' });
export type WorkoutGroup = z.infer<typeof WorkoutGroup>;

export const ListDuplicatesAnswer = z
  .object({ groups: z.array(WorkoutGroup), nextCursor: NextCursor })
  .meta({ id: 'WorkoutGroupList' });
export type ListDuplicatesAnswer = z.infer<typeof ListDuplicatesAnswer>;

export const DecideDuplicatesRequest = z
  .discriminatedUnion('decision', [
    z.strictObject({ decision: z.literal('keep_both') }),
    z.strictObject({ decision: z.literal('primary'), workoutId: z.string().min(1).max(128) }),
    z.strictObject({ decision: z.literal('automatic') }),
  ])
  .meta({ id: 'WorkoutDecision' });
export type DecideDuplicatesRequest = z.infer<typeof DecideDuplicatesRequest>;

export const SumWorkoutsQuery = z.object({
  ...range,
  by: z.enum(['family', 'type']).default('family').meta({ description: 'A row for each' }),
});
export type SumWorkoutsQuery = z.infer<typeof SumWorkoutsQuery>;

const total = (description: string) => z.number().nonnegative().nullable().meta({ description });

export const SumWorkoutsAnswer = z
  .object({
    by: z.enum(['family', 'type']),
    totals: z.array(
      z.object({
        key: z.string().meta({ description: 'The family or the type', example: 'running' }),
        counted: z.int().nonnegative(),
        setAside: z.int().nonnegative(),
        durationSec: z.number().nonnegative(),
        movingSec: total('s; null when no workout says'),
        distanceM: total('m; null when no workout says'),
        energyKcal: total('kcal; null when no workout says'),
      }),
    ),
    counted: z.int().nonnegative().meta({ description: 'Activities in the sums' }),
    setAside: z
      .int()
      .nonnegative()
      .meta({ description: 'Copies of them, and parts of multi-sport workouts: not in the sums' }),
  })
  .meta({ id: 'WorkoutTotals' });
export type SumWorkoutsAnswer = z.infer<typeof SumWorkoutsAnswer>;
