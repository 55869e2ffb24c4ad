import * as z from 'zod';

/** Body of the large-ingest queue: the request itself lies in S3 at `payloadKey` (ING8). */
export const IngestQueued = z.object({
  workspaceId: z.string(),
  userId: z.string(),
  requestId: z.string(),
  payloadKey: z.string(),
  correlationId: z.string(),
});
export type IngestQueued = z.infer<typeof IngestQueued>;
