import type { EpochMs } from '../../core/instants.ts';
import type { RateLimits } from '../../providers/definition.ts';
import type { QuotaBucket } from './gate-store.ts';

/** A sliding window is counted in this many buckets. */
const BUCKETS_PER_WINDOW = 4;

/**
 * The buckets that a call at `nowMs` counts in, one per window of the application's limits (CON31). A fixed
 * window is one bucket. A sliding one is cut into quarters, any window touches five of them, and each gives a
 * fifth of the limit: so no window of that length, wherever it begins, ever holds more than the limit.
 */
export const bucketsAt = (
  provider: string,
  { application }: RateLimits,
  nowMs: EpochMs,
): readonly QuotaBucket[] =>
  application.map(({ count, windowMs, fixed }) => {
    const lengthMs = fixed ? windowMs : Math.ceil(windowMs / BUCKETS_PER_WINDOW);
    const startMs = (Math.floor(nowMs / lengthMs) * lengthMs) as EpochMs;
    const limit = fixed ? count : Math.max(1, Math.floor(count / (BUCKETS_PER_WINDOW + 1)));
    return { provider, windowMs, startMs, endMs: (startMs + lengthMs) as EpochMs, limit };
  });

/** Calls that a container takes at a time, so that no item is written per call; a fortieth of the bucket. */
export const chunkOf = ({ limit }: QuotaBucket): number => Math.min(Math.max(1, Math.floor(limit / 40)), 25);
