import type { WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { Clock } from '../core/clock.ts';
import { FIRST_CURSOR, type RebuildCounts, type RebuildProgress } from './model.ts';
import { type WalkDeps, type WalkMove, walk } from './walk.ts';

export interface AdvanceDeps extends WalkDeps {
  readonly clock: Clock;
}

/** Rows whose inputs are not whole are rare and settle within seconds. */
const MAX_PASS_COUNT = 3;

/**
 * Walks on until `deadlineMs`, at least one move, and answers how far it is then, one step up. Nothing is saved
 * here. At the end of a pass that left rows unsettled there is another, three in all; then the walk has failed.
 */
export async function advance<Progress extends RebuildProgress>(
  deps: AdvanceDeps,
  workspaceId: WorkspaceId,
  before: Progress,
  deadlineMs: number,
): Promise<Progress> {
  const { failure: _, ...rest } = before;
  let { cursor, counts } = before;
  const at = () => ({ step: before.step + 1, updatedAtMs: deps.clock.now(), cursor, counts });
  for await (const move of walk(deps, workspaceId, before.plan, cursor)) {
    cursor = move.cursor;
    counts = counted(counts, move);
    if (deps.clock.now() >= deadlineMs) return { ...rest, ...at(), state: 'running' } as Progress;
  }
  if (counts.unsettledCount === 0) return { ...rest, ...at(), state: 'done' } as Progress;
  if (cursor.pass >= MAX_PASS_COUNT)
    return { ...rest, ...at(), state: 'failed', failure: 'unsettled' } as Progress;
  cursor = { ...FIRST_CURSOR, pass: cursor.pass + 1 };
  counts = { ...counts, userCount: 0, currentCount: 0, unsettledCount: 0 };
  return { ...rest, ...at(), state: 'running' } as Progress;
}

const counted = (counts: RebuildCounts, { step, isUserDone }: WalkMove): RebuildCounts => ({
  userCount: counts.userCount + (isUserDone ? 1 : 0),
  computedCount: counts.computedCount + (step?.computedCount ?? 0),
  currentCount: counts.currentCount + (step?.currentCount ?? 0),
  unsettledCount: counts.unsettledCount + (step?.unsettledCount ?? 0),
});
