import * as z from 'zod';
import { METRICS } from '../metrics/catalog.ts';
import { MetricCode } from '../primitives/metric-code.ts';

/** What the user lets in and lets be read; a condition of every write (ING10). */
export const PrivacySettings = z
  .strictObject({
    uploadEnabled: z.boolean(),
    blockedMetrics: z
      .array(MetricCode)
      .max(METRICS.size)
      .meta({ description: 'Neither stored nor readable; repeats are taken once' }),
  })
  .meta({ id: 'PrivacySettings' });
export type PrivacySettings = z.infer<typeof PrivacySettings>;
