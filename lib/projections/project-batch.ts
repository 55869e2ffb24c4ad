import type { LocalDate } from '../core/instants.ts';
import { mapBounded } from '../core/map-bounded.ts';
import { coalesce, type ProjectionMessage, type WindowTask } from './coalesce.ts';
import { WINDOW_CONCURRENCY_COUNT } from './limits.ts';
import { type DayOutcome, type ProjectionDeps, projectDays } from './project-days.ts';

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
 * whose inputs are not visible yet, fails every message that needed it and no other (PRJ4).
 */
export async function projectBatch(
  deps: ProjectionDeps,
  messages: readonly ProjectionMessage[],
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
