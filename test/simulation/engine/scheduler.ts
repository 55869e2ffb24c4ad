import type { EpochMs } from '../../../lib/core/instants.ts';

/**
 * Simulated time. What is due is done one event after another in the order of time, then of arrival; after
 * each one every promise that it settled is followed to its end (or to the next simulated call) before the
 * next begins. So a history is a function of its seed, as long as the code under test awaits nothing that
 * is outside the simulation.
 */
export interface Scheduler {
  now(): EpochMs;
  /** Runs `action` after `delayMs`, at once for 0; never before this call returns. */
  after(delayMs: number, action: () => void): void;
  /** Resolves when `delayMs` have passed. */
  wait(delayMs: number): Promise<void>;
  /** Works until nothing is due any more or `isDone` says so. Throws when `maxEvents` is passed. */
  run(isDone: () => boolean, maxEvents: number): Promise<void>;
  readonly eventCount: number;
}

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly action: () => void;
}

export function createScheduler(startMs: number): Scheduler {
  const heap: Due[] = [];
  let nowMs = startMs;
  let order = 0;
  let eventCount = 0;

  const after = (delayMs: number, action: () => void): void => {
    order += 1;
    push(heap, { atMs: nowMs + Math.max(0, delayMs), order, action });
  };
  return {
    now: () => nowMs as EpochMs,
    after,
    wait: (delayMs) => new Promise((resolve) => after(delayMs, resolve)),
    get eventCount() {
      return eventCount;
    },
    async run(isDone, maxEvents) {
      const limit = eventCount + maxEvents;
      await settle();
      while (!isDone()) {
        const due = pop(heap);
        if (due === undefined) return;
        eventCount += 1;
        if (eventCount > limit) throw new Error(`no end after ${maxEvents} events`);
        nowMs = due.atMs;
        due.action();
        await settle();
      }
    },
  };
}

/** One turn of the event loop: every microtask that is pending, and those that they make, have run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isBefore = (a: Due, b: Due): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

function push(heap: Due[], due: Due): void {
  let index = heap.length;
  heap.push(due);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(due, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = due;
}

function pop(heap: Due[]): Due | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    const [left, right] = [heap[child], heap[child + 1]];
    if (left === undefined) break;
    if (right !== undefined && isBefore(right, left)) child += 1;
    const smaller = heap[child];
    if (smaller === undefined || !isBefore(smaller, last)) break;
    heap[index] = smaller;
    index = child;
  }
  heap[index] = last;
  return top;
}
