import * as z from 'zod';
import { InstantText } from '../primitives/time.ts';
import { WORKOUT_TYPES, type WorkoutFamily, type WorkoutType } from '../records/workout-types.ts';
import { SourceInput } from './ingest-samples.ts';
import { Flag, NextCursor, PageQuery } from './paging.ts';

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
