import * as z from 'zod';

/** Input of the provider-sync state machine and of each of its steps. Ids only. */
export const ProviderSyncInput = z.object({
  workspaceId: z.string(),
  userId: z.string(),
  connectionId: z.string(),
  syncId: z.string(),
  correlationId: z.string(),
});
export type ProviderSyncInput = z.infer<typeof ProviderSyncInput>;

/** Answer of prepare-sync. `stop`: somebody else works on the connection, or there is nothing to do. */
export const PreparedSync = z.object({ outcome: z.enum(['run', 'stop']) });
export type PreparedSync = z.infer<typeof PreparedSync>;

/** Answer of fetch-pages. `waitSec` is at least 1 with `wait` and 0 else. */
export const SyncSlice = z.object({
  outcome: z.enum(['more', 'wait', 'done']),
  waitSec: z.int().nonnegative(),
});
export type SyncSlice = z.infer<typeof SyncSlice>;

/** Input of finish-sync. `error` is the Step Functions error name, e.g. `ProviderUnavailable`, `States.Timeout`. */
export const FinishSyncInput = ProviderSyncInput.extend({
  outcome: z.enum(['done', 'failed']),
  error: z.string().optional(),
});
export type FinishSyncInput = z.infer<typeof FinishSyncInput>;
