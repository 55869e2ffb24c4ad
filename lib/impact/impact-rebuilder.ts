import { EARLIEST_SAMPLE_MS } from '../../contracts/limits.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import {
  addDays,
  DAY_MS,
  type EpochMs,
  type LocalDate,
  localDateOf,
  utcMidnightOf,
} from '../core/instants.ts';
import { mapBounded } from '../core/map-bounded.ts';
import type { RebuilderRange, RebuilderStep } from '../projections/rebuilder.ts';
import type { UserScope } from '../samples/model.ts';
import type { ImpactDeps } from './impact-deps.ts';
import { impactMetricsOf } from './impact-metrics.ts';
import { KEY_CONCURRENCY_COUNT } from './limits.ts';
import type { CountedSession, SessionFacts, SessionPlace } from './model.ts';
import { projectImpact } from './project-impact.ts';
import { isCounted, isTooLong } from './session-window.ts';
import { viewImpacts } from './view-impacts.ts';

/** Sessions of a step: of ten metrics, a few hundred rows. */
const STEP_SESSION_COUNT = 50;

/**
 * Computes again every row of the directory's sessions that is not equal to its inputs, oldest session first
 * (PRJ5). Dates are those of the start in UTC. A step is some 50 sessions and whole days, since a walk goes on behind
 * a date: a day of more is one step. A repeat skips what is current.
 */
export async function* rebuildRows(
  deps: ImpactDeps,
  scope: UserScope,
  { from, to, metrics }: RebuilderRange,
): AsyncGenerator<RebuilderStep> {
  const fromMs = from === undefined ? (EARLIEST_SAMPLE_MS as EpochMs) : utcMidnightOf(from);
  const toMs = to === undefined ? latestMs(deps) : ((utcMidnightOf(addDays(to, 1)) - 1) as EpochMs);
  let after: SessionPlace | undefined;
  let held = NO_ROWS;
  for (;;) {
    const sessions = await deps.directory.list(scope, { fromMs, toMs, after, limit: STEP_SESSION_COUNT });
    const last = sessions.at(-1);
    if (last === undefined && after === undefined) return;
    const isEnd = last === undefined || sessions.length < STEP_SESSION_COUNT;
    const throughDate = isEnd ? localDateOf(toMs, 0) : dayBefore(last);
    const whole = sessions.filter(({ startedAtMs }) => localDateOf(startedAtMs, 0) <= throughDate);
    const taken = whole.length > 0 ? whole : sessions;
    const rows = await rebuildSessions(deps, scope, taken, metrics);
    if (rows === undefined) return;
    held = plus(held, rows);
    after = taken.at(-1) ?? after;
    if (!isEnd && whole.length === 0) continue;
    yield { throughDate, ...held };
    if (isEnd) return;
    held = NO_ROWS;
  }
}

type RowCounts = Omit<RebuilderStep, 'throughDate'>;
const NO_ROWS: RowCounts = { computedCount: 0, currentCount: 0, unsettledCount: 0 };
const plus = (left: RowCounts, right: RowCounts): RowCounts => ({
  computedCount: left.computedCount + right.computedCount,
  currentCount: left.currentCount + right.currentCount,
  unsettledCount: left.unsettledCount + right.unsettledCount,
});

/** Sessions may be written ahead of time by a clock that is wrong. */
const latestMs = ({ clock }: ImpactDeps): EpochMs => (clock.now() + 366 * DAY_MS) as EpochMs;

/** Further sessions of the same day may follow in the next step. */
const dayBefore = ({ startedAtMs }: SessionPlace): LocalDate => addDays(localDateOf(startedAtMs, 0), -1);

/**
 * Rows of these sessions, in the order of their start, that are not equal to their inputs. Undefined: the user is
 * gone.
 */
export async function rebuildSessions(
  deps: ImpactDeps,
  scope: UserScope,
  sessions: readonly SessionFacts[],
  metrics: readonly string[] | undefined,
): Promise<RowCounts | undefined> {
  const [head, workspace] = await Promise.all([
    deps.heads.load(scope),
    deps.workspaces.loadPriorities(scope.workspaceId),
  ]);
  if (head === undefined || head.erasedAtMs !== undefined) return undefined;
  const chosen: readonly Metric[] = impactMetricsOf(head).filter(
    ({ code }) => metrics === undefined || metrics.includes('*') || metrics.includes(code),
  );
  const counted = sessions.filter((session): session is CountedSession => isCounted(session));
  const { views } = await viewImpacts(deps, scope, {
    sessions: counted.filter((session) => !isTooLong(session)),
    metrics: chosen,
    head,
    workspace,
  });
  const stale = views.filter(({ freshness }) => freshness.status === 'STALE');
  const outcomes = await mapBounded(stale, KEY_CONCURRENCY_COUNT, (key) => projectImpact(deps, scope, key));
  const unsettledCount = outcomes.filter((outcome) => outcome === 'not_visible').length;
  return {
    computedCount: outcomes.length - unsettledCount,
    currentCount: views.length - stale.length,
    unsettledCount,
  };
}
