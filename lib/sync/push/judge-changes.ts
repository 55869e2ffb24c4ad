import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import type { EpochMs } from '../../core/instants.ts';
import { boundClocks } from '../merge/hlc.ts';
import { validateChange } from '../merge/validate-change.ts';
import { type Expectation, failed, type RawChange, type Task } from './write-model.ts';

/**
 * Each change by itself: what can be planned, or why it never can. A request id counts once. Clocks that are
 * too far ahead are bounded, in the order in which their devices wrote.
 */
export function judgeChanges(
  schema: SyncSchema,
  changes: readonly RawChange[],
  { nowMs, expected }: { readonly nowMs: EpochMs; readonly expected: Expectation | undefined },
): readonly Task[] {
  const seen = new Set<string>();
  let isBounded = false;
  const tasks = changes.map((raw): Task => {
    const { requestId } = raw;
    if (seen.has(requestId))
      return refused(requestId, 'sync.duplicate_request', 'an earlier change has this requestId');
    seen.add(requestId);
    const judged = validateChange(schema, raw, { nowMs });
    if (!judged.ok) return refused(requestId, judged.failure.code, judged.failure.message);
    const { entity, change } = judged.value;
    if (change.hlc !== raw.hlc) isBounded = true;
    return { kind: 'change', requestId, entity, sentId: raw.id, change, expected };
  });
  return isBounded ? inOrder(tasks, changes, nowMs) : tasks;
}

function inOrder(tasks: readonly Task[], changes: readonly RawChange[], nowMs: EpochMs): readonly Task[] {
  const sent = changes.filter((_, at) => tasks[at]?.kind === 'change').map(({ hlc }) => hlc);
  const clocks = boundClocks(sent, nowMs);
  return tasks.map((task, at) => {
    const hlc = clocks.get(changes[at]?.hlc ?? '');
    return task.kind !== 'change' || hlc === undefined ? task : { ...task, change: { ...task.change, hlc } };
  });
}

const refused = (...failure: Parameters<typeof failed>): Task => ({
  kind: 'refused',
  outcome: failed(...failure),
});
