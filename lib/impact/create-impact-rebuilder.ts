import { SECOND_MS } from '../core/instants.ts';
import type { Rebuilder, RebuilderRange, RebuilderStep } from '../projections/rebuilder.ts';
import type { UserScope } from '../samples/model.ts';
import { followLog } from './follow-log.ts';
import type { ImpactDeps } from './impact-deps.ts';
import { impactHooks } from './impact-hooks.ts';
import { rebuildRows } from './impact-rebuilder.ts';

/** Before the first step: a few thousand log entries. What is left, the consumer follows. */
const FOLLOW_MS = 10 * SECOND_MS;

/** Session impact: the log of device sync is followed first, then rows are computed, oldest session first (PRJ5). */
export const createImpactRebuilder = (deps: ImpactDeps): Rebuilder => ({
  model: 'session_impact',
  rebuild: (scope, range) => rebuildImpacts(deps, scope, range),
});

async function* rebuildImpacts(
  deps: ImpactDeps,
  scope: UserScope,
  range: RebuilderRange,
): AsyncGenerator<RebuilderStep> {
  const head = await deps.heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) return;
  const deadlineMs = deps.clock.now() + FOLLOW_MS;
  // What fails here is not current, and computed below.
  const options = { deadlineMs, onSaved: () => undefined, onSettled: () => undefined };
  await followLog(deps, scope, impactHooks(deps, scope, options), deadlineMs);
  yield* rebuildRows(deps, scope, range);
}
