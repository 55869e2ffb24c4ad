import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import type { Clock } from '../../core/clock.ts';
import { mapBounded } from '../../core/map-bounded.ts';
import type { UserScope } from '../../samples/model.ts';
import type { ConnectionStore } from '../connection-store.ts';
import type { SyncQueue } from '../syncs/sync-queue.ts';

export interface ScheduleDependencies {
  readonly connections: Pick<ConnectionStore, 'listDue'>;
  readonly queue: SyncQueue;
  readonly clock: Clock;
  readonly newCorrelationId: () => string;
}

interface Due {
  readonly scope: UserScope;
  readonly connectionId: ConnectionId;
}

export const DUE_SHARDS = 64;
const SHARDS_AT_A_TIME = 8;
/** Per shard and minute: the longest waiting come first, the others with the next minute. */
const MAX_DUE_PER_SHARD = 50;
const WAKES_AT_A_TIME = 20;
/** Polls of a minute are spread over it, so that a provider does not get them all at its first second. */
const SPREAD_SEC = 50;

/**
 * Wakes the connections whose time has come: workspaces in turn, so that a large one delays no small one
 * (CON34), spread over the minute. Answers how many. What a connection needs is decided by who works on it; to
 * wake it twice is harmless.
 */
export async function scheduleDue(deps: ScheduleDependencies): Promise<number> {
  const nowMs = deps.clock.now();
  const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => shard);
  const found = await mapBounded(shards, SHARDS_AT_A_TIME, (shard) =>
    deps.connections.listDue(shard, nowMs, MAX_DUE_PER_SHARD),
  );
  const due = inTurn(found.flat());
  await mapBounded(
    due.map((each, position) => ({ ...each, position })),
    WAKES_AT_A_TIME,
    ({ scope, connectionId, position }) => {
      const delaySec = Math.floor((position * SPREAD_SEC) / Math.max(due.length, SPREAD_SEC));
      return deps.queue.wake(scope, connectionId, { correlationId: deps.newCorrelationId(), delaySec });
    },
  );
  return due.length;
}

/** One of each workspace, then the next of each, as long as there are any. */
export function inTurn(due: readonly Due[]): readonly Due[] {
  const queues = new Map<string, Due[]>();
  for (const each of due) {
    const queue = queues.get(each.scope.workspaceId);
    if (queue === undefined) queues.set(each.scope.workspaceId, [each]);
    else queue.push(each);
  }
  const longest = Math.max(0, ...[...queues.values()].map(({ length }) => length));
  return Array.from({ length: longest }, (_, round) =>
    [...queues.values()].flatMap((queue) => queue[round] ?? []),
  ).flat();
}
