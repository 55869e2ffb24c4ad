import type { RebuildId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { PrioritySettings } from '../samples/model.ts';
import { lastChangeOf } from './recompute.ts';
import { type StartRebuildDeps, startRebuild } from './start-rebuild.ts';

/**
 * The rebuild of all users of a workspace for the last change of its priorities: one per change, however often it
 * is asked for, so that a request that was cut off can be repeated. Undefined when they never changed.
 */
export async function rebuildAfterWorkspaceChange(
  deps: StartRebuildDeps,
  workspaceId: WorkspaceId,
  priorities: PrioritySettings,
): Promise<{ readonly rebuildId: RebuildId } | undefined> {
  const version = lastChangeOf(priorities);
  if (version === 0) return undefined;
  const keys = Object.entries(priorities.changedAt)
    .filter(([, changedAt]) => changedAt === version)
    .map(([key]) => key)
    .sort();
  const { rebuildId } = await startRebuild(deps, {
    workspaceId,
    plan: keys.includes('*') ? {} : { metrics: keys },
    // No caller's id has a `#` in it.
    requestKey: `priorities#${version}`,
    isOwn: true,
  });
  return { rebuildId };
}
