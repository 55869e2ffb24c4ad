import { ProviderSyncInput } from '../../../contracts/commands/provider-sync-step.ts';
import { ConnectionId, SyncId, UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { WorkflowRun } from '../../../lib/connections/syncs/run-workflow.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';

/** The ids of a step's input as what a run of a sync takes. Throws for what is no id of ours. */
export function toRun(input: ProviderSyncInput, deadlineMs: EpochMs): WorkflowRun {
  const { workspaceId, userId, connectionId, syncId, correlationId } = ProviderSyncInput.parse(input);
  return {
    scope: { workspaceId: WorkspaceId.parse(workspaceId), userId: UserId.parse(userId) },
    connectionId: ConnectionId.parse(connectionId),
    syncId: SyncId.parse(syncId),
    correlationId,
    deadlineMs,
  };
}
