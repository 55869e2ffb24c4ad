import type { Authenticator } from '../../../lib/access/authenticator.ts';
import type { RateLimiter } from '../../../lib/access/rate-limiter.ts';

/** What the HTTP stack needs to know who calls and how often. Built by `wireAccess`. */
export interface AccessDependencies {
  readonly authenticator: Authenticator;
  readonly rateLimiter: RateLimiter;
}
