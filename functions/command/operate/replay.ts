import type { WorkspaceStore } from '../../../lib/access/workspace.ts';
import { type ReplayDeps, replayChanges } from '../../../lib/outbox/replay.ts';
import type { OperateCommand } from './arguments.ts';

type ReplayOptions = Extract<OperateCommand, { name: 'relay replay' }>['options'];

interface ReplayDependencies {
  readonly replaying: ReplayDeps;
  readonly workspaces: Pick<WorkspaceStore, 'load'>;
}

/**
 * Puts events on the bus again (OBX8), with a line after each page: its `--after` goes on from there. Throws where
 * there is no such workspace: "0 events" would tell an operator who mistyped its id that all is said.
 */
export async function replay(
  { workspace, log, from, to, after }: ReplayOptions,
  { replaying, workspaces }: ReplayDependencies,
  print: (line: string) => void,
): Promise<void> {
  if ((await workspaces.load(workspace)) === undefined) throw new Error(`there is no workspace ${workspace}`);
  const request = {
    workspaceId: workspace,
    log,
    fromMs: from,
    toMs: to,
    ...(after === undefined ? {} : { resumeAfter: after }),
  };
  let eventCount = 0;
  for await (const progress of replayChanges(replaying, request)) {
    const { cursor, userCount, entryCount } = progress;
    eventCount = progress.eventCount;
    print(
      `${userCount} users, ${entryCount} entries, ${eventCount} events  --after ${cursor.userId}:${cursor.seq}`,
    );
  }
  print(`${eventCount} events are on the bus`);
}
