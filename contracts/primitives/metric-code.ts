import * as z from 'zod';
import { METRICS } from '../metrics/catalog.ts';

/** A code of the metric catalogue. */
export const MetricCode = z
  .enum([...METRICS.keys()])
  .meta({ id: 'MetricCode', description: 'A code of the metric catalogue', example: 'heart_rate' });
