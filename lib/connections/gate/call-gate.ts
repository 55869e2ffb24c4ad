import type { UserScope } from '../../samples/model.ts';

/** How a call of a provider ended, as far as the circuit and the quota care. */
export type CallOutcome =
  /** The cloud answered and is well: 2xx, and what is the caller's or the person's fault (4xx). */
  | 'answered'
  /** 5xx, timeouts, broken connections, answers that are none. */
  | 'unavailable'
  /** The provider said that its limit is reached. */
  | 'rate_limited';

/** Stands before every call of a provider on behalf of a user: quota and circuit breaker. */
export interface CallGate {
  /** Takes one call from the quota. Throws ProviderFault `quota` or `circuit_open`, both with `retryAtMs`. */
  beforeCall(provider: string, scope: UserScope): Promise<void>;
  /** Never throws: what it notes is a hint. `headers` may say more about the quota (lower-case names). */
  afterCall(
    provider: string,
    outcome: CallOutcome,
    headers?: Readonly<Record<string, string>>,
  ): Promise<void>;
}

/**
 * Lets everything through: consents and ends of grants are a handful of calls that a person waits for, so they
 * take no share of the quota and are tried also while the circuit is open.
 */
export const openGate: CallGate = {
  beforeCall: async () => undefined,
  afterCall: async () => undefined,
};
