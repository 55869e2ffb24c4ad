import type { LocalDate } from '../core/instants.ts';
import { mapBounded } from '../core/map-bounded.ts';
import { coalesceNights, type NightMessage, type NightWindow } from './coalesce-nights.ts';
import type { NightDeps } from './night-deps.ts';
import { type NightOutcome, projectNights } from './project-nights.ts';

export interface NightReport {
  /** Messages that are to come again, each with the fault that stopped it. */
  readonly failed: ReadonlyMap<string, unknown>;
  readonly savedCount: number;
}

/** Why a message comes again without a fault: what it names cannot be read yet. */
export class NightInputsNotVisibleError extends Error {
  override readonly name = 'NightInputsNotVisibleError';
}

/** Readings in flight at once: memory is what bounds it. */
const WINDOW_CONCURRENCY_COUNT = 4;

/**
 * Brings every night that a batch of messages asks for up to date, each once (PRJ2). A night that fails, or whose
 * inputs are not visible yet, fails every message that needed it and no other (PRJ4).
 */
export async function projectNightBatch(
  deps: NightDeps,
  messages: readonly NightMessage[],
): Promise<NightReport> {
  const failed = new Map<string, unknown>();
  let savedCount = 0;
  await mapBounded(coalesceNights(messages), WINDOW_CONCURRENCY_COUNT, async (window) => {
    const outcomes = await projectWindow(deps, window);
    for (const [night, task] of window.nights) {
      const outcome = outcomes.get(night);
      if (outcome === 'saved') savedCount += 1;
      if (typeof outcome === 'string' && outcome !== 'not_visible') continue;
      const fault = typeof outcome === 'object' ? outcome.fault : new NightInputsNotVisibleError();
      for (const messageId of task.messageIds) failed.set(messageId, fault);
    }
  });
  return { failed, savedCount };
}

/** A fault of one window is told for each of its nights, so that other windows go on. */
async function projectWindow(
  deps: NightDeps,
  { scope, nights }: NightWindow,
): Promise<ReadonlyMap<LocalDate, NightOutcome | { readonly fault: unknown }>> {
  try {
    return await projectNights(deps, scope, new Map([...nights].map(([night, { needs }]) => [night, needs])));
  } catch (fault) {
    return new Map([...nights.keys()].map((night) => [night, { fault }]));
  }
}
