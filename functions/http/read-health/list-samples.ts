import * as z from 'zod';
import { ListSamplesQuery } from '../../../contracts/http/samples.ts';
import { type BucketQuery, listBuckets } from '../../../lib/projections/list-buckets.ts';
import { listSamples } from '../../../lib/reads/list-samples.ts';
import {
  invalidQuery,
  parseInstant,
  requireMetric,
  requireRollupMetric,
} from '../../../lib/reads/parse-query.ts';
import type { ApiRequest, ApiResponse, OperationHandler } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag, readCursor, writeCursor } from '../../_platform/http/tagged-answer.ts';
import type { ReadHealthDeps } from './wiring.ts';

const SamplePosition = z.object({
  startMs: z.number(),
  sourceId: z.string(),
  endMs: z.number(),
  record: z.string(),
});
const BucketPosition = z.object({ resumeMs: z.number() });

/** Samples as they are, or aggregates of a width. The number of block Queries is in `Server-Timing`. */
export const listSamplesOperation =
  (deps: ReadHealthDeps): OperationHandler =>
  async (request) => {
    const { resolution, from, to, ...query } = parseQuery(ListSamplesQuery, request);
    const start = parseInstant('from', from);
    const end = parseInstant('to', to);
    if (end.atMs < start.atMs) throw invalidQuery('to', 'bad_interval', 'not before from');
    const range = {
      fromMs: start.atMs,
      toMs: end.atMs,
      sourceId: query.source,
      limit: query.limit,
    };
    if (resolution !== 'raw') {
      const metric = requireRollupMetric(query.metric);
      const { offsetMinutes } = start;
      return answerBuckets(deps, request, {
        ...range,
        metric,
        resolution,
        offsetMinutes,
        resumeMs: undefined,
      });
    }
    const page = await listSamples({ ...deps.projection, heads: deps.heads }, request.userScope(), {
      ...range,
      metric: requireMetric(query.metric),
      after: readCursor(request, SamplePosition),
    });
    const body = { samples: page.samples, nextCursor: writeCursor(request, page.next) };
    return answerWithTag(request, body, countOfQueries(page.lookCount));
  };

async function answerBuckets(
  deps: ReadHealthDeps,
  request: ApiRequest,
  query: BucketQuery,
): Promise<ApiResponse> {
  const resumeMs = readCursor(request, BucketPosition)?.resumeMs;
  const page = await listBuckets(deps.projection, request.userScope(), { ...query, resumeMs });
  const next = page.resumeMs === undefined ? undefined : { resumeMs: page.resumeMs };
  const body = { buckets: page.buckets, nextCursor: writeCursor(request, next) };
  return answerWithTag(request, body, countOfQueries(page.lookCount));
}

const countOfQueries = (count: number): Readonly<Record<string, string>> => ({
  'server-timing': `blocks;desc="${count} queries"`,
});
