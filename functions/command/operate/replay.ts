import { type ReplayDeps, replayChanges } from '../../../lib/outbox/replay.ts';
import type { OperateCommand } from './arguments.ts';

type ReplayOptions = Extract<OperateCommand, { name: 'relay replay' }>['options'];

/** Puts events on the bus again (OBX8), with a line after each page: its `--after` goes on from there. */
export async function replay(
  { workspace, log, from, to, after }: ReplayOptions,
  deps: ReplayDeps,
  print: (line: string) => void,
): Promise<void> {
  const request = {
    workspaceId: workspace,
    log,
    fromMs: from,
    toMs: to,
    ...(after === undefined ? {} : { resumeAfter: after }),
  };
  let eventCount = 0;
  for await (const progress of replayChanges(deps, request)) {
    const { cursor, userCount, entryCount } = progress;
    eventCount = progress.eventCount;
    print(
      `${userCount} users, ${entryCount} entries, ${eventCount} events  --after ${cursor.userId}:${cursor.seq}`,
    );
  }
  print(`${eventCount} events are on the bus`);
}
