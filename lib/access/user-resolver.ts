import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';

export interface UserResolver {
  /**
   * The user of the workspace whose externalId is `subject`, made at first use (ACC11). Of two callers at
   * once one makes it, both get the same id. Undefined when the subject cannot be an external id.
   */
  resolve(workspaceId: WorkspaceId, subject: string): Promise<UserId | undefined>;
}
