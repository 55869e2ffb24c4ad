import type { DayRollup, PeriodRollup, RollupSource } from '../../contracts/http/rollups.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import { type EpochMs, type LocalDate, toIso } from '../core/instants.ts';
import { NO_FIGURES } from './daily-figures.ts';
import { COMPUTE_VERSION } from './limits.ts';
import type { DailyFigures, RollupRow, SourceFigures } from './model.ts';
import { foldFigures, type Period } from './period-figures.ts';
import { type Freshness, worstStatus } from './row-status.ts';

/** One requested day: its stored row, if any, and how fresh it is. */
export interface DayView {
  readonly date: LocalDate;
  readonly row: RollupRow | undefined;
  readonly freshness: Freshness;
}

/**
 * A day as the API tells it. Without a row every figure is null, and so is the count of a STALE day, of
 * which nothing is known yet; a NO_DATA day counts 0. A STALE day with an older row shows that row's figures.
 */
export function toDayRollup(metric: Metric, { date, row, freshness }: DayView, explain: boolean): DayRollup {
  return {
    metric: metric.code,
    date,
    unit: metric.unit,
    ...freshness,
    sourceSeq: row?.inputs.sourceSeq ?? null,
    computedAt: row === undefined ? null : toIso(row.computedAtMs),
    computeVersion: row?.computeVersion ?? COMPUTE_VERSION,
    ...reasonOf(row, freshness),
    ...toFigures(metric, row?.figures ?? NO_FIGURES, explain),
    ...(row === undefined && freshness.status === 'STALE' ? { count: null } : {}),
  };
}

/** Days of one period folded; `date` is the first of those that were asked for. Its status is the worst. */
export function toPeriodRollup(
  metric: Metric,
  period: Period,
  days: readonly DayView[],
  explain: boolean,
): PeriodRollup {
  const rows = days.flatMap(({ row }) => (row === undefined ? [] : [row]));
  const behind = days.flatMap(({ freshness }) => freshness.behindSeq ?? []);
  const dates = days.map(({ date }) => date).sort();
  const [from = '' as LocalDate] = dates;
  const failed = days.find(
    ({ freshness }) => freshness.status === 'FAILED' || freshness.status === 'PARTIAL',
  );
  return {
    metric: metric.code,
    period,
    date: from,
    from,
    to: dates.at(-1) ?? from,
    unit: metric.unit,
    status: worstStatus(days.map(({ freshness }) => freshness.status)),
    ...(behind.length === 0 ? {} : { behindSeq: Math.max(...behind) }),
    sourceSeq: rows.length === 0 ? null : Math.max(...rows.map(({ inputs }) => inputs.sourceSeq)),
    computedAt: rows.length === 0 ? null : toIso(latestOf(rows)),
    computeVersion: rows.length === 0 ? COMPUTE_VERSION : Math.min(...rows.map((row) => row.computeVersion)),
    ...(failed === undefined ? {} : reasonOf(failed.row, failed.freshness)),
    ...toFigures(metric, foldFigures(days.map(({ row }) => row?.figures ?? NO_FIGURES)), explain),
  };
}

const latestOf = (rows: readonly RollupRow[]): EpochMs =>
  Math.max(...rows.map(({ computedAtMs }) => computedAtMs)) as EpochMs;

function reasonOf(row: RollupRow | undefined, { status }: Freshness): { readonly reason?: string } {
  if (row === undefined || row.outcome.kind === 'complete') return {};
  return status === 'PARTIAL' || status === 'FAILED' ? { reason: row.outcome.reason } : {};
}

type Figures = Omit<
  DayRollup,
  | 'metric'
  | 'date'
  | 'unit'
  | 'status'
  | 'behindSeq'
  | 'sourceSeq'
  | 'computedAt'
  | 'computeVersion'
  | 'reason'
>;

function toFigures(metric: Metric, figures: DailyFigures, explain: boolean): Figures {
  const reading = (one: DailyFigures['first']) =>
    one === null ? null : { at: toIso(one.at), value: one.value };
  return {
    count: figures.count,
    ...(metric.aggregation === 'sum' ? { sum: figures.sum ?? null } : {}),
    min: figures.min,
    max: figures.max,
    mean: figures.mean,
    variance: figures.variance,
    first: reading(figures.first),
    last: reading(figures.last),
    coverage: figures.count === 0 ? null : figures.coverage,
    sources: figures.sources.map((source) => (explain ? explained(source) : named(source))),
  };
}

const named = ({ sourceId, provider, count }: SourceFigures): RollupSource => ({ sourceId, provider, count });

const explained = ({ setAsideBy, ...source }: SourceFigures): RollupSource => ({
  ...source,
  ...(setAsideBy === undefined ? {} : { setAsideBy: [...setAsideBy] }),
});
