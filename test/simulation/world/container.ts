import { AsyncLocalStorage } from 'node:async_hooks';
import { type Environment, never } from './environment.ts';

/** One invocation in one container. */
export interface Run {
  /** Workspaces that it may touch; undefined: not known yet, as before a principal is found. */
  readonly workspaces: ReadonlySet<string> | undefined;
  readonly crash: () => void;
}

/**
 * The run that a call belongs to, by where it came from: a call that a finished run left behind goes on in
 * a warm container, as on Lambda, and still is that run's.
 */
export const currentRun = new AsyncLocalStorage<Run>();

/** What a call does at the service, at one instant. */
export type Effect = () => { readonly output: object; readonly settledAtMs?: number };

/**
 * A function instance: one run at a time, warm caches between runs, and an end at any call. Every call of
 * its clients is a scheduling point: the request takes time to arrive, the reply takes time to come back,
 * and the run may crash before the effect, or after it with the reply lost.
 */
export class Container {
  readonly #environment: Environment;
  #run: Run | undefined;
  #isDead = false;

  constructor(environment: Environment) {
    this.#environment = environment;
  }
  get isIdle(): boolean {
    return this.#run === undefined && !this.#isDead;
  }
  begin(run: Run): void {
    this.#run = run;
  }
  end(): void {
    this.#run = undefined;
  }

  /** Requests that were under way when the run crashed arrive or do not. */
  call(effect: Effect): Promise<object> {
    const { scheduler, prng } = this.#environment;
    if (this.#isDead) return never();
    return new Promise((resolve, reject) => {
      scheduler.after(this.#environment.delayMs(), () => {
        if (this.#isDead && prng.chance(0.5)) return;
        this.#arrive(effect, resolve, reject);
      });
    });
  }

  sleep(durationMs: number): Promise<void> {
    return this.#isDead ? never() : this.#environment.scheduler.wait(durationMs).then(() => this.#goOn());
  }

  #goOn(): Promise<void> | undefined {
    return this.#isDead ? never() : undefined;
  }

  #arrive(effect: Effect, resolve: (output: object) => void, reject: (error: unknown) => void): void {
    const { prng, weather, counters } = this.#environment;
    const fails = (): boolean => prng.chance(weather().transportError);
    if (prng.chance(weather().crash)) {
      this.#crash();
    } else if (fails()) {
      this.#reply(0, () => reject(this.#transportError()));
    } else {
      let reply = take(effect);
      if (prng.chance(weather().sdkRepeat)) {
        counters.sdkRepeats += 1;
        reply = take(effect);
      }
      const { settledAtMs } = reply;
      if (prng.chance(weather().crash)) this.#crash();
      else if (fails()) this.#reply(settledAtMs, () => reject(this.#transportError()));
      else this.#reply(settledAtMs, () => (reply.ok ? resolve(reply.output) : reject(reply.error)));
    }
  }

  #reply(settledAtMs: number, deliver: () => void): void {
    const { scheduler } = this.#environment;
    const untilSettledMs = Math.max(0, settledAtMs - scheduler.now());
    scheduler.after(untilSettledMs + this.#environment.delayMs(), () => {
      if (!this.#isDead) deliver();
    });
  }

  #transportError(): Error {
    this.#environment.counters.transportErrors += 1;
    return Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
  }

  #crash(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#environment.counters.crashes += 1;
    this.#run?.crash();
  }
}

type Reply =
  | { readonly ok: true; readonly output: object; readonly settledAtMs: number }
  | { readonly ok: false; readonly error: unknown; readonly settledAtMs: number };

function take(effect: Effect): Reply {
  try {
    const { output, settledAtMs = 0 } = effect();
    return { ok: true, output, settledAtMs };
  } catch (error) {
    return { ok: false, error, settledAtMs: 0 };
  }
}
