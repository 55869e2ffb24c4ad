import * as z from 'zod';
import { lineOf } from '../primitives/text.ts';
import { InstantText } from '../primitives/time.ts';
import { NextCursor, PageQuery } from './paging.ts';
import { RollupStatus } from './rollups.ts';

const figure = z.number().nullable();
const MetricCodes = lineOf(700).meta({
  description:
    'Up to ten codes of the metric catalogue, with commas between; without it all that the user has',
  example: 'heart_rate',
});
/** As devices name their rows. */
const RowId = lineOf(64);

export const ListSessionImpactQuery = PageQuery.extend({
  from: InstantText.meta({ description: 'Sessions that began at or after', example: '2026-11-01T00:00:00Z' }),
  to: InstantText.meta({ description: 'Sessions that began before', example: '2026-12-01T00:00:00Z' }),
  metric: MetricCodes.optional(),
  sessionId: RowId.optional().meta({ description: 'This session alone' }),
});
export type ListSessionImpactQuery = z.infer<typeof ListSessionImpactQuery>;

export const ImpactWindow = z
  .object({
    mean: figure,
    min: figure,
    max: figure,
    count: z.int().nonnegative(),
    coverage: z.number().min(0).max(1).meta({ description: 'Share of the readings expected by the metric' }),
  })
  .meta({ id: 'ImpactWindow' });
export type ImpactWindow = z.infer<typeof ImpactWindow>;

const Window = ImpactWindow.nullable().meta({ description: 'Null where it was never computed' });

const expectedPerHour = z.number().positive().meta({
  description:
    'Readings of the metric that are expected in an hour: coverage is the share of such slots that hold one, so that a source that reads more seldom stays below 1',
});

export const SessionImpact = z
  .object({
    sessionId: z.string(),
    sessionVersion: z.int().positive(),
    startedAt: InstantText,
    endedAt: InstantText,
    productId: z
      .string()
      .nullable()
      .meta({ description: 'Whom it is credited to; null: nobody, or several' }),
    credit: z.enum(['primary', 'single', 'several', 'none']).meta({
      description: 'The primary product; the single one of its consumptions; several of them; none',
    }),
    metric: z.string(),
    unit: z.string(),
    status: RollupStatus,
    behindSeq: z.int().positive().optional().meta({ description: 'When STALE: the newest change not in it' }),
    reason: z.string().optional().meta({ description: 'When PARTIAL or FAILED' }),
    windowMin: z.int().positive(),
    expectedPerHour,
    before: Window,
    during: Window,
    after: Window,
    deltaDuring: figure.meta({ description: 'Mean during less mean before; null when that is null or 0' }),
    deltaDuringPct: figure,
    deltaAfter: figure,
    deltaAfterPct: figure,
    isReliable: z.boolean().meta({ description: 'Every window has at least 0.6 of the readings expected' }),
    computedAt: InstantText.nullable(),
    computeVersion: z.int().nonnegative(),
  })
  .meta({ id: 'SessionImpact' });
export type SessionImpact = z.infer<typeof SessionImpact>;

const isBehind = z.boolean().meta({
  description: 'Sessions changed that are not looked at yet: ask again in a moment',
});

export const ListSessionImpactAnswer = z
  .object({ impacts: z.array(SessionImpact), isBehind, nextCursor: NextCursor })
  .meta({ id: 'SessionImpactList' });
export type ListSessionImpactAnswer = z.infer<typeof ListSessionImpactAnswer>;

export const ListProductImpactQuery = z.object({
  metric: MetricCodes.optional(),
  periodDays: z
    .enum(['7', '30', '90'])
    .default('30')
    .transform((text): 7 | 30 | 90 => (text === '7' ? 7 : text === '30' ? 30 : 90))
    .meta({
      description: 'Days up to now',
      override: ({ jsonSchema }: { jsonSchema: object }) => {
        Object.assign(jsonSchema, { type: 'integer', enum: [7, 30, 90], default: 30 });
      },
    }),
  productId: RowId.optional().meta({ description: 'This product alone' }),
});
export type ListProductImpactQuery = z.infer<typeof ListProductImpactQuery>;

const Delta = z
  .object({
    mean: figure,
    median: figure,
    interval95: z.object({ low: z.number(), high: z.number() }).nullable().meta({
      description: "Of the mean, by Student's t; null with fewer than two sessions",
    }),
  })
  .meta({ id: 'ImpactDelta' });

