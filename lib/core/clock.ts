import type { EpochMs } from './instants.ts';

/** Time as an input. Only the system clock below reads the machine's. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): EpochMs;
  /** Resolves after `durationMs`, or at once when it is not positive. */
  sleep(durationMs: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now() as EpochMs,
  sleep: (durationMs) =>
    durationMs > 0 ? new Promise((resolve) => setTimeout(resolve, durationMs)) : Promise.resolve(),
};
