import type { DayRollup, PeriodRollup } from '../../contracts/http/rollups.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import { addDays, DAY_MS, datesBetween, type LocalDate, utcMidnightOf } from '../core/instants.ts';
import { AppError } from '../problems/app-error.ts';
import type { Head, PrioritySettings, UserScope } from '../samples/model.ts';
import { bucketsOfDates } from './block-range.ts';
import { windowsOf } from './coalesce.ts';
import { loadLivingHead } from './edit-priorities.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type Period, periodStart } from './period-figures.ts';
import { priorityVersions } from './priorities.ts';
import { type ProjectionDeps, projectDays } from './project-days.ts';
import { type DayView, toDayRollup, toPeriodRollup } from './rollup-answer.ts';
import { freshnessOf } from './row-status.ts';

/** Rows that `wait=true` computes in one request; the others stay STALE. */
export const MAX_INLINE_DAY_COUNT = 7;
/** How long `X-Min-Seq` waits for the projector, and how often it looks. */
const MAX_WAIT_MS = 2_000;
const FIRST_STEP_MS = 40;

export interface RollupQuery {
  /** With aggregation other than `none`; in the order of the answer. */
  readonly metrics: readonly Metric[];
  readonly from: LocalDate;
  /** Inclusive. */
  readonly to: LocalDate;
  readonly period: 'day' | Period;
  readonly explain: boolean;
  readonly wait: boolean;
  readonly minSeq: number | undefined;
  readonly limit: number;
  /** Last row of the page before. */
  readonly after: RollupPosition | undefined;
}

/** `date` is the day, or the first day of the period as it was answered. */
export interface RollupPosition {
  readonly metric: string;
  readonly date: string;
}

export interface RollupPage {
  readonly rollups: readonly (DayRollup | PeriodRollup)[];
  /** Undefined on the last page. */
  readonly next: RollupPosition | undefined;
  /** The user's sequence number at the time of reading. */
  readonly seq: number;
}

interface View {
  readonly head: Head;
  readonly days: ReadonlyMap<string, readonly DayView[]>;
}

/**
 * Rows with their exact freshness: per metric one Query of rows and one of block summaries, and two GetItems
 * for all. `minSeq` looks again, up to 2 s, until the head has reached it and no row is STALE; `wait` then
 * computes up to seven STALE rows on the spot. `user.not_found`, `read.metric_blocked`.
 */
export async function listRollups(
  deps: ProjectionDeps,
  scope: UserScope,
  query: RollupQuery,
): Promise<RollupPage> {
  const spans = spansOfPage(query);
  let view = await waitForSeq(deps, scope, { spans, minSeq: query.minSeq });
  if (query.wait && (await computeStale(deps, scope, { spans, view }))) {
    view = await loadView(deps, scope, spans);
  }
  const rows = spans.flatMap(({ metric }) => answerOf(metric, view.days.get(metric.code) ?? [], query));
  const rollups = rows.slice(0, query.limit);
  const last = rollups.at(-1);
  const isMore = last !== undefined && !isEndOf(query, last);
  return {
    rollups,
    next: isMore ? { metric: last.metric, date: last.date } : undefined,
    seq: view.head.seq,
  };
}

