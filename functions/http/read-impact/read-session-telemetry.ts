import { ReadTelemetryQuery } from '../../../contracts/http/impact.ts';
import type { Metric } from '../../../contracts/metrics/metric.ts';
import { readTelemetry } from '../../../lib/impact/session-telemetry.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import type { OperationHandler } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag } from '../../_platform/http/tagged-answer.ts';
import { parseMetrics } from './parse-metrics.ts';
import { rowIdOf } from './row-id-of.ts';
import type { ReadImpactDeps } from './wiring.ts';

const MAX_METRIC_COUNT = 5;

export const readSessionTelemetryOperation =
  (deps: ReadImpactDeps): OperationHandler =>
  async (request) => {
    const { metrics: codes, resolution } = parseQuery(ReadTelemetryQuery, request);
    const metrics = parseMetrics('metrics', codes, MAX_METRIC_COUNT);
    const other = metrics.find((metric) => !hasSeries(metric));
    if (other !== undefined)
      throw new AppError('read.metric_not_rolled_up', `"${other.code}" has no series of minutes.`);
    const sessionId = rowIdOf(request, 'sessions', request.pathParameters['sessionId'] ?? '');
    const body = await readTelemetry(deps.telemetry, request.userScope(), { sessionId, metrics, resolution });
    return answerWithTag(request, body);
  };

const hasSeries = ({ aggregation }: Metric): boolean => aggregation === 'point' || aggregation === 'sum';
