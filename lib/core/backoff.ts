import type { Randomness } from './randomness.ts';

/** Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): 0 up to min(cap, base * 2^attempt). */
export function jitteredDelayMs(
  attempt: number,
  policy: { readonly baseMs: number; readonly capMs: number },
  randomness: Randomness,
): number {
  const [high = 0, low = 0] = randomness.bytes(2);
  const ceilingMs = Math.min(policy.capMs, policy.baseMs * 2 ** attempt);
  return Math.floor((ceilingMs * (high * 256 + low)) / 65_536);
}
