import * as z from 'zod';
import { METRICS } from '../metrics/catalog.ts';
import { RequestId, UserId } from '../primitives/ids.ts';
import { idText } from '../primitives/text.ts';
import { InstantText, LocalDateText } from '../primitives/time.ts';
import { NextCursor, PageQuery } from './paging.ts';

export const ReadModelName = z.enum(['rollups', 'sleep', 'session_impact']);
export const RebuildStateName = z.enum(['queued', 'running', 'done', 'failed']);

const MetricCode = z
  .string()
  .max(64)
  .refine((code) => METRICS.has(code), { error: 'must be a metric' });
const count = (description: string) => z.int().nonnegative().meta({ description });

/** What is not named is all of it. */
export const StartRebuildRequest = z
  .strictObject({
    requestId: RequestId.optional().meta({
      description: 'The same id is the same rebuild, for 30 days',
    }),
    userId: UserId.optional().meta({ description: 'Without it all users of the workspace' }),
    models: z.array(ReadModelName).min(1).max(3).optional(),
    metrics: z.array(MetricCode).min(1).max(100).optional().meta({
      description: 'Codes of metrics; `sleep_session` for nights',
    }),
    from: LocalDateText.optional().meta({ description: 'The first local date' }),
    to: LocalDateText.optional().meta({ description: 'The last local date, inclusive' }),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['to'],
    error: 'must not be before from',
  })
  .meta({ id: 'StartRebuildRequest' });
export type StartRebuildRequest = z.infer<typeof StartRebuildRequest>;

const Place = z.object({
  userId: idText('usr'),
  model: ReadModelName.optional(),
  metric: z.string().optional(),
  throughDate: LocalDateText.optional().meta({ description: 'Every date up to this one is done' }),
});

export const Rebuild = z
  .object({
    rebuildId: idText('rbd'),
    state: RebuildStateName,
    code: z.enum(['unsettled', 'fault', 'stalled']).nullable().meta({
      description:
        'When failed. unsettled: rows kept missing inputs; fault: a step failed at each try; stalled: no step came for hours',
    }),
    userId: idText('usr').nullable().meta({ description: 'Null: all users' }),
    models: z.array(ReadModelName),
    metrics: z.array(z.string()).nullable().meta({ description: 'Null: all' }),
    from: LocalDateText.nullable(),
    to: LocalDateText.nullable(),
    userCount: count('Users that are done'),
    computedCount: count('Rows that were computed'),
    currentCount: count('Rows that were equal to their inputs already'),
    unsettledCount: count('Rows whose inputs were not whole'),
    at: Place.nullable().meta({ description: 'What is in hand' }),
    createdAt: InstantText,
    updatedAt: InstantText,
  })
  .meta({ id: 'Rebuild' });
export type Rebuild = z.infer<typeof Rebuild>;

export const ListRebuildsQuery = PageQuery;
export const ListRebuildsAnswer = z
  .object({ rebuilds: z.array(Rebuild), nextCursor: NextCursor })
  .meta({ id: 'RebuildList' });
export type ListRebuildsAnswer = z.infer<typeof ListRebuildsAnswer>;
