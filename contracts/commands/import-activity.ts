import * as z from 'zod';

/** Body of the `activity-imports` queue: what is to be done lies with the import, the file in the bucket. */
export const ImportActivity = z.object({
  workspaceId: z.string(),
  userId: z.string(),
  importId: z.string(),
  correlationId: z.string(),
});
export type ImportActivity = z.infer<typeof ImportActivity>;
