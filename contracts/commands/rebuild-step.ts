import * as z from 'zod';

/**
 * Body of the `rebuilds` queue, beside the events that EventBridge puts there: the next step of a rebuild, or of
 * the recomputation of one user whose priorities changed. A step that was taken already is dropped.
 */
export const RebuildStep = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('rebuild'),
    workspaceId: z.string(),
    rebuildId: z.string(),
    step: z.int().nonnegative(),
  }),
  z.object({
    kind: z.literal('recompute'),
    workspaceId: z.string(),
    userId: z.string(),
    step: z.int().nonnegative(),
  }),
]);
export type RebuildStep = z.infer<typeof RebuildStep>;