export const ProductImpact = z
  .object({
    productId: z.string(),
    productName: z.string().nullable().meta({ description: 'Null when it was deleted' }),
    metric: z.string(),
    unit: z.string(),
    periodDays: z.union([z.literal(7), z.literal(30), z.literal(90)]),
    windowMin: z.int().positive(),
    expectedPerHour,
    status: RollupStatus.meta({ description: "The worst of its sessions'" }),
    behindSeq: z.int().positive().optional(),
    sessionCount: z.int().nonnegative().meta({ description: 'Reliable ones: the figures are of these' }),
    unreliableCount: z.int().nonnegative(),
    excluded: z
      .array(
        z.object({
          reason: z.enum(['not_computed', 'too_long', 'incomplete', 'no_data', 'no_baseline']),
          count: z.int().positive(),
        }),
      )
      .meta({ description: 'Sessions of the product that say nothing, and why' }),
    baselineMean: figure,
    during: Delta,
    duringPct: Delta,
    after: Delta,
    afterPct: Delta,
    coverage: z.number().min(0).max(1).nullable().meta({ description: 'Mean of all its sessions with data' }),
    consistency: z.number().min(0).max(1).nullable().meta({
      description: '1 less the coefficient of variation of the change after, in percent',
    }),
    score: z.number().min(0).max(1),
    confidence: z.enum(['HIGH', 'MEDIUM', 'LOW', 'INSUFFICIENT']).meta({
      description: 'HIGH: 10 sessions and coverage 0.8; MEDIUM: 5 and 0.6; LOW: 3 and 0.4',
    }),
    isReliable: z.boolean(),
    flags: z.array(
      z.enum([
        'PRIMARY_PRODUCT_ONLY',
        'LOW_SESSION_COUNT',
        'INCONSISTENT_DELTAS',
        'LOW_COVERAGE',
        'MIXED_RELIABILITY',
        'SHORT_OBSERVATION_PERIOD',
      ]),
    ),
    evidenceSessionIds: z
      .array(z.string())
      .max(20)
      .meta({ description: 'The newest twenty of its sessions' }),
  })
  .meta({ id: 'ProductImpact' });
export type ProductImpact = z.infer<typeof ProductImpact>;

export const ListProductImpactAnswer = z
  .object({
    products: z.array(ProductImpact),
    from: InstantText,
    to: InstantText,
    notCredited: z
      .object({
        none: z.int().nonnegative(),
        several: z.int().nonnegative(),
        notCompleted: z.int().nonnegative(),
      })
      .meta({ description: 'Sessions of the period that are credited to no product' }),
    isBehind,
    isCut: z.boolean().meta({ description: 'There is more than one answer holds: ask for a shorter period' }),
  })
  .meta({ id: 'ProductImpactList' });
export type ListProductImpactAnswer = z.infer<typeof ListProductImpactAnswer>;

export const ReadTelemetryQuery = z.object({
  metrics: lineOf(350).default('heart_rate').meta({
    description: 'Up to five codes of the metric catalogue, with commas between',
    example: 'heart_rate',
  }),
  resolution: z.enum(['1m', '5m']).default('1m'),
});
export type ReadTelemetryQuery = z.infer<typeof ReadTelemetryQuery>;

export const TelemetrySeries = z
  .object({
    metric: z.string(),
    unit: z.string(),
    isComplete: z.boolean().meta({ description: 'False: more than one answer holds; it ends early' }),
    points: z.array(
      z.object({
        start: InstantText,
        count: z.int().positive(),
        sum: z.number().optional().meta({ description: 'Of additive metrics alone' }),
        min: z.number(),
        max: z.number(),
        mean: z.number(),
      }),
    ),
    gaps: z
      .array(z.object({ from: InstantText, to: InstantText, missingCount: z.int().positive() }))
      .meta({ description: 'Two or more buckets in a row without a reading' }),
  })
  .meta({ id: 'TelemetrySeries' });
export type TelemetrySeries = z.infer<typeof TelemetrySeries>;

export const SessionTelemetry = z
  .object({
    sessionId: z.string(),
    sessionVersion: z.int().positive(),
    sessionStatus: z.enum(['ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED']),
    startedAt: InstantText,
    endedAt: InstantText.nullable(),
    isRunning: z.boolean(),
    from: InstantText.meta({ description: 'An hour before the start' }),
    to: InstantText.meta({ description: 'An hour after the end, or now' }),
    isCut: z.boolean().meta({ description: 'The session is longer than a day: 26 h of it are told' }),
    resolution: z.enum(['1m', '5m']),
    series: z.array(TelemetrySeries),
  })
  .meta({ id: 'SessionTelemetry' });
export type SessionTelemetry = z.infer<typeof SessionTelemetry>;
