import { addDays, DAY_MS, type EpochMs, type LocalDate, utcMidnightOf } from '../core/instants.ts';
import { NO_FIGURES } from './daily-figures.ts';
import type { DailyFigures, SetAsideReason, SourceFigures } from './model.ts';
import { sumOf } from './statistics.ts';

export type Period = 'week' | 'month';

/** 1970-01-05 was a Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** First day of the period that a date lies in: weeks begin on Monday (ISO 8601). */
export function periodStart(date: LocalDate, period: Period): LocalDate {
  if (period === 'month') return `${date.slice(0, 7)}-01` as LocalDate;
  const sinceMonday = (utcMidnightOf(date) - FIRST_MONDAY_MS) / DAY_MS;
  return addDays(date, -(((sinceMonday % 7) + 7) % 7));
}

/**
 * The figures of several days as of one span. Means weigh by count; the variance is exact, by the parallel
 * formula of Chan, Golub and LeVeque (1983), and not a mean of variances. Coverage is the mean over all
 * days given, those without data included.
 */
export function foldFigures(days: readonly DailyFigures[]): DailyFigures {
  const full = days.filter(({ count }) => count > 0);
  if (full.length === 0) return NO_FIGURES;
  const count = sumOf(full.map((day) => day.count));
  const mean = meanOf(full, count);
  const squares = sumOf(
    full.map((day) => day.count * ((day.variance ?? 0) + ((day.mean ?? mean) - mean) ** 2)),
  );
  const isSum = full.some(({ sum }) => sum !== undefined);
  return {
    count,
    ...(isSum ? { sum: sumOf(full.map((day) => day.sum ?? 0)) } : {}),
    ...extremesOf(full),
    mean,
    variance: squares / count,
    first: pick(
      full.map(({ first }) => first),
      (left, right) => left - right,
    ),
    last: pick(
      full.map(({ last }) => last),
      (left, right) => right - left,
    ),
    coverage: sumOf(days.map(({ coverage }) => coverage)) / days.length,
    sources: foldSources(full),
  };
}

interface Described {
  readonly count: number;
  readonly sum?: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
}

function meanOf(parts: readonly Described[], count: number): number {
  const totals = parts.map((part) => part.sum ?? (part.mean ?? 0) * part.count);
  return sumOf(totals) / count;
}

function extremesOf(parts: readonly Described[]): { readonly min: number; readonly max: number } {
  return {
    min: Math.min(...parts.map(({ min }) => min ?? Number.POSITIVE_INFINITY)),
    max: Math.max(...parts.map(({ max }) => max ?? Number.NEGATIVE_INFINITY)),
  };
}

type Reading = { readonly at: EpochMs; readonly value: number };

function pick(
  readings: readonly (Reading | null)[],
  order: (left: number, right: number) => number,
): Reading | null {
  const known = readings.filter((reading) => reading !== null);
  return known.sort((left, right) => order(left.at, right.at))[0] ?? null;
}

function foldSources(days: readonly DailyFigures[]): readonly SourceFigures[] {
  const bySource = new Map<string, SourceFigures[]>();
  for (const source of days.flatMap(({ sources }) => sources)) {
    bySource.set(source.sourceId, [...(bySource.get(source.sourceId) ?? []), source]);
  }
  return [...bySource.values()].map(foldSource);
}

function foldSource(days: readonly SourceFigures[]): SourceFigures {
  const [{ sourceId, provider } = { sourceId: '', provider: '' }] = days;
  const count = sumOf(days.map((day) => day.count));
  const reasons = new Map<SetAsideReason, number[]>();
  for (const { reason, amount } of days.flatMap(({ setAsideBy }) => setAsideBy ?? [])) {
    reasons.set(reason, [...(reasons.get(reason) ?? []), amount]);
  }
  const setAsideBy = [...reasons]
    .map(([reason, amounts]) => ({ reason, amount: sumOf(amounts) }))
    .sort((left, right) => right.amount - left.amount || (left.reason < right.reason ? -1 : 1));
  return {
    sourceId,
    provider,
    count,
    ...(days.some(({ sum }) => sum !== undefined) ? { sum: sumOf(days.map(({ sum }) => sum ?? 0)) } : {}),
    ...extremesOf(days),
    mean: meanOf(days, count),
    counted: sumOf(days.map(({ counted }) => counted)),
    setAside: sumOf(days.map(({ setAside }) => setAside)),
    ...(setAsideBy[0] === undefined ? {} : { setAsideReason: setAsideBy[0].reason, setAsideBy }),
  };
}
