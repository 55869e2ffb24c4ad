import type { Metric } from '../../contracts/metrics/metric.ts';
import { type BlockSummary, blockName, type StoredBlock, type UserScope } from '../samples/model.ts';
import type { BlockRange } from '../samples/sample-store.ts';
import { computeImpact } from './compute-impact.ts';
import type { ImpactDeps } from './impact-deps.ts';
import { MAX_IMPACT_BYTES } from './limits.ts';
import type { CountedSession } from './model.ts';
import { inputRangeOf, windowOf } from './session-window.ts';

/** Block name -> the newest sequence number that an event names, and of which date. */
export type BlockNeeds = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * saved, superseded: the stored row is now at least as new as the inputs that were read.
 * not_visible: the inputs are older than the event; to be tried again. no_user: erased, nothing to do.
 */
export type ImpactOutcome = 'saved' | 'superseded' | 'not_visible' | 'no_user';

/**
 * Computes the row of one (session, metric) and saves it on the condition that no newer one stands (PRJ2).
 * Safe to repeat, to run twice at once and in any order. Reading stops at 8 MB, and the row is PARTIAL then.
 */
export async function projectImpact(
  deps: ImpactDeps,
  scope: UserScope,
  { session, metric }: { readonly session: CountedSession; readonly metric: Metric },
  needs: BlockNeeds = new Map(),
): Promise<ImpactOutcome> {
  const range = inputRangeOf(windowOf(session), metric);
  const reading = await readInputs(deps, scope, range);
  const [head, workspace] = await Promise.all([
    deps.heads.load(scope),
    deps.workspaces.loadPriorities(scope.workspaceId),
  ]);
  if (head === undefined || head.erasedAtMs !== undefined) return 'no_user';
  if (!isVisible(reading.listed, needs)) return 'not_visible';
  const row = computeImpact(deps, { session, metric, head, workspace, ...reading });
  if (row === 'unknown_source') return 'not_visible';
  if (row === undefined) return 'superseded';
  return deps.impacts.save(scope, { ...row, computedAtMs: deps.clock.now() });
}

interface Reading {
  readonly blocks: readonly StoredBlock[];
  readonly listed: readonly BlockSummary[];
  readonly isComplete: boolean;
}

/** Over the bound the inputs are listed before they are read, so that the row never claims what it did not see. */
async function readInputs(deps: ImpactDeps, scope: UserScope, range: BlockRange): Promise<Reading> {
  const read = await deps.blocks.readBlocks(scope, range, MAX_IMPACT_BYTES);
  if (read.complete) return { blocks: read.blocks, listed: read.blocks, isComplete: true };
  const listed = await deps.blocks.listBlocks(scope, range);
  const { blocks, complete } = await deps.blocks.readBlocks(scope, range, MAX_IMPACT_BYTES);
  return { blocks, listed, isComplete: complete };
}

/** Whether every block that an event names, as far as it is in reach, shows its change or a later one. */
function isVisible(listed: readonly BlockSummary[], needs: BlockNeeds): boolean {
  const byName = new Map(listed.map((block) => [blockName(block.ref), block]));
  return [...needs].every(([name, dates]) =>
    [...dates].every(([date, seq]) => (byName.get(name)?.daySeqs[date] ?? 0) >= seq),
  );
}
