import type { SessionImpact } from '../../contracts/http/impact.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import type { EpochMs } from '../core/instants.ts';
import { AppError } from '../problems/app-error.ts';
import type { Head, UserScope } from '../samples/model.ts';
import { toSessionImpact } from './impact-answer.ts';
import type { ImpactDeps } from './impact-deps.ts';
import { impactMetricsOf } from './impact-metrics.ts';
import { findSession, listSessions, loadLivingUser } from './list-sessions.ts';
import type { SessionFacts, SessionPlace } from './model.ts';
import { isCounted } from './session-window.ts';
import { type ImpactView, viewImpacts } from './view-impacts.ts';

/** Where a page ends: behind a whole session, and maybe behind some metrics of the next one. */
export interface ImpactPosition {
  readonly whole?: SessionPlace | undefined;
  readonly partial?: { readonly sessionId: string; readonly metric: string } | undefined;
}

export interface ImpactQuery {
  /** Sessions that began in [fromMs, toMs). */
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** Undefined: all that the user has. Each `hasImpact`. */
  readonly metrics: readonly Metric[] | undefined;
  readonly sessionId: string | undefined;
  readonly limit: number;
  readonly after: ImpactPosition | undefined;
}

export interface ImpactPage {
  readonly impacts: readonly SessionImpact[];
  /** Undefined on the last page. A page may be short, or empty, and still have a next one. */
  readonly next: ImpactPosition | undefined;
  readonly isBehind: boolean;
  /** The user's sequence number of samples at the time of reading. */
  readonly seq: number;
  /** Queries of rows and blocks that it took. */
  readonly queryCount: number;
}

/** Of a page, whatever its entries: each is a few hundred bytes of Query. */
const MAX_SESSION_COUNT = 100;

/**
 * Impacts of the sessions of a range with their exact freshness: five reads, and for each metric one Query of
 * rows and one of block summaries per stretch of sessions (`viewImpacts`). Sessions that do not count (SIP2)
 * have none. `user.not_found`, `read.metric_blocked`.
 */
export async function listImpacts(
  deps: ImpactDeps,
  scope: UserScope,
  query: ImpactQuery,
): Promise<ImpactPage> {
  const [head, workspace] = await Promise.all([
    loadLivingUser(deps.heads, scope),
    deps.workspaces.loadPriorities(scope.workspaceId),
  ]);
  const metrics = visibleMetrics(head, query.metrics);
  const { sessions, isMore, isBehind } = await sessionsOf(deps, scope, query, metrics.length);
  const { views, queryCount } = await viewImpacts(deps, scope, {
    sessions: sessions.filter(isCounted),
    metrics,
    head,
    workspace,
  });
  const left = views.filter((view) => !isTold(view, query.after?.partial));
  const told = left.slice(0, query.limit);
  const next =
    left.length > told.length
      ? endOf(query, sessions, left)
      : isMore
        ? { whole: placeOf(sessions.at(-1)) }
        : undefined;
  return { impacts: told.map(toSessionImpact), next, isBehind, seq: head.seq, queryCount };
}

const isTold = ({ session, metric }: ImpactView, partial: ImpactPosition['partial']): boolean =>
  session.sessionId === partial?.sessionId && metric.code <= partial.metric;

/** Of a page that is full: the last session that is told whole, and how far the one after it is told. */
function endOf(
  { limit, after }: ImpactQuery,
  sessions: readonly SessionFacts[],
  left: readonly ImpactView[],
): ImpactPosition {
  const last = left[limit - 1];
  const isCut = last?.session.sessionId === left[limit]?.session.sessionId;
  if (last === undefined || !isCut) return { whole: placeOf(last?.session) };
  const before = sessions[sessions.findIndex(({ sessionId }) => sessionId === last.session.sessionId) - 1];
  return {
    whole: placeOf(before) ?? after?.whole,
    partial: { sessionId: last.session.sessionId, metric: last.metric.code },
  };
}

const placeOf = (place: SessionPlace | undefined): SessionPlace | undefined =>
  place === undefined ? undefined : { startedAtMs: place.startedAtMs, sessionId: place.sessionId };

/** Those asked for, or all; `read.metric_blocked` for one that the user has blocked. */
export function visibleMetrics(
  head: Pick<Head, 'series' | 'privacy'>,
  asked: readonly Metric[] | undefined,
): readonly Metric[] {
  const { blockedMetrics } = head.privacy;
  const blocked = asked?.find(({ code }) => blockedMetrics.includes(code));
  if (blocked !== undefined)
    throw new AppError('read.metric_blocked', `The user has blocked "${blocked.code}".`);
  const chosen = asked ?? impactMetricsOf(head).filter(({ code }) => !blockedMetrics.includes(code));
  return [...chosen].sort((left, right) => (left.code < right.code ? -1 : 1));
}

async function sessionsOf(
  deps: ImpactDeps,
  scope: UserScope,
  query: ImpactQuery,
  metricCount: number,
): Promise<{
  readonly sessions: readonly SessionFacts[];
  readonly isMore: boolean;
  readonly isBehind: boolean;
}> {
  const { fromMs, toMs, after } = query;
  const toInclusiveMs = (toMs - 1) as EpochMs;
  if (query.sessionId !== undefined) {
    const session = await findSession(deps, scope, query.sessionId);
    const isWithin =
      session !== undefined && session.startedAtMs >= fromMs && session.startedAtMs <= toInclusiveMs;
    return { sessions: isWithin ? [session] : [], isMore: false, isBehind: false };
  }
  // One more: the first of them may be told in part already.
  const limit = Math.min(MAX_SESSION_COUNT, Math.ceil(query.limit / Math.max(1, metricCount)) + 1);
  return listSessions(deps, scope, { fromMs, toMs: toInclusiveMs, after: after?.whole, limit });
}
