import * as z from 'zod';
import { ListWorkoutSamplesQuery, MAX_SERIES_COUNT } from '../../../contracts/http/workouts.ts';
import type { Metric } from '../../../contracts/metrics/metric.ts';
import { type EpochMs, toIso } from '../../../lib/core/instants.ts';
import { listBuckets } from '../../../lib/projections/list-buckets.ts';
import { listSamples } from '../../../lib/reads/list-samples.ts';
import { invalidQuery, requireMetric, requireRollupMetric } from '../../../lib/reads/parse-query.ts';
import type { Workout } from '../../../lib/workouts/model.ts';
import { noWorkout } from '../../../lib/workouts/reads/get-workout.ts';
import { loadWorkout, requireReadableHead } from '../../../lib/workouts/reads/load-workout.ts';
import type { ApiRequest, OperationHandler } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag, readCursor, writeCursor } from '../../_platform/http/tagged-answer.ts';
import type { ManageWorkoutsDeps } from './wiring.ts';

const SamplePosition = z.object({
  startMs: z.number(),
  sourceId: z.string(),
  endMs: z.number(),
  record: z.string(),
});
/** Minutes of the longest workout, 48 hours, and the two that it begins and ends within. */
const MAX_BUCKET_COUNT = 2_882;

/** Series within a workout's span: buckets of several metrics, or pages of the samples of one. */
export const listWorkoutSamplesOperation =
  (deps: ManageWorkoutsDeps): OperationHandler =>
  async (request) => {
    const query = parseQuery(ListWorkoutSamplesQuery, request);
    const scope = request.userScope();
    const { privacy } = await requireReadableHead(deps.reads.heads, scope);
    const workout = await loadWorkout(deps.reads, scope, request.pathParameters['workoutId'] ?? '');
    if (workout === undefined) throw noWorkout();
    // Unasked, a blocked series is left out; asked for, it is refused.
    const isAsked = request.query['metrics'] !== undefined;
    const codes = [...new Set(query.metrics.split(','))].filter(
      (code) => isAsked || !privacy.blockedMetrics.includes(code),
    );
    if (codes.length > MAX_SERIES_COUNT) throw tooMany(`at most ${MAX_SERIES_COUNT} metrics`);
    const about = {
      workoutId: workout.id,
      start: toIso(workout.startMs),
      end: toIso(workout.endMs),
      resolution: query.resolution,
    };
    if (query.resolution !== 'raw') {
      const metrics = codes.map(requireRollupMetric);
      const series = await bucketSeries(deps, request, { workout, query, metrics });
      return answerWithTag(request, { ...about, series, nextCursor: null });
    }
    const [code = '', ...others] = isAsked ? codes : ['heart_rate'];
    if (others.length > 0) throw tooMany('one metric with resolution=raw');
    const page = await rawSeries(deps, request, { workout, query, metric: requireMetric(code) });
    return answerWithTag(request, { ...about, ...page });
  };

interface Asked {
  readonly workout: Workout;
  readonly query: ListWorkoutSamplesQuery;
}

/** A workout of an instant has that instant. */
const spanOf = ({ workout, query }: Asked) => ({
  fromMs: workout.startMs,
  toMs: Math.max(workout.endMs, workout.startMs + 1) as EpochMs,
  sourceId: query.source === 'own' ? workout.source.sourceId : undefined,
});

const bucketSeries = (
  { projection }: ManageWorkoutsDeps,
  request: ApiRequest,
  asked: Asked & { readonly metrics: readonly Metric[] },
) =>
  Promise.all(
    asked.metrics.map(async (metric) => {
      const { buckets } = await listBuckets(projection, request.userScope(), {
        ...spanOf(asked),
        metric,
        resolution: asked.query.resolution === '5m' ? '5m' : '1m',
        offsetMinutes: 0,
        limit: MAX_BUCKET_COUNT,
        resumeMs: undefined,
      });
      return { metric: metric.code, unit: metric.unit, buckets };
    }),
  );

async function rawSeries(
  { projection }: ManageWorkoutsDeps,
  request: ApiRequest,
  { metric, ...asked }: Asked & { readonly metric: Metric },
) {
  const page = await listSamples(projection, request.userScope(), {
    ...spanOf(asked),
    metric,
    limit: asked.query.limit,
    after: readCursor(request, SamplePosition),
  });
  return {
    series: [{ metric: metric.code, unit: metric.unit, samples: page.samples }],
    nextCursor: writeCursor(request, page.next),
  };
}

const tooMany = (message: string) => invalidQuery('metrics', 'too_big', message);
