import { jitteredDelayMs } from '../../core/backoff.ts';
import { SECOND_MS } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { LogEntry, SyncHead } from '../model.ts';
import type { SyncDeps } from '../sync-deps.ts';
import { nameOf } from './known-rows.ts';
import { rowsLedTo } from './rows-led-to.ts';
import type { Run, TasksRequest } from './run-model.ts';
import type { Task } from './write-model.ts';

/** Commits of one user take tens of milliseconds each: what lies further back is seen by now. */
const TAIL_COUNT = 4;
/** As long a transaction is never half visible; the clocks of two hosts are not that far apart. */
const YOUNG_MS = 5 * SECOND_MS;
/** About 2 s in all. */
const MAX_LOOK_COUNT = 14;
const LOOK_DELAY = { baseMs: 20, capMs: 200 };

type Looking = Pick<TasksRequest, 'tasks' | 'originDeviceId'> & Pick<Run, 'takesAsNew'>;

/**
 * Waits until the newest commits are seen with all their rows, where the tasks look at more than rows that they
 * make: the items of a transaction become visible one by one, the counter perhaps first (DynamoDB, USENIX ATC
 * 2023, 4), and no condition of the commit is on what was only read: a parent, a group, a twin, the row of a
 * change that changes nothing, a child that a deletion does not find. Where the rows that were taken as new did not
 * go through (`takesAsNew`), one of them is there already and may change nothing too. Of what this device wrote
 * itself only the rows that the tasks lead to are looked for: its writes were answered, so they are seen, unless a
 * repeat was answered from the ledger while the first copy was becoming visible. Gives up after a while: of an
 * erased user nothing is seen.
 */
export async function awaitVisible(
  deps: SyncDeps,
  scope: UserScope,
  head: SyncHead,
  { tasks, originDeviceId, takesAsNew }: Looking,
): Promise<void> {
  if (takesAsNew && !tasks.some(looksAtRows)) return;
  const fromSeq = Math.max(head.horizonSeq, head.seq - TAIL_COUNT);
  const isLedTo = rowsLedTo(deps.schema, scope.userId, tasks);
  for (let look = 1; look <= MAX_LOOK_COUNT; look += 1) {
    const entries = await deps.store.readEntries(scope, fromSeq, head.seq - fromSeq);
    const isWhole = entries.length === head.seq - fromSeq;
    const youngMs = deps.clock.now() - YOUNG_MS;
    const changes = entries
      .filter(({ committedAtMs }) => committedAtMs > youngMs)
      .flatMap((entry) => {
        const isOwn = originDeviceId !== null && entry.originDeviceId === originDeviceId;
        return isOwn ? entry.changes.filter(isLedTo) : entry.changes;
      });
    if (isWhole && (await areSeen(deps, scope, changes))) return;
    await deps.clock.sleep(jitteredDelayMs(look, LOOK_DELAY, deps.randomness));
  }
}

/** A new row without parents and rules stands under its own condition alone. */
function looksAtRows(task: Task): boolean {
  if (task.kind !== 'change') return task.kind === 'resolution';
  const { entity, change } = task;
  if (change.op !== 'create' || entity.rules.length > 0) return true;
  return Object.keys(entity.references).some((field) => typeof change.data[field] === 'string');
}

async function areSeen(deps: SyncDeps, scope: UserScope, changes: LogEntry['changes']): Promise<boolean> {
  if (changes.length === 0) return true;
  const keys = new Map(changes.map(({ type, id }) => [nameOf(type, id), { type, id }]));
  const rows = await deps.store.loadRows(scope, [...keys.values()]);
  const versions = new Map(rows.map(({ type, id, state }) => [nameOf(type, id), state.version]));
  return changes.every(({ type, id, version }) => (versions.get(nameOf(type, id)) ?? 0) >= version);
}
