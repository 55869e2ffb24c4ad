import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../core/instants.ts';
import type { GateState } from './gate-store.ts';

/** The circuit of a provider (connections.md 3): 5 failures in a row open it for 60 s, then 3 probes decide. */
export const MAX_FAILURE_COUNT = 5;
export const OPEN_MS = MINUTE_MS;
export const PROBE_COUNT = 3;
/** A probe that nobody answers, because its caller died, counts for nothing after this. */
export const PROBE_MS = MINUTE_MS;
/** How soon to come again while the probes are out. */
const PROBE_WAIT_MS = 5 * SECOND_MS;

export type CircuitDecision =
  | { readonly kind: 'pass' }
  /** Half open: one of the few calls that decide. */
  | { readonly kind: 'probe'; readonly openUntilMs: EpochMs }
  /** The probes of this opening were never answered: it opens anew. */
  | { readonly kind: 'stale'; readonly openUntilMs: EpochMs }
  | { readonly kind: 'refuse'; readonly retryAtMs: EpochMs };

/** What a call may do while the gate is in this state (CON32). */
export function decideCircuit(state: GateState, nowMs: EpochMs): CircuitDecision {
  const { openUntilMs, probeCount } = state;
  if (openUntilMs === undefined) return { kind: 'pass' };
  if (nowMs < openUntilMs) return { kind: 'refuse', retryAtMs: openUntilMs };
  if (probeCount < PROBE_COUNT) return { kind: 'probe', openUntilMs };
  if (nowMs >= openUntilMs + PROBE_MS) return { kind: 'stale', openUntilMs };
  return { kind: 'refuse', retryAtMs: (nowMs + PROBE_WAIT_MS) as EpochMs };
}
