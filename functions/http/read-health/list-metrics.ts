import { listMetrics } from '../../../lib/reads/list-metrics.ts';
import type { OperationHandler } from '../../_platform/http/operation.ts';
import { answerWithTag } from '../../_platform/http/tagged-answer.ts';
import type { ReadHealthDeps } from './wiring.ts';

export const listMetricsOperation =
  (deps: ReadHealthDeps): OperationHandler =>
  async (request) =>
    answerWithTag(request, await listMetrics(deps, request.userScope()));
