import { isBefore, type Place, placeOf, type TaskPriority } from './task-order.ts';
import type { DeviceClock } from './timers.ts';

export type TaskKind = 'data_sync' | 'health_ingest' | 'health_upload' | 'catalog_sync' | 'lease_request';
export type TaskResource = 'network' | 'sqlite';

/** What a running task has of the scheduler. */
export interface TaskSlice {
  /**
   * Undefined while the slice of 8 ms lasts; then a promise that resolves when others had their turn. A loop
   * says `await slice.breathe()` between two rows.
   */
  breathe(): Promise<void> | undefined;
}

export interface SyncTask<Value> {
  readonly kind: TaskKind;
  readonly priority: TaskPriority;
  readonly resource: TaskResource;
  /** Among tasks of one priority the earlier goes first. */
  readonly deadlineMs?: number;
  run(slice: TaskSlice): Promise<Value>;
}

/** CLI44: the queue has no place; ask again when something has finished. */
export class SchedulerFullError extends Error {
  override readonly name = 'SchedulerFullError';
  readonly code = 'QUEUE_FULL';
  readonly retryable = true;
}

/** The scheduler was closed before the task had its turn. */
export class SchedulerClosedError extends Error {
  override readonly name = 'SchedulerClosedError';
  readonly code = 'SCHEDULER_CLOSED';
  readonly retryable = false;
}

export interface SyncScheduler {
  /** What the task resolves or rejects with; SchedulerFullError and SchedulerClosedError when it never ran. */
  submit<Value>(task: SyncTask<Value>): Promise<Value>;
  counts(): { readonly queued: number; readonly running: Readonly<Record<TaskResource, number>> };
  /** Refuses what waits, and resolves when what runs has ended. */
  close(): Promise<void>;
}

/** Reference 1.7. */
const MAX_RUNNING: Readonly<Record<TaskResource, number>> = { network: 2, sqlite: 1 };
const MAX_QUEUED_COUNT = 100;
const SLICE_MS = 8;

interface Waiting {
  readonly place: Place;
  readonly resource: TaskResource;
  readonly start: () => Promise<void>;
  readonly refuse: (error: Error) => void;
}

/**
 * CLI44, CLI45: at most 2 tasks on the network and 1 in SQLite; priority, then deadline, then order of arrival,
 * and none waits for ever. `yieldTurn` gives the platform its turn (`scheduler.yield`, `setTimeout(0)`).
 */
export function createSyncScheduler(deps: {
  readonly clock: DeviceClock;
  readonly yieldTurn: () => Promise<void>;
}): SyncScheduler {
  const waiting: Waiting[] = [];
  const running: Record<TaskResource, number> = { network: 0, sqlite: 0 };
  const ends = new Set<Promise<void>>();
  let closed = false;
  let arrivals = 0;

  const takeNext = (resource: TaskResource): Waiting | undefined => {
    const nowMs = deps.clock.now();
    const candidates = waiting.filter((task) => task.resource === resource);
    const next = candidates.reduce<Waiting | undefined>(
      (best, task) => (best === undefined || isBefore(task.place, best.place, nowMs) ? task : best),
      undefined,
    );
    if (next !== undefined) waiting.splice(waiting.indexOf(next), 1);
    return next;
  };
  const fill = (resource: TaskResource): void => {
    while (running[resource] < MAX_RUNNING[resource]) {
      const next = takeNext(resource);
      if (next === undefined) return;
      running[resource] += 1;
      const end = next.start().finally(() => {
        running[resource] -= 1;
        ends.delete(end);
        fill(resource);
      });
      ends.add(end);
    }
  };
  const enqueue = <Value>(task: SyncTask<Value>): Promise<Value> =>
    new Promise((resolve, reject) => {
      arrivals += 1;
      waiting.push({
        place: placeOf(task, deps.clock.now(), arrivals),
        resource: task.resource,
        start: () => runTask(task, deps).then(resolve, reject),
        refuse: reject,
      });
      fill(task.resource);
    });
  return {
    submit(task) {
      if (closed) return Promise.reject(new SchedulerClosedError('the scheduler is closed'));
      if (waiting.length >= MAX_QUEUED_COUNT) {
        return Promise.reject(new SchedulerFullError(`${MAX_QUEUED_COUNT} tasks wait already`));
      }
      return enqueue(task);
    },
    counts: () => ({ queued: waiting.length, running: { ...running } }),
    async close() {
      closed = true;
      for (const task of waiting.splice(0)) task.refuse(new SchedulerClosedError('the scheduler is closed'));
      await Promise.all(ends);
    },
  };
}

async function runTask<Value>(
  task: SyncTask<Value>,
  deps: { readonly clock: DeviceClock; readonly yieldTurn: () => Promise<void> },
): Promise<Value> {
  let sliceEndsAtMs = deps.clock.now() + SLICE_MS;
  const turn = async () => {
    await deps.yieldTurn();
    sliceEndsAtMs = deps.clock.now() + SLICE_MS;
  };
  return task.run({ breathe: () => (deps.clock.now() < sliceEndsAtMs ? undefined : turn()) });
}
