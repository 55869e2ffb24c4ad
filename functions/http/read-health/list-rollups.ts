import * as z from 'zod';
import { ListRollupsQuery } from '../../../contracts/http/rollups.ts';
import { MAX_ROLLUP_RANGE_DAYS } from '../../../contracts/limits.ts';
import { addDays, parseLocalDate } from '../../../lib/core/instants.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import { listRollups, type RollupQuery } from '../../../lib/projections/list-rollups.ts';
import { invalidQuery, requireRollupMetric } from '../../../lib/reads/parse-query.ts';
import type { ApiRequest, OperationHandler } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag, readCursor, writeCursor } from '../../_platform/http/tagged-answer.ts';
import { parseMinSeq } from './min-seq.ts';
import type { ReadHealthDeps } from './wiring.ts';

/** Each is two Queries. */
const MAX_METRIC_COUNT = 10;
const RollupPosition = z.object({ metric: z.string(), date: z.string() });

export const listRollupsOperation =
  (deps: ReadHealthDeps): OperationHandler =>
  async (request) => {
    const page = await listRollups(deps.projection, request.userScope(), parseRollupQuery(request));
    const body = { rollups: page.rollups, nextCursor: writeCursor(request, page.next) };
    return answerWithTag(request, body, { 'x-seq': String(page.seq) });
  };

function parseRollupQuery(request: ApiRequest): RollupQuery {
  const query = parseQuery(ListRollupsQuery, request);
  const codes = [...new Set(query.metric.split(','))];
  if (codes.length > MAX_METRIC_COUNT) throw invalidQuery('metric', 'too_big', 'at most ten metrics');
  const from = parseLocalDate(query.from);
  const to = parseLocalDate(query.to);
  if (from === undefined) throw invalidQuery('from', 'bad_time', 'a date that exists');
  if (to === undefined || to < from) throw invalidQuery('to', 'bad_interval', 'a date, not before from');
  if (to >= addDays(from, MAX_ROLLUP_RANGE_DAYS)) {
    throw new AppError('read.range_too_large', `At most ${MAX_ROLLUP_RANGE_DAYS} days at a time.`);
  }
  const { period, explain, wait, limit } = query;
  const metrics = codes.map(requireRollupMetric);
  const after = readCursor(request, RollupPosition);
  return { metrics, from, to, period, explain, wait, limit, after, minSeq: parseMinSeq(request) };
}
