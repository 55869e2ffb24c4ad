import * as z from 'zod';
import { InstantText } from '../primitives/time.ts';
import { DeviceType } from './ingest-samples.ts';

const span = {
  count: z.int().nonnegative().meta({ description: 'Living samples' }),
  first: InstantText.nullable(),
  last: InstantText.nullable(),
};

const MetricSource = z
  .object({
    sourceId: z.string(),
    provider: z.string(),
    device: z
      .object({
        manufacturer: z.string().optional(),
        model: z.string().optional(),
        type: DeviceType.optional(),
      })
      .optional(),
    app: z.string().optional(),
    ...span,
    units: z
      .record(z.string(), z.int())
      .meta({ description: 'Accepted samples by the unit that they were sent in' }),
  })
  .meta({ id: 'MetricSource' });

/** What a user has, blocked metrics left out. */
export const ListMetricsAnswer = z
  .object({
    metrics: z.array(
      z
        .object({ metric: z.string(), unit: z.string(), ...span, sources: z.array(MetricSource) })
        .meta({ id: 'UserMetric' }),
    ),
  })
  .meta({ id: 'UserMetricList' });
export type ListMetricsAnswer = z.infer<typeof ListMetricsAnswer>;
