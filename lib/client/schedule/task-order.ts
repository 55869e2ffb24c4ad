export type TaskPriority = 'critical' | 'high' | 'normal' | 'low';

const RANKS: Readonly<Record<TaskPriority, number>> = { critical: 0, high: 1, normal: 2, low: 3 };
/** A task that waits goes up one priority each time this has passed. */
const PROMOTION_MS = 15_000;
/** The deadline of a task that has none, or a later one: three promotions and as long again. */
const LONGEST_DEADLINE_MS = 60_000;

/** Where a task stands in the queue: all that its order is decided by. */
export interface Place {
  readonly rank: number;
  readonly submittedAtMs: number;
  readonly deadlineMs: number;
  readonly arrival: number;
}

export function placeOf(
  task: { readonly priority: TaskPriority; readonly deadlineMs?: number },
  nowMs: number,
  arrival: number,
): Place {
  const latestMs = nowMs + LONGEST_DEADLINE_MS;
  const deadlineMs = Math.min(latestMs, Math.max(nowMs, task.deadlineMs ?? latestMs));
  return { rank: RANKS[task.priority], submittedAtMs: nowMs, deadlineMs, arrival };
}

/**
 * CLI44, CLI45: priority, then deadline, then arrival. Waiting raises the priority to the highest within 45 s,
 * and every deadline lies within 60 s of the task's arrival and not before it: so after 60 s no task that
 * comes later goes first, and a task waits for those before it only.
 */
export function isBefore(left: Place, right: Place, nowMs: number): boolean {
  const byRank = rankNow(left, nowMs) - rankNow(right, nowMs);
  if (byRank !== 0) return byRank < 0;
  if (left.deadlineMs !== right.deadlineMs) return left.deadlineMs < right.deadlineMs;
  return left.arrival < right.arrival;
}

const rankNow = (place: Place, nowMs: number): number =>
  Math.max(0, place.rank - Math.floor(Math.max(0, nowMs - place.submittedAtMs) / PROMOTION_MS));
