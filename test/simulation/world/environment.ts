import type { Prng } from '../engine/prng.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import { CALM, type Counters, type Weather } from './faults.ts';

/** What every part of the simulated outside shares. */
export interface Environment {
  readonly scheduler: Scheduler;
  readonly prng: Prng;
  readonly counters: Counters;
  /** CALM once the faults are over and the system is left to come to rest. */
  weather(): Weather;
  calmDown(): void;
  /** Milliseconds that a message or a call takes: mostly few, at times very many. */
  delayMs(): number;
  violation(rule: string, what: string): void;
  /** What a function logged as a fault, told with a violation of the API. */
  noteFault(fields: string): void;
}

/** Message that never comes: what a crashed run waits for. */
export const never = <Value>(): Promise<Value> => new Promise<Value>(() => undefined);

export function createEnvironment(parts: {
  readonly scheduler: Scheduler;
  readonly prng: Prng;
  readonly counters: Counters;
  readonly weather: Weather;
  readonly onViolation: (text: string) => void;
}): Environment {
  const { scheduler, prng, counters, onViolation } = parts;
  let weather = parts.weather;
  let lastFault = 'no fault';
  return {
    scheduler,
    prng,
    counters,
    weather: () => weather,
    calmDown: () => {
      weather = CALM;
    },
    delayMs: () => (prng.chance(weather.longDelay) ? prng.below(3_000) : 1 + prng.below(8)),
    violation: (rule, what) =>
      onViolation(rule === 'API' ? `${rule}: ${what} after ${lastFault}` : `${rule}: ${what}`),
    noteFault: (fields) => {
      lastFault = fields;
    },
  };
}
