import type { Randomness } from '../../core/randomness.ts';

/** Reference 1.7: after a 429 or a failed run 5 s, doubled each time up to 5 min, 20 % to either side. */
const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 300_000;
const JITTER_SHARE = 0.2;
/** Whatever a server says: a wait of 0 would be a hot loop. */
export const SHORTEST_WAIT_MS = 1_000;

/**
 * CLI48: how long to wait after the `failureCount`th failure in a row (1 is the first). What the server asked
 * for wins over our own count, and is taken as it is unless it is below a second.
 */
export function retryDelayMs(
  failureCount: number,
  retryAfterMs: number | undefined,
  randomness: Randomness,
): number {
  if (retryAfterMs !== undefined) return Math.max(SHORTEST_WAIT_MS, Math.ceil(retryAfterMs));
  const doubled = FIRST_DELAY_MS * 2 ** Math.min(failureCount - 1, 10);
  const [high = 0, low = 0] = randomness.bytes(2);
  const share = (high * 256 + low) / 65_536;
  return Math.round(Math.min(LONGEST_DELAY_MS, doubled) * (1 - JITTER_SHARE + 2 * JITTER_SHARE * share));
}
