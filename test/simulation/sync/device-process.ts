import type { Prng } from '../engine/prng.ts';
import { never } from '../world/environment.ts';

/** Thrown inside transactions of a process that is dead, so that they leave nothing. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded';
}

/**
 * One run of the app on a device. Every call of its store and network is a point where it may be killed:
 * before the call, or after its effect and before the answer. A dead process gets no answers.
 */
export class DeviceProcess {
  readonly #prng: Prng;
  readonly #killChance: () => number;
  readonly #onDeath: () => void;
  #die: () => void = () => undefined;
  readonly death: Promise<void>;
  isDead = false;

  constructor(prng: Prng, killChance: () => number, onDeath: () => void) {
    this.#prng = prng;
    this.#killChance = killChance;
    this.#onDeath = onDeath;
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  kill(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.#onDeath();
    this.#die();
  }

  /** Throws when the process is dead, or dies here. */
  passOrEnd(): void {
    if (!this.isDead && this.#prng.chance(this.#killChance())) this.kill();
    if (this.isDead) throw new ProcessEnded();
  }

  /** A call to the outside: never answered when the process is dead by then. */
  async guard<Value>(call: () => Value | Promise<Value>): Promise<Value> {
    try {
      this.passOrEnd();
      const value = await call();
      this.passOrEnd();
      return value;
    } catch (error) {
      if (this.isDead) return never();
      throw error;
    }
  }

  /** What `work` came to, or `killed` when the process ended under it. */
  async until<Value>(work: Promise<Value>): Promise<Value | 'killed'> {
    return Promise.race([work, this.death.then(() => 'killed' as const)]);
  }
}
