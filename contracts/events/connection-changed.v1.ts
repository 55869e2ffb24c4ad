import * as z from 'zod';
import { EventEnvelope } from './envelope.ts';

export const CONNECTION_CHANGED_V1 = 'connection.changed.v1';

/** A connection to a provider was made, lost its grant, came back or ended. */
export const ConnectionChangedV1 = EventEnvelope.extend({
  connectionId: z.string(),
  provider: z.string(),
  status: z.enum(['connected', 'needs_reauth', 'disconnected']),
  /** Why, when it is not `connected`: a code. */
  reason: z.string().optional(),
});
export type ConnectionChangedV1 = z.infer<typeof ConnectionChangedV1>;
