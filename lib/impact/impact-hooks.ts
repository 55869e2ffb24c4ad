import type { Metric } from '../../contracts/metrics/metric.ts';
import { mapBounded } from '../core/map-bounded.ts';
import type { UserScope } from '../samples/model.ts';
import type { FollowHooks } from './follow-log.ts';
import type { ImpactDeps } from './impact-deps.ts';
import { impactMetricsOf } from './impact-metrics.ts';
import { rebuildRows } from './impact-rebuilder.ts';
import { KEY_CONCURRENCY_COUNT } from './limits.ts';
import type { CountedSession, SessionFacts } from './model.ts';
import { type BlockNeeds, type ImpactOutcome, projectImpact } from './project-impact.ts';
import { isCounted, isTooLong } from './session-window.ts';

/** Why a message comes again without a fault: what it names cannot be read yet. */
export class InputsNotVisibleError extends Error {
  override readonly name = 'InputsNotVisibleError';
}

export interface ImpactKey {
  readonly session: CountedSession;
  readonly metric: Metric;
  readonly needs?: BlockNeeds;
}

/** Whether a session's rows are computed: one that is too long is told without being read (PRJ1). */
export const isComputed = (session: SessionFacts): session is CountedSession =>
  isCounted(session) && !isTooLong(session);

/** Each key once; `count` were saved. Throws `InputsNotVisibleError` when one was not whole, after all others. */
export async function projectKeys(
  deps: ImpactDeps,
  scope: UserScope,
  keys: readonly ImpactKey[],
): Promise<number> {
  const outcomes = await mapBounded(keys, KEY_CONCURRENCY_COUNT, ({ needs, ...key }) =>
    projectImpact(deps, scope, key, needs),
  );
  if (outcomes.includes('not_visible')) throw new InputsNotVisibleError();
  return countOf(outcomes);
}

const countOf = (outcomes: readonly ImpactOutcome[]): number =>
  outcomes.filter((outcome) => outcome === 'saved').length;

/** What following the log means for rows: those of changed sessions, and after a snapshot all that are not current. */
export function impactHooks(
  deps: ImpactDeps,
  scope: UserScope,
  { deadlineMs, onSaved }: { readonly deadlineMs: number; readonly onSaved: (count: number) => void },
): FollowHooks {
  return {
    onSessions: async (sessions) => {
      const head = await deps.heads.load(scope);
      if (head === undefined) return;
      const metrics = impactMetricsOf(head);
      const computed = sessions.filter(isComputed);
      onSaved(
        await projectKeys(
          deps,
          scope,
          computed.flatMap((session) => metrics.map((metric) => ({ session, metric }))),
        ),
      );
    },
    onSnapshot: async () => {
      for await (const { computedCount } of rebuildRows(deps, scope, {})) {
        onSaved(computedCount);
        if (deps.clock.now() > deadlineMs) return false;
      }
      return true;
    },
  };
}
