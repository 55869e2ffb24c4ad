import type { SampleBucket } from '../../contracts/http/samples.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import {
  DAY_MS,
  datesBetween,
  type EpochMs,
  type LocalDate,
  localDateOf,
  MINUTE_MS,
} from '../core/instants.ts';
import { AppError } from '../problems/app-error.ts';
import type { Head, PrioritySettings, UserScope } from '../samples/model.ts';
import { bucketsOfDates } from './block-range.ts';
import {
  type BucketResolution,
  bucketDays,
  bucketsOfDays,
  type DaySources,
  type PlacedBucket,
  RESOLUTION_MS,
} from './bucket-figures.ts';
import { type Gathered, gatherDay } from './compute-day.ts';
import { createDecodedBlocks } from './decoded-blocks.ts';
import { loadLivingHead } from './edit-priorities.ts';
import { MAX_OFFSET_MS } from './limits.ts';
import type { ProjectionDeps } from './project-days.ts';

export interface BucketQuery {
  readonly metric: Metric;
  readonly resolution: BucketResolution;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** Minutes east of UTC that `from` was written with: 1d buckets begin with its date on that clock. */
  readonly offsetMinutes: number;
  readonly sourceId: string | undefined;
  readonly limit: number;
  /** Where the page before stopped: buckets from here on. */
  readonly resumeMs: number | undefined;
}

export interface BucketPage {
  readonly buckets: readonly SampleBucket[];
  /** Undefined on the last page. */
  readonly resumeMs: number | undefined;
  /** Queries of blocks that it took. */
  readonly lookCount: number;
}

/** Stored payload that one page may read, over all its looks. */
const MAX_LOOK_BYTES = 8_000_000;
/** Looks of a page: each looks eight times as far as the one before, so four reach past a year. */
const MAX_LOOK_COUNT = 4;
const LOOK_GROWTH = 8;

/**
 * Aggregates of a range by UTC bucket, or by local day for `1d`, by the same choice between sources as the
 * rollups. Buckets are whole, also the first and the last. A page ends at `limit` buckets or after four
 * looks; each look is one Query of blocks, so a page costs at most four Queries (a 1 MB page each) and two
 * GetItems. `user.not_found`, `read.metric_blocked`; `read.range_too_large` when one day alone exceeds 8 MB.
 */
export async function listBuckets(
  deps: ProjectionDeps,
  scope: UserScope,
  query: BucketQuery,
): Promise<BucketPage> {
  const [head, workspace] = await Promise.all([
    loadLivingHead(deps.heads, scope),
    deps.workspaces.loadPriorities(scope.workspaceId),
  ]);
  if (head.privacy.blockedMetrics.includes(query.metric.code)) {
    throw new AppError('read.metric_blocked', `The user has blocked "${query.metric.code}".`);
  }
  const span = spanOf(query);
  const found: PlacedBucket[] = [];
  let fromMs = span.fromMs;
  let days = Math.max(1, Math.ceil((query.limit * RESOLUTION_MS[query.resolution]) / DAY_MS));
  let looks = 0;
  while (fromMs < span.toMs && looks < MAX_LOOK_COUNT && found.length < query.limit) {
    const untilMs = Math.min(span.toMs, fromMs + days * DAY_MS);
    const buckets = await look(deps, scope, { query, head, workspace, fromMs, untilMs });
    looks += 1;
    if (buckets === 'too_much' && days === 1) throw tooDense();
    if (buckets === 'too_much') {
      days = Math.max(1, Math.floor(days / LOOK_GROWTH));
      continue;
    }
    found.push(...buckets);
    fromMs = untilMs;
    days *= LOOK_GROWTH;
  }
  const unread = fromMs < span.toMs ? fromMs : undefined;
  return {
    buckets: found.slice(0, query.limit).map(({ bucket }) => bucket),
    resumeMs: found[query.limit]?.positionMs ?? unread,
    lookCount: looks,
  };
}

/** The range in positions: whole buckets, or for `1d` the dates on the clock that `from` was written by. */
function spanOf(query: BucketQuery): { readonly fromMs: number; readonly toMs: number } {
  const widthMs = RESOLUTION_MS[query.resolution];
  const shiftMs = query.resolution === '1d' ? query.offsetMinutes * MINUTE_MS : 0;
  const startMs = Math.floor((query.fromMs + shiftMs) / widthMs) * widthMs;
  return {
    fromMs: query.resumeMs ?? startMs,
    toMs: Math.ceil((query.toMs + shiftMs) / widthMs) * widthMs,
  };
}

interface Look {
  readonly query: BucketQuery;
  readonly head: Head;
  readonly workspace: PrioritySettings;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The buckets with a position in [fromMs, untilMs), from one Query over all days that can touch them. */
async function look(
  deps: ProjectionDeps,
  scope: UserScope,
  { query, head, workspace, fromMs, untilMs }: Look,
): Promise<readonly PlacedBucket[] | 'too_much'> {
  const { metric, resolution } = query;
  const marginMs = resolution === '1d' ? 0 : MAX_OFFSET_MS;
  const first = localDateOf((fromMs - marginMs) as EpochMs, 0);
  const last = localDateOf((untilMs - 1 + marginMs) as EpochMs, 0);
  const range = bucketsOfDates(metric, first, last);
  const { blocks, complete } = await deps.blocks.readBlocks(scope, range, MAX_LOOK_BYTES);
  if (!complete) return 'too_much';
  const inputs = {
    metric,
    head,
    workspace,
    isComplete: true,
    blocks: blocks.filter(({ ref }) => query.sourceId === undefined || ref.sourceId === query.sourceId),
    decoded: createDecodedBlocks(deps.decode, metric),
  };
  const days = daysBetween(first, last, inputs);
  const buckets =
    resolution === '1d' ? bucketsOfDays(metric, days) : bucketDays(metric, days, RESOLUTION_MS[resolution]);
  return buckets.filter(({ positionMs }) => positionMs >= fromMs && positionMs < untilMs);
}

/** One day after the other, so that only the samples of one lie in memory. */
function* daysBetween(
  first: LocalDate,
  last: LocalDate,
  inputs: Parameters<typeof gatherDay>[1],
): Generator<DaySources> {
  for (const date of datesBetween(first, last)) {
    const gathered = gatherDay(date, inputs);
    if (gathered.kind !== 'samples') throw unreadable(gathered);
    if (!gathered.isComplete) throw tooDense();
    yield { date, sources: gathered.sources };
  }
}

const tooDense = (): AppError =>
  new AppError('read.range_too_large', 'One day holds more data than a page can read.');

/** A source that the head does not show yet is a transaction half visible: the next try sees it. */
function unreadable(gathered: Exclude<Gathered, { readonly kind: 'samples' }>): AppError {
  return gathered.kind === 'unknown_source'
    ? new AppError('server.unavailable', 'A change is just becoming visible.', { retryAfterSec: 1 })
    : new AppError('server.internal', 'A stored block cannot be read.', {
        cause: new Error(gathered.reason),
      });
}
