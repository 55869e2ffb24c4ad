import type { WorkspaceId } from '../../contracts/primitives/ids.ts';
import { parseCursor, toCursor } from './list-cursor.ts';
import type { User } from './model.ts';
import type { UserStore } from './user-store.ts';

/** A page of the workspace's users in the order of their ids; `request.bad_cursor`. */
export async function listUsers(
  users: Pick<UserStore, 'list'>,
  workspaceId: WorkspaceId,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly users: readonly User[]; readonly nextCursor: string | null }> {
  const after = page.cursor === undefined ? undefined : parseCursor(workspaceId, page.cursor);
  const found = await users.list(workspaceId, { after, limit: page.limit });
  return {
    users: found.users,
    nextCursor: found.last === undefined ? null : toCursor(workspaceId, found.last),
  };
}
