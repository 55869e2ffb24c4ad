import * as z from 'zod';
import { lineOf } from '../primitives/text.ts';
import { InstantText, LocalDateText } from '../primitives/time.ts';
import { NextCursor, PageQuery } from './paging.ts';

export const Resolution = z.enum(['raw', '1m', '5m', '15m', '1h', '1d']);
export type Resolution = z.infer<typeof Resolution>;

/** Metric codes in queries are looked up by the reader: an unknown one is `read.metric_unknown`. */
export const MetricQuery = lineOf(64).meta({
  description: 'A code of the metric catalogue',
  example: 'steps',
});

export const ListSamplesQuery = PageQuery.extend({
  metric: MetricQuery,
  from: InstantText.meta({
    description: 'Samples that start at this instant or later',
    example: '2026-11-21T00:00:00Z',
  }),
  to: InstantText.meta({
    description: 'Samples that start before this instant',
    example: '2026-11-22T00:00:00Z',
  }),
  resolution: Resolution.default('raw').meta({ description: 'Buckets of this width instead of samples' }),
  source: lineOf(64).optional().meta({ description: 'A sourceId' }),
});
export type ListSamplesQuery = z.infer<typeof ListSamplesQuery>;

export const StoredSample = z
  .object({
    metric: z.string(),
    sourceId: z.string(),
    provider: z.string(),
    start: InstantText,
    end: InstantText,
    value: z.number().optional().meta({ description: 'In the canonical unit' }),
    category: z.string().optional(),
    unit: z.string(),
    zoneOffsetMinutes: z.int(),
    revision: z.number().optional(),
  })
  .meta({ id: 'StoredSample' });
export type StoredSample = z.infer<typeof StoredSample>;

/** Buckets without samples are left out. */
export const SampleBucket = z
  .object({
    start: InstantText,
    end: InstantText,
    date: LocalDateText.optional().meta({ description: 'Of 1d: the local day' }),
    unit: z.string(),
    count: z.int().positive(),
    sum: z.number().optional().meta({ description: 'Of additive metrics, overlaps counted once' }),
    min: z.number(),
    max: z.number(),
    mean: z.number(),
  })
  .meta({ id: 'SampleBucket' });
export type SampleBucket = z.infer<typeof SampleBucket>;

export const ListSamplesAnswer = z
  .object({ samples: z.array(StoredSample), nextCursor: NextCursor })
  .meta({ id: 'SampleList' });
export type ListSamplesAnswer = z.infer<typeof ListSamplesAnswer>;

export const ListBucketsAnswer = z
  .object({ buckets: z.array(SampleBucket), nextCursor: NextCursor })
  .meta({ id: 'BucketList' });
export type ListBucketsAnswer = z.infer<typeof ListBucketsAnswer>;
