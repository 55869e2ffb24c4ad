import { ListProductImpactQuery } from '../../../contracts/http/impact.ts';
import { listProducts } from '../../../lib/impact/list-products.ts';
import type { OperationHandler } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag } from '../../_platform/http/tagged-answer.ts';
import { parseImpactMetrics } from './parse-metrics.ts';
import { readHeaders } from './read-headers.ts';
import { rowIdOf } from './row-id-of.ts';
import type { ReadImpactDeps } from './wiring.ts';

/** Each is two Queries and more. */
const MAX_METRIC_COUNT = 10;

export const listProductImpactOperation =
  (deps: ReadImpactDeps): OperationHandler =>
  async (request) => {
    const { metric, periodDays, productId } = parseQuery(ListProductImpactQuery, request);
    const metrics = metric === undefined ? undefined : parseImpactMetrics('metric', metric, MAX_METRIC_COUNT);
    const query = { metrics, periodDays, productId: rowIdOf(request, 'products', productId) };
    const { seq, queryCount, ...body } = await listProducts(deps.impact, request.userScope(), query);
    return answerWithTag(request, body, readHeaders({ seq, queryCount }));
  };
