import { PutPrioritiesRequest } from '../../../contracts/http/priorities.ts';
import { loadLivingHead, replacePriorities } from '../../../lib/projections/edit-priorities.ts';
import type { OperationHandler } from '../../_platform/http/operation.ts';
import { parseJsonBody } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag } from '../../_platform/http/tagged-answer.ts';
import type { ReadHealthDeps } from './wiring.ts';

export const getPrioritiesOperation =
  ({ heads }: ReadHealthDeps): OperationHandler =>
  async (request) => {
    const { priorities, seq } = await loadLivingHead(heads, request.userScope());
    return answerWithTag(request, { orders: priorities.orders, seq });
  };

export const putPrioritiesOperation =
  ({ heads, settings }: ReadHealthDeps): OperationHandler =>
  async (request) => {
    const { orders } = parseJsonBody(PutPrioritiesRequest, request);
    const { correlationId } = request;
    const deps = { heads, clock: settings.clock };
    return {
      status: 200,
      body: await replacePriorities(deps, request.userScope(), { orders, correlationId }),
    };
  };
