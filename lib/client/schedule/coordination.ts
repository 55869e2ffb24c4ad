/** What instances of the client over one account tell each other between runs. Times by the device's clock. */
export interface SharedSchedule {
  readonly lastStartedAtMs: number | undefined;
  /** No run starts before: the wait of a server, or of our own after failures. */
  readonly notBeforeMs: number;
  /** Whether a server asked for that wait: then nothing cuts it short. */
  readonly serverAsked: boolean;
  readonly failureCount: number;
}

export const FIRST_SCHEDULE: SharedSchedule = {
  lastStartedAtMs: undefined,
  notBeforeMs: 0,
  serverAsked: false,
  failureCount: 0,
};

export interface RunTurn {
  /** True once the turn was lost to another instance, because ours slept past its end. */
  isLost(): boolean;
}

export type TurnOutcome<Value> = { readonly ran: true; readonly value: Value } | { readonly ran: false };

/**
 * CLI47: one run at a time across instances, tabs and processes. `tryRun` runs `work` when nobody else runs
 * under the name and else says so at once; it rejects with what `work` rejects with, and lets go in any case.
 * An instance that dies keeps its turn until its end passes (where the platform does not see it die).
 */
export interface Coordination {
  tryRun<Value>(name: string, work: (turn: RunTurn) => Promise<Value>): Promise<TurnOutcome<Value>>;
  readSchedule(name: string): Promise<SharedSchedule>;
  /** The last one written stands; what it holds only spaces runs apart, and the server keeps the rest. */
  writeSchedule(name: string, schedule: SharedSchedule): Promise<void>;
}

/** Instances of one process, or one alone. */
export function createMemoryCoordination(): Coordination {
  const busy = new Set<string>();
  const schedules = new Map<string, SharedSchedule>();
  return {
    async tryRun(name, work) {
      if (busy.has(name)) return { ran: false };
      busy.add(name);
      try {
        return { ran: true, value: await work({ isLost: () => false }) };
      } finally {
        busy.delete(name);
      }
    },
    readSchedule: async (name) => schedules.get(name) ?? FIRST_SCHEDULE,
    writeSchedule: async (name, schedule) => {
      schedules.set(name, schedule);
    },
  };
}

/** The part of the browser's `navigator.locks` that is used. */
export interface WebLocksLike {
  request<Value>(
    name: string,
    options: { readonly ifAvailable: true },
    callback: (lock: unknown) => Promise<Value>,
  ): Promise<Value>;
}

/** Tabs of one origin by Web Locks, which the browser takes back from a tab that dies; schedules are a tab's own. */
export function createWebLockCoordination(locks: WebLocksLike): Coordination {
  const own = createMemoryCoordination();
  return {
    ...own,
    tryRun: (name, work) =>
      locks.request(`headwater:${name}`, { ifAvailable: true }, async (lock) =>
        lock === null ? { ran: false } : { ran: true, value: await work({ isLost: () => false }) },
      ),
  };
}
