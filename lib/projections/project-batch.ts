import type { PrioritiesChangedV1 } from '../../contracts/events/priorities-changed.v1.ts';
import { metricOf } from '../../contracts/metrics/catalog.ts';
import type { LocalDate } from '../core/instants.ts';
import { mapBounded } from '../core/map-bounded.ts';
import { coalesce, type ProjectionMessage, scopeOf, type WindowTask } from './coalesce.ts';
import { WINDOW_CONCURRENCY_COUNT } from './limits.ts';
import { type DayOutcome, type ProjectionDeps, projectDays } from './project-days.ts';
import { allDates, rebuildRange } from './rebuild.ts';

export interface BatchReport {
  /** Messages that are to come again, each with the fault that stopped it, if it was one. */
  readonly failed: ReadonlyMap<string, unknown>;
  readonly savedCount: number;
}

/** Why a message comes again without a fault: what it names cannot be read yet. */
export class InputsNotVisibleError extends Error {
  override readonly name = 'InputsNotVisibleError';
}

/**
 * Brings every row that a batch of messages asks for up to date, each once (PRJ2). A key that fails, or
 * whose inputs are not visible yet, fails every message that needed it and no other (PRJ4). `deadlineMs`
 * is when to stop recomputing for changed priorities: the message then comes again and goes on, because
 * rows that are current are skipped.
 */
export async function projectBatch(
  deps: ProjectionDeps,
  messages: readonly ProjectionMessage[],
  deadlineMs: number,
): Promise<BatchReport> {
  const failed = new Map<string, unknown>();
  let savedCount = 0;
  await mapBounded(coalesce(messages), WINDOW_CONCURRENCY_COUNT, async (task) => {
    const outcomes = await projectWindow(deps, task);
    for (const [date, day] of task.days) {
      const outcome = outcomes.get(date);
      if (outcome === 'saved') savedCount += 1;
      if (typeof outcome === 'string' && outcome !== 'not_visible') continue;
      const fault = typeof outcome === 'object' ? outcome.fault : new InputsNotVisibleError();
      for (const messageId of day.messageIds) failed.set(messageId, fault);
    }
  });
  for (const { messageId, event } of messages) {
    if (event.type !== 'priorities.changed.v1') continue;
    const fault = await recomputeMetrics(deps, event.detail, deadlineMs).catch((error: unknown) => error);
    if (fault !== undefined) failed.set(messageId, fault);
  }
  return { failed, savedCount };
}

type WindowOutcome = DayOutcome | { readonly fault: unknown };

/** A fault of one window is told for each of its dates, so that other windows go on. */
async function projectWindow(
  deps: ProjectionDeps,
  { scope, metric, days }: WindowTask,
): Promise<ReadonlyMap<LocalDate, WindowOutcome>> {
  const needs = new Map([...days].map(([date, day]) => [date, day.needs]));
  try {
    return await projectDays(deps, { scope, metric }, needs);
  } catch (fault) {
    return new Map([...days.keys()].map((date) => [date, { fault }]));
  }
}

/** Every date of the metrics named, oldest first. Undefined when all are current. */
async function recomputeMetrics(
  deps: ProjectionDeps,
  detail: PrioritiesChangedV1,
  deadlineMs: number,
): Promise<unknown> {
  const scope = scopeOf(detail);
  const head = await deps.heads.load(scope);
  if (head !== undefined && head.seq < detail.seq) return new InputsNotVisibleError();
  for (const code of detail.metrics) {
    const metric = metricOf(code);
    if (metric === undefined || metric.aggregation === 'none') continue;
    for await (const progress of rebuildRange(deps, scope, { metric, ...allDates(deps.clock.now()) })) {
      if (progress.unsettledCount > 0) return new InputsNotVisibleError();
      if (deps.clock.now() > deadlineMs) return new Error('recomputing takes longer than one invocation');
    }
  }
  return undefined;
}
