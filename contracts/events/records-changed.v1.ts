import * as z from 'zod';
import { EventEnvelope } from './envelope.ts';
import { Origin } from './samples-changed.v1.ts';

export const RECORDS_CHANGED_V1 = 'records.changed.v1';

export const RecordChange = z.object({
  kind: z.enum(['sleep', 'workout']),
  recordId: z.string(),
  change: z.enum(['created', 'updated', 'deleted']),
  /** Rises by one with each change of the record. */
  version: z.int().positive(),
  provider: z.string(),
  fromMs: z.int(),
  toMs: z.int(),
  /** The local date that the record is shown on; after a move, the one before as well. */
  dates: z.array(z.string()).min(1),
});
export type RecordChange = z.infer<typeof RecordChange>;

/** Sleep sessions or workouts were stored, revised or deleted. */
export const RecordsChangedV1 = EventEnvelope.extend({
  origin: Origin,
  /** A transaction writes at most 25 records, so that they fit into one event. */
  changes: z.array(RecordChange).min(1),
});
export type RecordsChangedV1 = z.infer<typeof RecordsChangedV1>;
