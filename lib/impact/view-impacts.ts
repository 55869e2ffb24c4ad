import type { Metric } from '../../contracts/metrics/metric.ts';
import { DAY_MS } from '../core/instants.ts';
import { mapBounded } from '../core/map-bounded.ts';
import type { Freshness } from '../projections/row-status.ts';
import type { BlockSummary, Head, PrioritySettings, UserScope } from '../samples/model.ts';
import type { ImpactDeps } from './impact-deps.ts';
import { impactFingerprint } from './impact-inputs.ts';
import { IMPACT_COMPUTE_VERSION } from './limits.ts';
import type { CountedSession, ImpactRow } from './model.ts';
import { inputRangeOf, isTooLong, windowOf } from './session-window.ts';

/** One (session, metric) as it is stored, and how that stands to its inputs as they are now (PRJ3). */
export interface ImpactView {
  readonly session: CountedSession;
  readonly metric: Metric;
  /** Undefined too where what is stored is of other inputs. */
  readonly row: ImpactRow | undefined;
  readonly freshness: Freshness;
  /** When PARTIAL or FAILED. */
  readonly reason: string | undefined;
}

export interface ImpactViews {
  readonly views: readonly ImpactView[];
  /** Queries of rows and blocks that it took. */
  readonly queryCount: number;
}

export interface ViewQuery {
  /** In the order of their start. */
  readonly sessions: readonly CountedSession[];
  readonly metrics: readonly Metric[];
  readonly head: Pick<Head, 'priorities'>;
  readonly workspace: PrioritySettings;
}

/** Metrics looked at in parallel. */
const METRIC_CONCURRENCY_COUNT = 4;
/** Sessions further apart are asked for apart: between them lie days that nobody asked for. */
const MAX_GAP_MS = 7 * DAY_MS;
const MAX_SPAN_MS = 31 * DAY_MS;

/**
 * Rows of sessions with their exact freshness: per metric one Query of rows, and one of block summaries for
 * each stretch of sessions without a gap of a week, of at most 31 days. In the order of sessions, then metrics.
 */
export async function viewImpacts(
  deps: Pick<ImpactDeps, 'impacts' | 'blocks' | 'rules'>,
  scope: UserScope,
  query: ViewQuery,
): Promise<ImpactViews> {
  const columns = await mapBounded(query.metrics, METRIC_CONCURRENCY_COUNT, (metric) =>
    viewMetric(deps, scope, metric, query),
  );
  return {
    views: query.sessions.flatMap((_, index) => columns.flatMap((column) => column[index] ?? [])),
    queryCount: query.metrics.length * (1 + stretchesOf(query.sessions).length),
  };
}

async function viewMetric(
  deps: Pick<ImpactDeps, 'impacts' | 'blocks' | 'rules'>,
  scope: UserScope,
  metric: Metric,
  { sessions, head, workspace }: ViewQuery,
): Promise<readonly ImpactView[]> {
  const [first] = sessions;
  const last = sessions.at(-1);
  if (first === undefined || last === undefined) return [];
  const span = { metric: metric.code, fromMs: first.startedAtMs, toMs: last.startedAtMs };
  const [rows, blocks] = await Promise.all([
    deps.impacts.load(scope, span),
    listBlocks(deps, scope, { metric, sessions }),
  ]);
  const byPlace = new Map(rows.map((row) => [`${row.startedAtMs}#${row.sessionId}`, row]));
  const priorities = deps.rules.priorityVersions(metric.code, head.priorities, workspace);
  return sessions.map((session) => {
    const current = impactFingerprint({
      range: inputRangeOf(windowOf(session), metric),
      blocks: blocks.get(session) ?? [],
      sessionVersion: session.version,
      priorities,
    });
    const row = byPlace.get(`${session.startedAtMs}#${session.sessionId}`);
    if (current !== undefined && isTooLong(session)) return tooLong(session, metric);
    const freshness = deps.rules.freshnessOf(row, current, IMPACT_COMPUTE_VERSION);
    const reason = row === undefined || row.outcome.kind === 'complete' ? undefined : row.outcome.reason;
    const isShown = freshness.status !== 'STALE' && freshness.status !== 'NO_DATA';
    return { session, metric, row, freshness, reason: isShown ? reason : undefined };
  });
}

const tooLong = (session: CountedSession, metric: Metric): ImpactView => ({
  session,
  metric,
  row: undefined,
  freshness: { status: 'PARTIAL' },
  reason: 'session_too_long',
});

async function listBlocks(
  { blocks }: Pick<ImpactDeps, 'blocks'>,
  scope: UserScope,
  { metric, sessions }: { readonly metric: Metric; readonly sessions: readonly CountedSession[] },
): Promise<ReadonlyMap<CountedSession, readonly BlockSummary[]>> {
  const found = new Map<CountedSession, readonly BlockSummary[]>();
  await mapBounded(stretchesOf(sessions), METRIC_CONCURRENCY_COUNT, async (stretch) => {
    const ranges = stretch.map((session) => inputRangeOf(windowOf(session), metric));
    const listed = await blocks.listBlocks(scope, {
      metric: metric.code,
      fromBucket: ranges.map(({ fromBucket }) => fromBucket).sort()[0] ?? '',
      toBucket:
        ranges
          .map(({ toBucket }) => toBucket)
          .sort()
          .at(-1) ?? '',
    });
    for (const session of stretch) found.set(session, listed);
  });
  return found;
}

/** Sessions that are too long are looked at by their beginning alone: an end may be years away. */
function stretchesOf(sessions: readonly CountedSession[]): readonly CountedSession[][] {
  const stretches: CountedSession[][] = [];
  for (const session of sessions) {
    const stretch = stretches.at(-1);
    const [first] = stretch ?? [];
    const last = stretch?.at(-1);
    const isNear =
      first !== undefined &&
      last !== undefined &&
      session.startedAtMs - last.startedAtMs <= MAX_GAP_MS &&
      session.startedAtMs - first.startedAtMs <= MAX_SPAN_MS;
    if (isNear) stretch?.push(session);
    else stretches.push([session]);
  }
  return stretches;
}
