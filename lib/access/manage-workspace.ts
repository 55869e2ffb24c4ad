import type { WorkspaceId } from '../../contracts/primitives/ids.ts';
import { AppError } from '../problems/app-error.ts';
import {
  applyWorkspaceChanges,
  type Workspace,
  type WorkspaceChanges,
  type WorkspaceStore,
} from './workspace.ts';

const MAX_ROUND_COUNT = 5;

/** The workspace of the principal. It was there when the principal was found. */
export async function loadWorkspace(
  workspaces: WorkspaceStore,
  workspaceId: WorkspaceId,
): Promise<Workspace> {
  const workspace = await workspaces.load(workspaceId);
  if (workspace === undefined) throw new AppError('auth.invalid', 'The workspace is gone.');
  return workspace;
}

/** The workspace after `changes`; what changes nothing writes nothing. `server.unavailable` under contention. */
export async function updateWorkspace(
  workspaces: WorkspaceStore,
  workspaceId: WorkspaceId,
  changes: WorkspaceChanges,
): Promise<Workspace> {
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const current = await loadWorkspace(workspaces, workspaceId);
    const next = applyWorkspaceChanges(current, changes);
    if (next === undefined) return current;
    if ((await workspaces.save(next)) === 'saved') return next;
  }
  throw new AppError('server.unavailable', 'Others are changing the workspace; try again.');
}
