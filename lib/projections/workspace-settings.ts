import type { PrioritySettings, UserScope } from '../samples/model.ts';

/** What projections need of a workspace's settings. */
export interface WorkspaceSettings {
  /**
   * The orders of the workspace with the number of each last change (rising per workspace, from 1), strongly
   * consistent, so that a row is never called READY after a change. Empty when none was ever set.
   */
  loadPriorities(workspaceId: UserScope['workspaceId']): Promise<PrioritySettings>;
}
