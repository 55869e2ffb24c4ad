import * as z from 'zod';
import { MAX_PAGE_SIZE, MAX_ROLLUP_RANGE_DAYS } from '../limits.ts';
import { lineOf } from '../primitives/text.ts';
import { InstantText, LocalDateText } from '../primitives/time.ts';
import { asInteger, countText, Flag, NextCursor, PageQuery } from './paging.ts';

export const RollupStatus = z.enum(['READY', 'STALE', 'PARTIAL', 'NO_DATA', 'FAILED']).meta({
  id: 'RollupStatus',
  description:
    'READY: equal to a recomputation from the samples. STALE: behind by `behindSeq`. PARTIAL: over the bound of work. NO_DATA: figures are null. FAILED: see `reason`.',
});
export type RollupStatus = z.infer<typeof RollupStatus>;

export const RollupPeriod = z.enum(['day', 'week', 'month']);
export type RollupPeriod = z.infer<typeof RollupPeriod>;

export const ListRollupsQuery = PageQuery.extend({
  metric: lineOf(700).meta({
    description: 'Up to ten codes of the metric catalogue, with commas between',
    example: 'steps,heart_rate',
  }),
  limit: countText(1, MAX_PAGE_SIZE)
    .default(MAX_PAGE_SIZE)
    .meta({
      description: 'Entries on a page, at most',
      override: asInteger(1, MAX_PAGE_SIZE, MAX_PAGE_SIZE),
    }),
  from: LocalDateText.meta({ example: '2026-11-01', description: 'Inclusive' }),
  to: LocalDateText.meta({
    example: '2026-11-30',
    description: `Inclusive; at most ${MAX_ROLLUP_RANGE_DAYS} days from \`from\``,
  }),
  period: RollupPeriod.default('day').meta({ description: 'Weeks begin on Monday (ISO 8601)' }),
  explain: Flag.meta({ description: 'What each source gave, and what was set aside and why' }),
  wait: Flag.meta({ description: 'Compute a few stale rows on the spot' }),
});
export type ListRollupsQuery = z.infer<typeof ListRollupsQuery>;

const SetAsideReason = z.enum(['lower_priority', 'overlap_same_source', 'day_total_superseded']);

/** With `explain` all of it; else who gave how many samples. */
export const RollupSource = z
  .object({
    sourceId: z.string(),
    provider: z.string(),
    count: z.int().nonnegative(),
    sum: z.number().optional(),
    min: z.number().nullable().optional(),
    max: z.number().nullable().optional(),
    mean: z.number().nullable().optional(),
    counted: z
      .number()
      .optional()
      .meta({ description: "Part of the source's sum, or of its points, in the total" }),
    setAside: z.number().optional(),
    setAsideReason: SetAsideReason.optional().meta({ description: 'Why most of it was set aside' }),
    setAsideBy: z.array(z.object({ reason: SetAsideReason, amount: z.number() })).optional(),
  })
  .meta({ id: 'RollupSource' });
export type RollupSource = z.infer<typeof RollupSource>;

const figure = z.number().nullable();
const Reading = z.object({ at: InstantText, value: z.number() }).meta({ id: 'Reading' });
const RollupBase = {
  metric: z.string(),
  unit: z.string(),
  status: RollupStatus,
  sourceSeq: z
    .int()
    .nonnegative()
    .nullable()
    .meta({ description: 'The newest change in it; null without data' }),
  behindSeq: z.int().positive().optional().meta({ description: 'When STALE: the newest change not in it' }),
  computedAt: InstantText.nullable(),
  computeVersion: z.int().nonnegative(),
  count: z
    .int()
    .nonnegative()
    .nullable()
    .meta({ description: 'Null on a STALE day that was never computed' }),
  sum: figure.optional().meta({ description: 'Of additive metrics alone' }),
  min: figure,
  max: figure,
  mean: figure,
  variance: figure.meta({ description: 'Of the whole population' }),
  first: Reading.nullable(),
  last: Reading.nullable(),
  coverage: z.number().min(0).max(1).nullable().meta({ description: 'Share of the period with data' }),
  reason: z.string().optional().meta({ description: 'When PARTIAL or FAILED' }),
  sources: z.array(RollupSource),
};

export const DayRollup = z.object({ date: LocalDateText, ...RollupBase }).meta({ id: 'DayRollup' });
export type DayRollup = z.infer<typeof DayRollup>;

/** Days folded; `from` and `to` are the first and last day of the period that were asked for. */
export const PeriodRollup = z
  .object({
    period: z.enum(['week', 'month']),
    date: LocalDateText.meta({ description: 'The same as `from`' }),
    from: LocalDateText,
    to: LocalDateText,
    ...RollupBase,
  })
  .meta({ id: 'PeriodRollup' });
export type PeriodRollup = z.infer<typeof PeriodRollup>;

export const ListRollupsAnswer = z
  .object({ rollups: z.array(z.union([DayRollup, PeriodRollup])), nextCursor: NextCursor })
  .meta({ id: 'RollupList' });
export type ListRollupsAnswer = z.infer<typeof ListRollupsAnswer>;
