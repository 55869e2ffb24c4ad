import * as z from 'zod';

/** EventBridge source of everything that Headwater says. */
export const EVENT_SOURCE = 'headwater.core';

/**
 * What every event carries. `id` is a hash of (workspace, user, seq, kind, part): a redelivered stream
 * record is the same event, and consumers may drop it by id (OBX2). No health values, ever (OBX3).
 */
export const EventEnvelope = z.object({
  id: z.string(),
  workspaceId: z.string(),
  userId: z.string(),
  seq: z.int().positive(),
  correlationId: z.string(),
  committedAtMs: z.int(),
});
