import * as z from 'zod';
import { SLEEP_STAGES } from '../metrics/sleep.ts';
import { InstantText, LocalDateText } from '../primitives/time.ts';
import { SourceInput } from './ingest-samples.ts';
import { NextCursor, PageQuery } from './paging.ts';

export const ListRecordsQuery = PageQuery.extend({
  from: InstantText.meta({
    description: 'Records that start at this instant or later',
    example: '2026-11-01T00:00:00Z',
  }),
  to: InstantText.meta({
    description: 'Records that start before this instant',
    example: '2026-12-01T00:00:00Z',
  }),
});
export type ListRecordsQuery = z.infer<typeof ListRecordsQuery>;

const measure = (description: string) => z.number().nonnegative().optional().meta({ description });

const RecordBase = {
  id: z.string().meta({ description: 'Ours; stands for provider and externalId for ever' }),
  externalId: z.string().meta({ description: "The provider's own id" }),
  provider: z.string(),
  source: SourceInput,
  start: InstantText,
  end: InstantText,
  zoneOffsetMinutes: z.int().optional(),
  date: LocalDateText.meta({
    description: 'The local date that it is shown on; of sleep the day of waking up',
  }),
  version: z.int().positive().meta({ description: 'Rises by one with each revision' }),
  seq: z.int().positive().meta({ description: 'Sequence number of the last change' }),
};

export const SleepSession = z
  .object({
    ...RecordBase,
    isNap: z.boolean(),
    isFinal: z.boolean().meta({ description: 'False while the provider still computes' }),
    stages: z.array(z.object({ stage: z.enum(SLEEP_STAGES), start: InstantText, end: InstantText })),
    totals: z.object({
      inBedMin: measure('Time in bed'),
      asleepMin: measure('Time asleep'),
      deepMin: measure('Deep sleep'),
      lightMin: measure('Light sleep'),
      remMin: measure('REM sleep'),
      awakeMin: measure('Awake after falling asleep'),
      latencyMin: measure('Time to fall asleep'),
    }),
  })
  .meta({ id: 'SleepSession' });
export type SleepSession = z.infer<typeof SleepSession>;

export const WorkoutRecord = z
  .object({
    ...RecordBase,
    type: z.string().meta({ description: 'Of one taxonomy for all sources', example: 'running' }),
    family: z.string().meta({ example: 'running' }),
    providerType: z.string().meta({ description: "The provider's own word" }),
    title: z.string().optional(),
    isManual: z.boolean(),
    parentExternalId: z.string().optional(),
    durationSec: z.number().nonnegative(),
    movingSec: measure('Time in motion, s'),
    distanceM: measure('m'),
    energyKcal: measure('kcal'),
    avgHeartRateBpm: measure('/min'),
    maxHeartRateBpm: measure('/min'),
    elevationGainM: measure('m'),
    avgSpeedMps: measure('m/s'),
    avgCadencePerMin: measure('/min'),
    avgPowerW: measure('W'),
    stepCount: measure('steps'),
    strain: measure('0 to 21'),
    trainingLoad: measure("On the provider's scale"),
  })
  .meta({ id: 'WorkoutRecord' });
export type WorkoutRecord = z.infer<typeof WorkoutRecord>;

export const ListSleepSessionsAnswer = z
  .object({ sessions: z.array(SleepSession), nextCursor: NextCursor })
  .meta({ id: 'SleepSessionList' });
export type ListSleepSessionsAnswer = z.infer<typeof ListSleepSessionsAnswer>;

export const ListWorkoutRecordsAnswer = z
  .object({ workouts: z.array(WorkoutRecord), nextCursor: NextCursor })
  .meta({ id: 'WorkoutRecordList' });
export type ListWorkoutRecordsAnswer = z.infer<typeof ListWorkoutRecordsAnswer>;
