import type { ProductImpact } from '../../contracts/http/impact.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import { DAY_MS, type EpochMs, MINUTE_MS, toIso } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import { productOf } from './impact-answer.ts';
import type { ImpactDeps } from './impact-deps.ts';
import { visibleMetrics } from './list-impacts.ts';
import { listSessions, loadLivingUser } from './list-sessions.ts';
import type { SessionFacts } from './model.ts';
import { toProductImpact } from './product-answer.ts';
import { isCounted } from './session-window.ts';
import { viewImpacts } from './view-impacts.ts';

export type PeriodDays = 7 | 30 | 90;

export interface ProductQuery {
  readonly metrics: readonly Metric[] | undefined;
  readonly periodDays: PeriodDays;
  readonly productId: string | undefined;
}

export interface ProductImpacts {
  readonly products: readonly ProductImpact[];
  /** Sessions of the period that are credited to nobody: without a product, with several, not completed. */
  readonly notCredited: { readonly none: number; readonly several: number; readonly notCompleted: number };
  readonly from: string;
  readonly to: string;
  readonly isBehind: boolean;
  /** More sessions than one answer looks at: what is told is PARTIAL. */
  readonly isCut: boolean;
  readonly seq: number;
  /** Queries of rows and blocks that it took. */
  readonly queryCount: number;
}

/** Eleven a day for 90 days. */
const MAX_SESSION_COUNT = 1_000;
/** Products and metrics of one answer. */
const MAX_ENTRY_COUNT = 500;

/**
 * What each product did over the last 7, 30 or 90 days, folded from the stored impacts of sessions at the time
 * of reading: the period ends now, so that a stored fold would be wrong a moment later (ADR 20). Costs what
 * `listImpacts` costs for the sessions of the period, and one read of products. `user.not_found`,
 * `read.metric_blocked`.
 */
export async function listProducts(
  deps: ImpactDeps,
  scope: UserScope,
  { metrics: asked, periodDays, productId }: ProductQuery,
): Promise<ProductImpacts> {
  const [head, workspace] = await Promise.all([
    loadLivingUser(deps.heads, scope),
    deps.workspaces.loadPriorities(scope.workspaceId),
  ]);
  const metrics = visibleMetrics(head, asked);
  // The end of this minute: asked again within it, the answer has the same entity tag.
  const toMs = (Math.ceil(deps.clock.now() / MINUTE_MS) * MINUTE_MS) as EpochMs;
  const fromMs = (toMs - periodDays * DAY_MS) as EpochMs;
  const listed = await listSessions(deps, scope, { fromMs, toMs, limit: MAX_SESSION_COUNT });
  const credited = creditedSessions(listed.sessions, productId);
  const { views, queryCount } = await viewImpacts(deps, scope, {
    sessions: credited,
    metrics,
    head,
    workspace,
  });
  const groups = Map.groupBy(views, ({ session, metric }) => `${productOf(session.credit)}|${metric.code}`);
  const context = {
    periodDays,
    isCut: listed.isMore,
    isBehind: listed.isBehind,
    worstStatus: deps.rules.worstStatus,
  };
  const products = [...groups.values()].map((group) => toProductImpact(group, context)).sort(byName);
  return {
    products: await withNames(deps, scope, products.slice(0, MAX_ENTRY_COUNT)),
    notCredited: countNotCredited(listed.sessions),
    from: toIso(fromMs),
    to: toIso(toMs),
    isBehind: listed.isBehind,
    isCut: listed.isMore || products.length > MAX_ENTRY_COUNT,
    seq: head.seq,
    queryCount,
  };
}

const creditedSessions = (sessions: readonly SessionFacts[], productId: string | undefined) =>
  sessions.filter(isCounted).filter(({ credit }) => {
    const credited = productOf(credit);
    return credited !== null && (productId === undefined || productId === credited);
  });

function countNotCredited(sessions: readonly SessionFacts[]): ProductImpacts['notCredited'] {
  const counted = sessions.filter(isCounted);
  const countOf = (kind: 'none' | 'several') => counted.filter(({ credit }) => credit.kind === kind).length;
  return {
    none: countOf('none'),
    several: countOf('several'),
    notCompleted: sessions.length - counted.length,
  };
}

type Unnamed = Omit<ProductImpact, 'productName'>;

function byName(left: Unnamed, right: Unnamed): number {
  if (left.productId !== right.productId) return left.productId < right.productId ? -1 : 1;
  return left.metric < right.metric ? -1 : 1;
}

/** Names lie in the products' rows and nowhere else; one that was deleted has none. */
async function withNames(
  { synced }: ImpactDeps,
  scope: UserScope,
  products: readonly Unnamed[],
): Promise<readonly ProductImpact[]> {
  const ids = [...new Set(products.map(({ productId }) => productId))];
  const rows =
    ids.length === 0
      ? []
      : await synced.loadRows(
          scope,
          ids.map((id) => ({ type: 'products', id })),
        );
  const names = new Map(rows.map(({ id, state }) => [id, state.data['name']]));
  return products.map(({ productId, ...rest }) => {
    const name = names.get(productId);
    return { productId, productName: typeof name === 'string' ? name : null, ...rest };
  });
}
