/** A clock and its timers that stand still until a test moves them. */
export class FakeTime {
  #nowMs: number;
  #timers: { readonly atMs: number; readonly order: number; readonly run: () => void }[] = [];
  #order = 0;

  constructor(startMs: number = 1_760_000_000_000) {
    this.#nowMs = startMs;
  }

  readonly clock = { now: (): number => this.#nowMs };

  readonly timers = {
    after: (delayMs: number, run: () => void): (() => void) => {
      this.#order += 1;
      const timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order, run };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      };
    },
  };

  /** What is due runs at its own time, in order, and all that follows from it before the next. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await settle();
    for (;;) {
      const due = this.#timers
        .filter((timer) => timer.atMs <= endMs)
        .sort((left, right) => left.atMs - right.atMs || left.order - right.order)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.run();
      await settle();
    }
    this.#nowMs = endMs;
  }

  /** As a person who sets the clock. */
  setBack(durationMs: number): void {
    this.#nowMs -= durationMs;
  }
}

/** All promises that can resolve without time have resolved. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
