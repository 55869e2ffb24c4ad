import type { ListMetricsAnswer } from '../../contracts/http/user-metrics.ts';
import { metricOf } from '../../contracts/metrics/catalog.ts';
import { type EpochMs, toIso } from '../core/instants.ts';
import { mapBounded } from '../core/map-bounded.ts';
import { AppError } from '../problems/app-error.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { BlockSummary, Head, UserScope } from '../samples/model.ts';
import type { BlockEdges } from './block-edges.ts';

/** Metrics looked at in parallel: each is two Queries. */
const EDGE_CONCURRENCY_COUNT = 8;

type UserMetric = ListMetricsAnswer['metrics'][number];
type MetricSource = UserMetric['sources'][number];

/**
 * What a user has: metrics with living samples, blocked ones left out, with counts per source from the head
 * and times from the outermost blocks. One GetItem, and two bounded Queries per metric. A source that has no
 * block among the outermost hundred has null there: its span begins or ends somewhere between. Throws
 * `user.not_found`.
 */
export async function listMetrics(
  deps: { readonly heads: Pick<HeadStore, 'load'>; readonly edges: BlockEdges },
  scope: UserScope,
): Promise<ListMetricsAnswer> {
  const head = await deps.heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) {
    throw new AppError('user.not_found', 'There is no user by this id.');
  }
  const codes = Object.keys(head.series)
    .filter((code) => !head.privacy.blockedMetrics.includes(code) && livingCount(head, code) > 0)
    .sort();
  const metrics = await mapBounded(codes, EDGE_CONCURRENCY_COUNT, async (code): Promise<UserMetric> => {
    const edges = await deps.edges.loadEdges(scope, code);
    return {
      metric: code,
      unit: metricOf(code)?.unit ?? '1',
      count: livingCount(head, code),
      ...spanOf(edges.first, edges.last),
      sources: Object.keys(head.series[code] ?? {})
        .sort()
        .map((sourceId) => toMetricSource(head, { code, sourceId }, edges)),
    };
  });
  return { metrics: [...metrics] };
}

const livingCount = (head: Head, code: string): number =>
  Object.values(head.series[code] ?? {}).reduce((total, { count }) => total + count, 0);

function toMetricSource(
  head: Head,
  { code, sourceId }: { readonly code: string; readonly sourceId: string },
  edges: { readonly first: readonly BlockSummary[]; readonly last: readonly BlockSummary[] },
): MetricSource {
  const series = head.series[code]?.[sourceId];
  const source = head.sources[sourceId];
  const isOwn = ({ ref }: BlockSummary): boolean => ref.sourceId === sourceId;
  return {
    sourceId,
    provider: source?.provider ?? 'unknown',
    ...(source?.device === undefined ? {} : { device: source.device }),
    ...(source?.app === undefined ? {} : { app: source.app }),
    count: series?.count ?? 0,
    ...spanOf(edges.first.filter(isOwn), edges.last.filter(isOwn)),
    units: { ...series?.units },
  };
}

/** Buckets follow each other in time, so the earliest start lies in the first block that is not empty. */
function spanOf(
  first: readonly BlockSummary[],
  last: readonly BlockSummary[],
): { readonly first: string | null; readonly last: string | null } {
  const starts = first.flatMap(({ firstMs }) => firstMs ?? []);
  const ends = last.flatMap(({ lastMs }) => lastMs ?? []);
  return {
    first: starts.length === 0 ? null : toIso(Math.min(...starts) as EpochMs),
    last: ends.length === 0 ? null : toIso(Math.max(...ends) as EpochMs),
  };
}
