import { dayFigures, type ModelFigures } from '../oracle/daily-model.ts';
import type { ModelEntry } from '../oracle/merge-model.ts';
import type { UserModel } from '../oracle/user-model.ts';
import { METRIC_KINDS, type MetricName, SOURCE_NAMES } from './device.ts';

/** A row as the API tells it. */
export interface ToldRow {
  readonly date: string;
  readonly status: string;
  readonly sourceSeq: number | null;
  readonly behindSeq?: number;
  readonly count: number | null;
  readonly sum?: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly first: { readonly at: string; readonly value: number } | null;
  readonly last: { readonly at: string; readonly value: number } | null;
}

/** Above this many combinations of half-visible blocks a row is not looked at. */
const MAX_COMBINATIONS = 200;

/**
 * Whether a row's figures are those of some state that a reader may have seen since `sinceMs`: each block
 * (metric, source, UTC day) as one of its transactions left it, at the oldest the last that was visible as
 * a whole by then. Half-visible transactions mix the states of blocks, never those within one block. With
 * `sinceMs` after the last commit there is one state, and the row is right or wrong.
 */
export function isRightSince(model: UserModel, metric: MetricName, row: ToldRow, sinceMs: number): boolean {
  const choices = model.blocks(metric).map((block) => statesSince(model, block, sinceMs));
  const orders = ordersSince(model, sinceMs);
  const combinations = choices.reduce((product, states) => product * states.length, orders.length);
  if (combinations > MAX_COMBINATIONS) return true;
  for (const order of orders) {
    for (const entries of mixtures(choices)) {
      if (isEqualFigures(row, dayFigures(METRIC_KINDS[metric], row.date, entries, order))) return true;
    }
  }
  return false;
}

function statesSince(model: UserModel, block: string, sinceMs: number): readonly (readonly ModelEntry[])[] {
  const changes = model.changesOf(block);
  const settled = changes.filter(({ settledAtMs }) => settledAtMs <= sinceMs).at(-1)?.seq ?? 0;
  const seqs = [settled, ...changes.map(({ seq }) => seq).filter((seq) => seq > settled)];
  return seqs.map((seq) => model.blockAt(block, seq));
}

function ordersSince(model: UserModel, sinceMs: number): readonly (readonly string[])[] {
  const settled = model.commits.filter(({ settledAtMs }) => settledAtMs <= sinceMs).at(-1);
  const later = model.commits.filter(({ seq }) => seq > (settled?.seq ?? 0));
  const orders = [settled, ...later].map((commit) => commit?.order ?? SOURCE_NAMES);
  return [...new Map(orders.map((order) => [order.join(), order])).values()];
}

function* mixtures(
  choices: readonly (readonly (readonly ModelEntry[])[])[],
): Iterable<readonly ModelEntry[]> {
  const [first, ...rest] = choices;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const others of mixtures(rest)) {
    for (const entries of first) yield [...entries, ...others];
  }
}

function isEqualFigures(row: ToldRow, figures: ModelFigures | undefined): boolean {
  if (figures === undefined) {
    return (row.count ?? 0) === 0 && row.min === null && row.max === null && row.first === null;
  }
  return (
    row.count === figures.count &&
    (figures.sum === undefined || isNear(row.sum, figures.sum)) &&
    isNear(row.min, figures.min) &&
    isNear(row.max, figures.max) &&
    isNear(row.mean, figures.mean) &&
    isReading(row.first, figures.firstMs, figures.firstValue) &&
    isReading(row.last, figures.lastMs, figures.lastValue)
  );
}

const isReading = (told: ToldRow['first'], atMs: number, value: number): boolean =>
  told !== null && Date.parse(told.at) === atMs && isNear(told.value, value);

/** Sums of shares of whole numbers: what differs is the order of additions. */
const isNear = (told: number | null | undefined, wanted: number): boolean =>
  typeof told === 'number' && Math.abs(told - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted));

export const describeFigures = (model: UserModel, metric: MetricName, date: string): string => {
  const entries = model.blocks(metric).flatMap((block) => model.blockAt(block, model.seq));
  const order = model.orderAt(model.seq) ?? SOURCE_NAMES;
  return JSON.stringify({
    figures: dayFigures(METRIC_KINDS[metric], date, entries, order),
    order,
    entries: entries.filter(({ isDeleted }) => !isDeleted),
  });
};
