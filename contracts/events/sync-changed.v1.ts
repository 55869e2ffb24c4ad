import * as z from 'zod';
import { EventEnvelope } from './envelope.ts';

export const SYNC_CHANGED_V1 = 'sync.changed.v1';

export const SyncRowChange = z.object({
  entityType: z.string(),
  id: z.string(),
  op: z.enum(['upsert', 'delete']),
  /** Rises by one with each change of the row. */
  version: z.int().positive(),
});
export type SyncRowChange = z.infer<typeof SyncRowChange>;

/**
 * Devices, or the plain resources, changed rows of a user. `seq` counts the commits of device sync, apart
 * from those of samples. A hint to pull: devices that miss it lose time only (SYN11).
 */
export const SyncChangedV1 = EventEnvelope.extend({
  /** Null: no device, but a server of yours or a rule of ours. */
  originDeviceId: z.string().nullable(),
  /** A transaction writes at most 97 rows (SYN1), so that they fit into one event. */
  changes: z.array(SyncRowChange).min(1),
});
export type SyncChangedV1 = z.infer<typeof SyncChangedV1>;
