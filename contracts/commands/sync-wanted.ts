import * as z from 'zod';

/** Body of the `provider-syncs` queue: a connection whose inbox has something. What, the inbox says. */
export const SyncWanted = z.object({
  workspaceId: z.string(),
  userId: z.string(),
  connectionId: z.string(),
  correlationId: z.string(),
});
export type SyncWanted = z.infer<typeof SyncWanted>;