interface Span {
  readonly metric: Metric;
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** What is left after the cursor, and no more days than the page can hold. */
function spansOfPage(query: RollupQuery): readonly Span[] {
  const at = query.metrics.findIndex(({ code }) => code === query.after?.metric);
  const spans: Span[] = [];
  let left = query.limit;
  for (const metric of query.metrics.slice(Math.max(0, at))) {
    const from = metric.code === query.after?.metric ? nextStart(query, query.after.date) : query.from;
    if (from > query.to || left <= 0) continue;
    const end = query.period === 'day' ? addDays(from, left - 1) : query.to;
    const isWithin = end <= query.to;
    const to = isWithin ? end : query.to;
    spans.push({ metric, from, to });
    left -= query.period === 'day' ? (utcMidnightOf(to) - utcMidnightOf(from)) / DAY_MS + 1 : 0;
  }
  return spans;
}

function nextStart({ period }: RollupQuery, answered: string): LocalDate {
  const date = answered as LocalDate;
  if (period === 'day') return addDays(date, 1);
  const start = periodStart(date, period);
  return period === 'week' ? addDays(start, 7) : periodStart(addDays(start, 31), 'month');
}

/** Whether nothing follows the row: it is of the last metric and reaches the last day. */
function isEndOf(query: RollupQuery, row: DayRollup | PeriodRollup): boolean {
  const reached = 'period' in row ? row.to : row.date;
  return row.metric === query.metrics.at(-1)?.code && reached >= query.to;
}

function answerOf(
  metric: Metric,
  days: readonly DayView[],
  { period, explain }: RollupQuery,
): readonly (DayRollup | PeriodRollup)[] {
  if (period === 'day') return days.map((day) => toDayRollup(metric, day, explain));
  const groups = Map.groupBy(days, ({ date }) => periodStart(date, period));
  return [...groups.values()].map((group) => toPeriodRollup(metric, period, group, explain));
}

async function waitForSeq(
  deps: ProjectionDeps,
  scope: UserScope,
  { spans, minSeq }: { readonly spans: readonly Span[]; readonly minSeq: number | undefined },
): Promise<View> {
  const deadlineMs = deps.clock.now() + MAX_WAIT_MS;
  for (let stepMs = FIRST_STEP_MS; ; stepMs *= 1.5) {
    const view = await loadView(deps, scope, spans);
    const isReached = minSeq === undefined || (view.head.seq >= minSeq && staleDays(view).length === 0);
    if (isReached || deps.clock.now() + stepMs > deadlineMs) return view;
    await deps.clock.sleep(stepMs);
  }
}

const staleDays = (view: View): readonly DayView[] =>
  [...view.days.values()].flat().filter(({ freshness }) => freshness.status === 'STALE');

async function loadView(deps: ProjectionDeps, scope: UserScope, spans: readonly Span[]): Promise<View> {
  const [head, workspace] = await Promise.all([
    loadLivingHead(deps.heads, scope),
    deps.workspaces.loadPriorities(scope.workspaceId),
  ]);
  const blocked = spans.find(({ metric }) => head.privacy.blockedMetrics.includes(metric.code));
  if (blocked !== undefined) {
    throw new AppError('read.metric_blocked', `The user has blocked "${blocked.metric.code}".`);
  }
  const days = await Promise.all(
    spans.map(
      async (span) => [span.metric.code, await loadDays(deps, scope, { span, head, workspace })] as const,
    ),
  );
  return { head, days: new Map(days) };
}

async function loadDays(
  deps: ProjectionDeps,
  scope: UserScope,
  context: { readonly span: Span; readonly head: Head; readonly workspace: PrioritySettings },
): Promise<readonly DayView[]> {
  const { metric, from, to } = context.span;
  const [blocks, rows] = await Promise.all([
    deps.blocks.listBlocks(scope, bucketsOfDates(metric, from, to)),
    deps.rollups.load(scope, { metric: metric.code, from, to }),
  ]);
  const priorities = priorityVersions(metric.code, context.head.priorities, context.workspace);
  const byDate = new Map(rows.map((row) => [row.date, row]));
  const days: DayView[] = [];
  for (const date of datesBetween(from, to)) {
    const row = byDate.get(date);
    const current = fingerprintOf(date, { blocks, priorities });
    days.push({ date, row, freshness: freshnessOf(row, current) });
  }
  return days;
}

/** Whether anything was computed. The newest days first: that is what a screen shows. */
async function computeStale(
  deps: ProjectionDeps,
  scope: UserScope,
  { spans, view }: { readonly spans: readonly Span[]; readonly view: View },
): Promise<boolean> {
  let left = MAX_INLINE_DAY_COUNT;
  for (const { metric } of spans) {
    const stale = (view.days.get(metric.code) ?? [])
      .filter(({ freshness }) => freshness.status === 'STALE')
      .map(({ date }) => date)
      .reverse()
      .slice(0, left);
    for (const window of windowsOf(stale)) {
      await projectDays(deps, { scope, metric }, new Map(window.map((date) => [date, new Map()])));
    }
    left -= stale.length;
  }
  return left < MAX_INLINE_DAY_COUNT;
}
