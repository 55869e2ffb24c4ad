import type { Metric } from '../../contracts/metrics/metric.ts';
import { mapBounded } from '../core/map-bounded.ts';
import { AppError } from '../problems/app-error.ts';
import type { UserScope } from '../samples/model.ts';
import type { FollowHooks } from './follow-log.ts';
import type { ImpactDeps } from './impact-deps.ts';
import { impactMetricsOf } from './impact-metrics.ts';
import { rebuildRows } from './impact-rebuilder.ts';
import { KEY_CONCURRENCY_COUNT } from './limits.ts';
import type { CountedSession, SessionFacts } from './model.ts';
import { type BlockNeeds, projectImpact } from './project-impact.ts';
import { isCounted, isTooLong } from './session-window.ts';

/** Each with a few keys at once. */
const SESSION_CONCURRENCY_COUNT = 2;

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

/**
 * Each key once; answers how many were saved. What one key throws stops no other: the first of it is thrown when all
 * are done, or `InputsNotVisibleError` when one was not whole.
 */
export async function projectKeys(
  deps: ImpactDeps,
  scope: UserScope,
  keys: readonly ImpactKey[],
): Promise<number> {
  const outcomes = await mapBounded(keys, KEY_CONCURRENCY_COUNT, ({ needs, ...key }) =>
    projectImpact(deps, scope, key, needs).catch((fault: unknown) => ({ fault })),
  );
  const failed = outcomes.find((outcome) => typeof outcome === 'object');
  if (failed !== undefined) throw failed.fault;
  if (outcomes.includes('not_visible')) throw new InputsNotVisibleError();
  return outcomes.filter((outcome) => outcome === 'saved').length;
}

export interface HookOptions {
  readonly deadlineMs: number;
  readonly onSaved: (count: number) => void;
  /** All rows of the session are as new as its inputs. */
  readonly onSettled: (sessionId: string) => void;
}

/**
 * What following the log means for rows: those of changed sessions, and after a snapshot all that are not current. A
 * session whose rows fail is not settled, and holds up no other: the message that names it comes again for it.
 */
export function impactHooks(
  deps: ImpactDeps,
  scope: UserScope,
  { deadlineMs, onSaved, onSettled }: HookOptions,
): FollowHooks {
  return {
    onSessions: async (sessions) => {
      const head = await deps.heads.load(scope);
      if (head === undefined) return;
      const metrics = impactMetricsOf(head);
      await mapBounded(sessions, SESSION_CONCURRENCY_COUNT, async (session) => {
        const keys = isComputed(session) ? metrics.map((metric) => ({ session, metric })) : [];
        const savedCount = await projectKeys(deps, scope, keys).catch(() => undefined);
        if (savedCount === undefined) return;
        onSaved(savedCount);
        onSettled(session.sessionId);
      });
    },
    onSnapshot: async () => {
      try {
        for await (const { computedCount } of rebuildRows(deps, scope, {})) {
          onSaved(computedCount);
          if (deps.clock.now() > deadlineMs) return false;
        }
      } catch (fault) {
        // A store that is away comes back; any other fault would be there again, and keep the log from its users.
        if (fault instanceof AppError) throw fault;
      }
      return true;
    },
  };
}
