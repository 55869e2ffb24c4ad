import * as z from 'zod';
import { EventEnvelope } from './envelope.ts';

export const BACKFILL_COMPLETED_V1 = 'backfill.completed.v1';

/** One data type of a backfill has come to its end: what was to be read is stored. */
export const BackfillCompletedV1 = EventEnvelope.extend({
  connectionId: z.string(),
  provider: z.string(),
  syncId: z.string(),
  dataType: z.string(),
  status: z.enum(['succeeded', 'failed', 'skipped']),
  fromMs: z.int(),
  toMs: z.int(),
  counts: z.object({
    fetched: z.int().nonnegative(),
    accepted: z.int().nonnegative(),
    updated: z.int().nonnegative(),
    duplicate: z.int().nonnegative(),
    refused: z.int().nonnegative(),
  }),
});
export type BackfillCompletedV1 = z.infer<typeof BackfillCompletedV1>;
