import type { Principal } from './model.ts';

export interface RateVerdict {
  readonly allowed: boolean;
  /** Requests per minute of this principal. */
  readonly limit: number;
  /** What is left of this minute, as far as this environment knows. */
  readonly remaining: number;
  /** Seconds until the next minute begins; also how long a refused caller waits. */
  readonly resetSec: number;
}

export interface RateLimiter {
  /** Counts one request of `principal` against its minute (ACC12). Never rejects. */
  take(principal: Principal): Promise<RateVerdict>;
}
