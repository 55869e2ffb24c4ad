import type { Prng } from '../engine/prng.ts';

/** How often what goes wrong, of one. A history draws its own weather around these. */
export interface Weather {
  /** A function run ends at a call, before or after its effect. */
  readonly crash: number;
  /** A call fails as a transport does, before or after its effect, and the caller is told. */
  readonly transportError: number;
  /** The SDK sends the same request twice, because the first reply was lost. */
  readonly sdkRepeat: number;
  readonly transactionConflict: number;
  readonly throttle: number;
  readonly halfVisible: number;
  readonly publishFailure: number;
  readonly duplicateDelivery: number;
  readonly longDelay: number;
  readonly lostReply: number;
}

export const CALM: Weather = {
  crash: 0,
  transportError: 0,
  sdkRepeat: 0,
  transactionConflict: 0,
  throttle: 0,
  halfVisible: 0,
  publishFailure: 0,
  duplicateDelivery: 0,
  longDelay: 0,
  lostReply: 0,
};

export const drawWeather = (prng: Prng): Weather => ({
  crash: prng.pick([0, 0.005, 0.02]),
  transportError: prng.pick([0, 0.005, 0.02]),
  sdkRepeat: prng.pick([0, 0.02, 0.05]),
  transactionConflict: prng.pick([0, 0.05, 0.2]),
  throttle: prng.pick([0, 0, 0.01]),
  halfVisible: prng.pick([0.2, 0.5, 1]),
  publishFailure: prng.pick([0, 0.1, 0.3]),
  duplicateDelivery: prng.pick([0, 0.1, 0.3]),
  longDelay: prng.pick([0.02, 0.1, 0.3]),
  lostReply: prng.pick([0, 0.1, 0.2]),
});

/** What happened over a history or a run of many: a check that never met a fault proves nothing. */
export interface Counters {
  histories: number;
  requests: number;
  acknowledged: number;
  deviceRetries: number;
  crashes: number;
  transportErrors: number;
  sdkRepeats: number;
  conflicts: number;
  cancelledTransactions: number;
  halfVisibleReads: number;
  publishFailures: number;
  duplicateDeliveries: number;
  redeliveries: number;
  poisonKept: number;
  deadLettered: number;
  polls: number;
  readyRows: number;
  staleRows: number;
  changePages: number;
  queuedRequests: number;
  rateLimited: number;
}

export const newCounters = (): Counters => ({
  histories: 0,
  requests: 0,
  acknowledged: 0,
  deviceRetries: 0,
  crashes: 0,
  transportErrors: 0,
  sdkRepeats: 0,
  conflicts: 0,
  cancelledTransactions: 0,
  halfVisibleReads: 0,
  publishFailures: 0,
  duplicateDeliveries: 0,
  redeliveries: 0,
  poisonKept: 0,
  deadLettered: 0,
  polls: 0,
  readyRows: 0,
  staleRows: 0,
  changePages: 0,
  queuedRequests: 0,
  rateLimited: 0,
});

export function addCounters(total: Counters, more: Counters): void {
  for (const name of Object.keys(total) as (keyof Counters)[]) total[name] += more[name];
}
