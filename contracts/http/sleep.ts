import * as z from 'zod';
import { MAX_NIGHT_RANGE_DAYS } from '../limits.ts';
import { SLEEP_STAGES } from '../metrics/sleep.ts';
import { InstantText, LocalDateText } from '../primitives/time.ts';
import { SourceInput } from './ingest-samples.ts';
import { Flag, NextCursor } from './paging.ts';
import { RollupStatus } from './rollups.ts';

export const ListNightsQuery = z.object({
  from: LocalDateText.meta({ example: '2026-11-01', description: 'Inclusive' }),
  to: LocalDateText.meta({
    example: '2026-11-30',
    description: `Inclusive; at most ${MAX_NIGHT_RANGE_DAYS} days from \`from\``,
  }),
  wait: Flag.meta({ description: 'Compute a few stale nights on the spot' }),
});
export type ListNightsQuery = z.infer<typeof ListNightsQuery>;

/** Null, and never 0, where the source does not say. */
const minutes = (description: string) => z.number().nonnegative().nullable().meta({ description });
const offset = z
  .int()
  .nullable()
  .meta({ description: "Minutes east of UTC on the wearer's clock at the end; null when nobody says" });

const StageMinutes = {
  totalSleepMin: minutes('Time asleep'),
  remMin: minutes('REM sleep; null when the source never tells it, 0 when it does and there was none'),
  deepMin: minutes('Deep sleep'),
  lightMin: minutes('Light sleep'),
  awakeMin: minutes('Awake between going to bed and getting up'),
  unspecifiedMin: minutes('Asleep without saying how'),
};

const NapBase = {
  start: InstantText,
  end: InstantText,
  ...StageMinutes,
  zoneOffsetMinutes: offset,
  source: SourceInput,
};
export const Nap = z.object(NapBase).meta({ id: 'Nap' });
export type Nap = z.infer<typeof Nap>;

export const NightSource = SourceInput.extend({
  sourceId: z.string(),
  isUsed: z.boolean().meta({ description: 'Whether the night or a nap is as this source tells it' }),
}).meta({ id: 'NightSource' });
export type NightSource = z.infer<typeof NightSource>;

const NightBase = {
  date: LocalDateText.meta({ description: 'The date of waking up' }),
  eveningDate: LocalDateText.meta({ description: 'The date before, by which others name the same night' }),
  status: RollupStatus,
  reason: z.string().optional().meta({ description: 'When PARTIAL or FAILED' }),
  behindSeq: z
    .int()
    .nonnegative()
    .optional()
    .meta({ description: 'When STALE: the newest sequence number of its inputs' }),
  sourceSeq: z.int().nonnegative().nullable(),
  computedAt: InstantText.nullable(),
  computeVersion: z.int().nonnegative(),
  sleepStart: InstantText.nullable().meta({ description: 'Falling asleep' }),
  sleepEnd: InstantText.nullable().meta({ description: 'Waking up' }),
  inBedStart: InstantText.nullable(),
  inBedEnd: InstantText.nullable(),
  ...StageMinutes,
  inBedMin: minutes('Time in bed'),
  latencyMin: minutes('From going to bed to falling asleep'),
  wakeCount: z
    .int()
    .nonnegative()
    .nullable()
    .meta({ description: 'Times awake between falling asleep and waking up' }),
  efficiencyPct: z.number().min(0).max(100).nullable().meta({ description: 'Time asleep over time in bed' }),
  coverage: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .meta({ description: 'Share of the sleep that stages or totals account for' }),
  hoursSinceSession: z.number().nonnegative().nullable().meta({
    description:
      'Hours from the end of the last session before it to falling asleep, as sessions are now; null when there was none in seven days, or they cannot be told just now',
  }),
  zoneOffsetMinutes: offset,
  source: SourceInput.nullable().meta({ description: 'Whose night it is' }),
  sources: z.array(NightSource).meta({ description: 'All that tell of this night or its naps' }),
};

export const Night = z
  .object({
    ...NightBase,
    naps: z.array(Nap).meta({ description: 'Sleep that ends on this date and is not the night' }),
  })
  .meta({ id: 'Night' });
export type Night = z.infer<typeof Night>;

export const ListNightsAnswer = z
  .object({ nights: z.array(Night), nextCursor: NextCursor })
  .meta({ id: 'NightList' });
export type ListNightsAnswer = z.infer<typeof ListNightsAnswer>;

export const StageOfNight = z
  .object({ stage: z.enum(SLEEP_STAGES).exclude(['in_bed']), start: InstantText, end: InstantText })
  .meta({ id: 'NightStage' });
export type StageOfNight = z.infer<typeof StageOfNight>;

const stages = z
  .array(StageOfNight)
  .meta({ description: 'In order, without overlap; empty when there are totals alone' });

export const NightSetAsideReason = z.enum([
  'lower_priority',
  'too_little_told',
  'same_sleep',
  'overlap_same_source',
  'record_counts',
  'totals_contradict',
  'too_many',
]);
export type NightSetAsideReason = z.infer<typeof NightSetAsideReason>;

const NightExplanation = z.object({
  sourceId: z.string(),
  used: z.array(z.object({ as: z.enum(['night', 'nap']), start: InstantText, end: InstantText })),
  setAside: z.array(z.object({ start: InstantText, end: InstantText, reason: NightSetAsideReason })),
});

export const NightDetail = z
  .object({
    ...NightBase,
    naps: z.array(z.object({ ...NapBase, stages })),
    stages,
    explain: z
      .array(NightExplanation)
      .meta({ description: 'What each source told, what of it counts, and why the rest does not' }),
  })
  .meta({ id: 'NightDetail' });
export type NightDetail = z.infer<typeof NightDetail>;
