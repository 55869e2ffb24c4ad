import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import type { EpochMs } from '../../core/instants.ts';
import { validateChange } from '../merge/validate-change.ts';
import { type Expectation, failed, type RawChange, type Task } from './write-model.ts';

/** Each change by itself: what can be planned, or why it never can. A request id counts once. */
export function judgeChanges(
  schema: SyncSchema,
  changes: readonly RawChange[],
  { nowMs, expected }: { readonly nowMs: EpochMs; readonly expected: Expectation | undefined },
): readonly Task[] {
  const seen = new Set<string>();
  return changes.map((raw): Task => {
    const { requestId } = raw;
    if (seen.has(requestId))
      return refused(requestId, 'sync.duplicate_request', 'an earlier change has this requestId');
    seen.add(requestId);
    const judged = validateChange(schema, raw, { nowMs });
    if (!judged.ok) return refused(requestId, judged.failure.code, judged.failure.message);
    const { entity, change } = judged.value;
    return { kind: 'change', requestId, entity, sentId: raw.id, change, expected };
  });
}

const refused = (...failure: Parameters<typeof failed>): Task => ({
  kind: 'refused',
  outcome: failed(...failure),
});
