/** Timers as an input, as the clock is. */
export interface Timers {
  /** Runs once after `delayMs`; the answer calls it off, and does nothing when it has run. */
  after(delayMs: number, run: () => void): () => void;
}

/** The platform's own, which browsers, phones and Node share. */
export const systemTimers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Milliseconds since 1970-01-01T00:00:00Z, of the device. */
export interface DeviceClock {
  now(): number;
}
