import { EARLIEST_SAMPLE_MS } from '../../contracts/limits.ts';
import { metricOf } from '../../contracts/metrics/catalog.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import { addDays, DAY_MS, type EpochMs, type LocalDate, localDateOf } from '../core/instants.ts';
import type { Head, UserScope } from '../samples/model.ts';
import { bucketsOfDates, firstDateOf } from './block-range.ts';
import { windowsOf } from './coalesce.ts';
import { fingerprintOf } from './fingerprint.ts';
import { COMPUTE_VERSION } from './limits.ts';
import { priorityVersions } from './priorities.ts';
import { type DayOutcome, type ProjectionDeps, projectDays } from './project-days.ts';

export interface RebuildRange {
  readonly metric: Metric;
  readonly from: LocalDate;
  readonly to: LocalDate;
}

export interface RebuildProgress {
  readonly metric: string;
  /** Every date up to this one is done: go on after it. */
  readonly throughDate: LocalDate;
  readonly computedCount: number;
  /** Dates whose row was equal to its inputs already. */
  readonly currentCount: number;
  /** Dates whose inputs are not whole yet; a second run finds them. */
  readonly unsettledCount: number;
}

/** A span listed at a time: at hourly blocks of two sources some 1,500 summaries. */
const STEP_DAYS = 31;

/** The metrics of a user that have rollups, in order of their codes. */
export function rollupMetricsOf(head: Pick<Head, 'series'>): readonly Metric[] {
  return Object.keys(head.series)
    .sort()
    .map(metricOf)
    .filter((metric): metric is Metric => metric !== undefined && metric.aggregation !== 'none');
}

/** The dates that any sample of today's catalogue can have. */
export function allDates(nowMs: EpochMs): { readonly from: LocalDate; readonly to: LocalDate } {
  return {
    from: localDateOf((EARLIEST_SAMPLE_MS - DAY_MS) as EpochMs, 0),
    to: localDateOf((nowMs + 2 * DAY_MS) as EpochMs, 0),
  };
}

/**
 * Computes again every date of a range whose row is not equal to its inputs, at most 31 days at a time, and
 * tells its progress after each step (PRJ5). Spans without blocks are passed over: a step costs three reads,
 * and a metric without any costs one. Rows are replaced one by one under the same condition as always, so
 * reads go on meanwhile. A repeat, or another run after a stop, skips what is current. Yields nothing for a
 * user who is gone.
 */
export async function* rebuildRange(
  deps: ProjectionDeps,
  scope: UserScope,
  range: RebuildRange,
): AsyncGenerator<RebuildProgress> {
  const priorities = await loadPriorities(deps, scope, range.metric);
  if (priorities === undefined) return;
  let from: LocalDate | undefined = await nextDate(deps, scope, range);
  while (from !== undefined) {
    let to = addDays(from, STEP_DAYS - 1);
    if (to > range.to) to = range.to;
    yield await rebuildStep(deps, scope, { metric: range.metric, from, to, priorities });
    from = await nextDate(deps, scope, { ...range, from: addDays(to, 1) });
  }
}

/** The first date of the range that a block can mention; undefined when no block is left. */
async function nextDate(
  deps: ProjectionDeps,
  scope: UserScope,
  { metric, from, to }: RebuildRange,
): Promise<LocalDate | undefined> {
  if (from > to) return undefined;
  const { fromBucket } = bucketsOfDates(metric, from, from);
  const bucket = await deps.blocks.nextBucket(scope, metric.code, fromBucket);
  if (bucket === undefined) return undefined;
  const first = firstDateOf(bucket);
  if (first > to) return undefined;
  return first > from ? first : from;
}

type Priorities = ReturnType<typeof priorityVersions>;

/** Undefined: the user is gone. Priorities that change during a walk are followed by a walk of their own. */
async function loadPriorities(
  deps: ProjectionDeps,
  scope: UserScope,
  metric: Metric,
): Promise<Priorities | undefined> {
  const [head, workspace] = await Promise.all([
    deps.heads.load(scope),
    deps.workspaces.loadPriorities(scope.workspaceId),
  ]);
  if (head === undefined || head.erasedAtMs !== undefined) return undefined;
  return priorityVersions(metric.code, head.priorities, workspace);
}

interface RebuildStep extends RebuildRange {
  readonly priorities: Priorities;
}

async function rebuildStep(
  deps: ProjectionDeps,
  scope: UserScope,
  step: RebuildStep,
): Promise<RebuildProgress> {
  const { metric, to } = step;
  const stale = await staleDates(deps, scope, step);
  const outcomes: DayOutcome[] = [];
  for (const window of windowsOf(stale.dates)) {
    const needs = new Map(window.map((date) => [date, new Map<string, number>()]));
    outcomes.push(...(await projectDays(deps, { scope, metric }, needs)).values());
  }
  return {
    metric: metric.code,
    throughDate: to,
    computedCount: outcomes.filter((outcome) => outcome !== 'not_visible').length,
    currentCount: stale.currentCount,
    unsettledCount: outcomes.filter((outcome) => outcome === 'not_visible').length,
  };
}

async function staleDates(
  deps: ProjectionDeps,
  scope: UserScope,
  { metric, from, to, priorities }: RebuildStep,
): Promise<{ readonly dates: readonly LocalDate[]; readonly currentCount: number }> {
  const [blocks, rows] = await Promise.all([
    deps.blocks.listBlocks(scope, bucketsOfDates(metric, from, to)),
    deps.rollups.load(scope, { metric: metric.code, from, to }),
  ]);
  const digests = new Map(
    rows.filter((row) => row.computeVersion === COMPUTE_VERSION).map((row) => [row.date, row.inputs.digest]),
  );
  const mentioned = [...new Set(blocks.flatMap((block) => Object.keys(block.daySeqs) as LocalDate[]))]
    .filter((date) => date >= from && date <= to)
    .sort();
  const dates = mentioned.filter(
    (date) => fingerprintOf(date, { blocks, priorities })?.digest !== digests.get(date),
  );
  return { dates, currentCount: mentioned.length - dates.length };
}
