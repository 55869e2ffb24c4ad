import type { SessionTelemetry, TelemetrySeries } from '../../contracts/http/impact.ts';
import type { SampleBucket } from '../../contracts/http/samples.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import type { Clock } from '../core/clock.ts';
import { type EpochMs, fromIso, HOUR_MS, MINUTE_MS, toIso } from '../core/instants.ts';
import { mapBounded } from '../core/map-bounded.ts';
import { AppError } from '../problems/app-error.ts';
import type { BucketPage, BucketQuery } from '../projections/list-buckets.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { UserScope } from '../samples/model.ts';
import type { SyncedRows } from './impact-deps.ts';
import { WINDOW_MS } from './limits.ts';
import { findSession, loadLivingUser } from './list-sessions.ts';
import type { SessionFacts } from './model.ts';

export interface TelemetryDeps {
  readonly heads: Pick<HeadStore, 'load'>;
  readonly synced: Pick<SyncedRows, 'loadRows' | 'listReferring'>;
  /** lib/projections/list-buckets.ts: by the same choice between sources as everything else. */
  readonly listBuckets: (scope: UserScope, query: BucketQuery) => Promise<BucketPage>;
  readonly clock: Clock;
}

export interface TelemetryQuery {
  readonly sessionId: string;
  readonly metrics: readonly Metric[];
  readonly resolution: '1m' | '5m';
}

const WIDTH_MS = { '1m': MINUTE_MS, '5m': 5 * MINUTE_MS } as const;
/** A day and the hours around it: 1,560 minutes a series. */
const MAX_SPAN_MS = 26 * HOUR_MS;
const METRIC_CONCURRENCY_COUNT = 4;
/** As many as the span has; a page ends after four looks, so that sparse series take a few. */
const MAX_BUCKET_COUNT = 1_600;
const MAX_PAGE_COUNT = 4;
/** sync-and-ingestion.md 1.10: one bucket that is missing is the jitter of a sensor. */
const GAP_BUCKET_COUNT = 2;

/**
 * Series of a session, running or ended, from an hour before its start to an hour after its end, or to now:
 * whole buckets, and where two or more are missing a gap (SIP9). Of one longer than a day the beginning, of one
 * that runs longer the last 26 hours. `user.not_found`, `entity.not_found`, `read.metric_blocked`.
 */
export async function readTelemetry(
  deps: TelemetryDeps,
  scope: UserScope,
  query: TelemetryQuery,
): Promise<SessionTelemetry> {
  await loadLivingUser(deps.heads, scope);
  const session = await findSession(deps, scope, query.sessionId);
  if (session === undefined) throw new AppError('entity.not_found', 'The user has no session by this id.');
  const widthMs = WIDTH_MS[query.resolution];
  const span = spanOf(session, deps.clock.now(), widthMs);
  const series = await mapBounded(query.metrics, METRIC_CONCURRENCY_COUNT, (metric) =>
    readSeries(deps, scope, { metric, resolution: query.resolution, ...span }),
  );
  return {
    sessionId: session.sessionId,
    sessionVersion: session.version,
    sessionStatus: session.status,
    startedAt: toIso(session.startedAtMs),
    endedAt: session.endedAtMs === undefined ? null : toIso(session.endedAtMs),
    isRunning: isRunning(session),
    from: toIso(span.fromMs),
    to: toIso(span.toMs),
    isCut: span.isCut,
    resolution: query.resolution,
    series: [...series],
  };
}

const isRunning = ({ status, endedAtMs }: SessionFacts): boolean =>
  endedAtMs === undefined && (status === 'ACTIVE' || status === 'PAUSED');

interface Span {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly isCut: boolean;
}

/** One that was never ended goes on until now. */
function spanOf({ startedAtMs, endedAtMs }: SessionFacts, nowMs: number, widthMs: number): Span {
  const firstMs = startedAtMs - WINDOW_MS;
  const lastMs = Math.max(firstMs, Math.min(nowMs, (endedAtMs ?? nowMs) + WINDOW_MS));
  const isCut = lastMs - firstMs > MAX_SPAN_MS;
  const fromMs = isCut && endedAtMs === undefined ? lastMs - MAX_SPAN_MS : firstMs;
  const toMs = isCut && endedAtMs !== undefined ? firstMs + MAX_SPAN_MS : lastMs;
  return {
    fromMs: (Math.floor(fromMs / widthMs) * widthMs) as EpochMs,
    toMs: (Math.ceil(toMs / widthMs) * widthMs) as EpochMs,
    isCut,
  };
}

interface SeriesQuery extends Span {
  readonly metric: Metric;
  readonly resolution: '1m' | '5m';
}

async function readSeries(
  { listBuckets }: TelemetryDeps,
  scope: UserScope,
  { metric, resolution, fromMs, toMs }: SeriesQuery,
): Promise<TelemetrySeries> {
  const buckets: SampleBucket[] = [];
  let resumeMs: number | undefined;
  for (let page = 0; page < MAX_PAGE_COUNT; page += 1) {
    const range = { fromMs, toMs, offsetMinutes: 0, sourceId: undefined, limit: MAX_BUCKET_COUNT, resumeMs };
    const read = await listBuckets(scope, { metric, resolution, ...range });
    buckets.push(...read.buckets);
    resumeMs = read.resumeMs;
    if (resumeMs === undefined) break;
  }
  const readToMs = resumeMs ?? toMs;
  return {
    metric: metric.code,
    unit: metric.unit,
    isComplete: resumeMs === undefined,
    points: buckets.map(({ start, count, sum, min, max, mean }) => ({
      start,
      count,
      ...(sum === undefined ? {} : { sum }),
      min,
      max,
      mean,
    })),
    gaps: gapsOf(
      buckets.flatMap(({ start }) => fromIso(start) ?? []),
      { fromMs, toMs: readToMs, widthMs: WIDTH_MS[resolution] },
    ),
  };
}

interface Grid {
  readonly fromMs: number;
  readonly toMs: number;
  readonly widthMs: number;
}

/** Stretches of at least two buckets without a reading, the ends of the span included. */
export function gapsOf(starts: readonly number[], { fromMs, toMs, widthMs }: Grid): TelemetrySeries['gaps'] {
  const gaps: TelemetrySeries['gaps'] = [];
  let expectedMs = fromMs;
  for (const startMs of [...starts, toMs]) {
    const missingCount = Math.round((startMs - expectedMs) / widthMs);
    if (missingCount >= GAP_BUCKET_COUNT)
      gaps.push({ from: toIso(expectedMs as EpochMs), to: toIso(startMs as EpochMs), missingCount });
    expectedMs = startMs + widthMs;
  }
  return gaps;
}
