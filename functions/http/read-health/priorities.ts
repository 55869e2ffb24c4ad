import { type PrioritiesAnswer, PutPrioritiesRequest } from '../../../contracts/http/priorities.ts';
import { loadLivingHead, replacePriorities } from '../../../lib/projections/edit-priorities.ts';
import { DEFAULT_PROVIDER_ORDER, defaultDeviceOrder } from '../../../lib/projections/priorities.ts';
import { rollupMetricsOf } from '../../../lib/projections/rebuild.ts';
import { toRecomputeAnswer } from '../../../lib/rebuilds/to-answer.ts';
import type { Head } from '../../../lib/samples/model.ts';
import type { ApiRequest, OperationHandler } from '../../_platform/http/operation.ts';
import { parseJsonBody } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag } from '../../_platform/http/tagged-answer.ts';
import type { ReadHealthDeps } from './wiring.ts';

export const getPrioritiesOperation =
  (deps: ReadHealthDeps): OperationHandler =>
  async (request) => {
    const head = await loadLivingHead(deps.heads, request.userScope());
    return answerWithTag(request, await toAnswer(deps, request, head));
  };

export const putPrioritiesOperation =
  (deps: ReadHealthDeps): OperationHandler =>
  async (request) => {
    const { orders } = parseJsonBody(PutPrioritiesRequest, request);
    const { correlationId } = request;
    const editing = { heads: deps.heads, clock: deps.settings.clock };
    const head = await replacePriorities(editing, request.userScope(), { orders, correlationId });
    return { status: 200, body: await toAnswer(deps, request, head) };
  };

/** The orders, and how far the rows are that the last change of them touched. */
async function toAnswer(
  { recomputations }: ReadHealthDeps,
  request: ApiRequest,
  head: Pick<Head, 'priorities' | 'seq' | 'series'>,
): Promise<PrioritiesAnswer> {
  const found = await recomputations.load(request.userScope());
  const metrics = rollupMetricsOf(head).map(({ code }) => code);
  return {
    orders: Object.fromEntries(
      Object.entries(head.priorities.orders).map(([key, order]) => [key, [...order]]),
    ),
    defaultOrder: { providers: [...DEFAULT_PROVIDER_ORDER], devices: [...defaultDeviceOrder()] },
    seq: head.seq,
    recompute: toRecomputeAnswer(head.priorities, found, metrics),
  };
}
