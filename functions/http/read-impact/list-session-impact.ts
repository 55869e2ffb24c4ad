import * as z from 'zod';
import { ListSessionImpactQuery } from '../../../contracts/http/impact.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { type ImpactPosition, type ImpactQuery, listImpacts } from '../../../lib/impact/list-impacts.ts';
import { invalidQuery, parseInstant } from '../../../lib/reads/parse-query.ts';
import type { ApiRequest, OperationHandler } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag, readCursor, writeCursor } from '../../_platform/http/tagged-answer.ts';
import { parseImpactMetrics } from './parse-metrics.ts';
import { readHeaders } from './read-headers.ts';
import { rowIdOf } from './row-id-of.ts';
import type { ReadImpactDeps } from './wiring.ts';

/** Each is two Queries. */
const MAX_METRIC_COUNT = 10;
/** Of a cursor: nothing that a place cannot be made of. */
const StartMs = z
  .int()
  .min(-62_135_596_800_000)
  .max(253_370_764_800_000)
  .transform((ms) => ms as EpochMs);
const Position = z.object({
  whole: z.object({ startedAtMs: StartMs, sessionId: z.string().max(64) }).optional(),
  partial: z.object({ sessionId: z.string().max(64), metric: z.string().max(64) }).optional(),
});

export const listSessionImpactOperation =
  (deps: ReadImpactDeps): OperationHandler =>
  async (request) => {
    const page = await listImpacts(deps.impact, request.userScope(), parseImpactQuery(request));
    const { impacts, isBehind, next } = page;
    const body = { impacts, isBehind, nextCursor: writeCursor(request, next) };
    return answerWithTag(request, body, readHeaders(page));
  };

function parseImpactQuery(request: ApiRequest): ImpactQuery {
  const { from, to, metric, sessionId, limit } = parseQuery(ListSessionImpactQuery, request);
  const fromMs = parseInstant('from', from).atMs;
  const toMs = parseInstant('to', to).atMs;
  if (toMs < fromMs) throw invalidQuery('to', 'bad_interval', 'not before from');
  const metrics = metric === undefined ? undefined : parseImpactMetrics('metric', metric, MAX_METRIC_COUNT);
  const after: ImpactPosition | undefined = readCursor(request, Position);
  return { fromMs, toMs, metrics, sessionId: rowIdOf(request, 'sessions', sessionId), limit, after };
}
