import type { SumWorkoutsAnswer } from '../../../contracts/http/workouts.ts';
import { DAY_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import { mergeTotals } from './merged-totals.ts';
import type { WorkoutReads } from './model.ts';
import { loadSpan, type Span, widenAbove, widenBelow } from './span.ts';
import { CONTEXT_READ_COUNT, loadWorkoutContext, type WorkoutContext } from './workout-context.ts';
import { viewOf, type WorkoutView } from './workout-view.ts';

/** Workouts that one answer adds up, copies and margins included: years of a person's. */
export const MAX_SUMMED_COUNT = 10_000;
/** As long as a workout lasts, beside the reach of copies: there the wholes of the first parts begin. */
const WHOLES_MS = 2 * DAY_MS;
/** Looks beyond the margins, where groups reach across them. */
const MAX_WIDENING_COUNT = 3;

interface Query {
  readonly fromMs: number;
  readonly toMs: number;
  readonly by: 'family' | 'type';
}

/**
 * Totals of the workouts whose activity starts in [fromMs, toMs), each counted once. `user.not_found`,
 * `read.metric_blocked`, and `read.range_too_large` above MAX_SUMMED_COUNT.
 */
export async function sumWorkouts(
  reads: WorkoutReads,
  scope: UserScope,
  query: Query,
): Promise<{ readonly answer: SumWorkoutsAnswer; readonly readCount: number }> {
  const context = await loadWorkoutContext(reads, scope);
  const { fromMs, toMs } = query;
  const maxCount = MAX_SUMMED_COUNT + 1;
  let span = await loadSpan(reads, scope, { fromMs: fromMs - WHOLES_MS, toMs, maxCount });
  let view = boundedView(span, context);
  for (let round = 0; round < MAX_WIDENING_COUNT; round += 1) {
    const edge = edgeOf(view, query);
    if (edge === 'whole') break;
    span =
      edge === 'below'
        ? await widenBelow(reads, scope, span, maxCount)
        : await widenAbove(reads, scope, span, { toMs, maxCount });
    view = boundedView(span, context);
  }
  return { answer: toAnswer(view, query), readCount: CONTEXT_READ_COUNT + span.readCount };
}

function boundedView(span: Span, context: WorkoutContext): WorkoutView {
  if (span.workouts.length <= MAX_SUMMED_COUNT) return viewOf(span, context);
  throw new AppError('read.range_too_large', `At most ${MAX_SUMMED_COUNT} workouts are added up at a time.`);
}

const isIn = ({ fromMs, toMs }: Query, startMs: number): boolean => startMs >= fromMs && startMs < toMs;

function edgeOf(view: WorkoutView, query: Query): ReturnType<WorkoutView['edgeOf']> {
  const edges = view.workouts.filter(({ startMs }) => isIn(query, startMs)).map(({ id }) => view.edgeOf(id));
  return edges.find((edge) => edge !== 'whole') ?? 'whole';
}

function toAnswer(view: WorkoutView, query: Query): SumWorkoutsAnswer {
  const totals = mergeTotals(view, {
    isInRange: ({ startMs }) => isIn(query, startMs),
    keyOf: ({ type, family }) => (query.by === 'family' ? family : type),
  });
  const rows = [...totals].sort(([left], [right]) => (left < right ? -1 : 1));
  const sumOf = (field: 'counted' | 'setAside'): number => rows.reduce((sum, [, row]) => sum + row[field], 0);
  return {
    by: query.by,
    totals: rows.map(([key, row]) => ({ key, ...row })),
    counted: sumOf('counted'),
    setAside: sumOf('setAside'),
  };
}
