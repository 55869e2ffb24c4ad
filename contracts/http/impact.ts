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
