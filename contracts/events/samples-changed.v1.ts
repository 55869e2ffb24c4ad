import * as z from 'zod';
import { EventEnvelope } from './envelope.ts';

export const SAMPLES_CHANGED_V1 = 'samples.changed.v1';

/** One block that a transaction wrote: where, which local dates moved, and how many samples. */
export const BlockChange = z.object({
  metric: z.string(),
  sourceId: z.string(),
  /** Sort key of the block: `<bucket>#<sourceId>[#<part>]`. */
  block: z.string(),
  version: z.int().positive(),
  fromMs: z.int(),
  toMs: z.int(),
  /** Local dates whose samples in this block changed. A reader's block shows seq or later for them. */
  dates: z.array(z.string()).min(1),
  counts: z.object({
    added: z.int().nonnegative(),
    updated: z.int().nonnegative(),
    deleted: z.int().nonnegative(),
  }),
});
export type BlockChange = z.infer<typeof BlockChange>;

export const Origin = z.enum(['live', 'backfill', 'import']);
export type Origin = z.infer<typeof Origin>;

export const SamplesChangedV1 = EventEnvelope.extend({
  requestId: z.string(),
  origin: Origin,
  /** Numbered parts keep an entry's event under 64 KB (OBX2). */
  part: z.object({ index: z.int().nonnegative(), count: z.int().positive() }),
  changes: z.array(BlockChange).min(1),
});
export type SamplesChangedV1 = z.infer<typeof SamplesChangedV1>;
