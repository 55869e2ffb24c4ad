import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import type { QuotaReading, RateLimits } from '../definition.ts';
import type { ProviderResponse } from '../http.ts';
import { fieldOf, jsonOf } from '../json-body.ts';
import { ProviderFault } from '../model.ts';
import { headerNumbers, quotaReading } from '../rate-headers.ts';

const WINDOW_MS = 5 * MINUTE_MS;

/** Of the application; one source has it per token (providers.md 6), so the stricter reading is kept to. */
export const limits: RateLimits = {
  application: [{ count: 5_000, windowMs: WINDOW_MS, fixed: false }],
  concurrentSyncCount: 5,
};

/**
 * 403 means that the membership of the person has ended, unless it speaks of a scope; 426 that their app is too
 * old to hand out data. Neither gets better by asking again.
 */
export function classify(response: ProviderResponse): ProviderFault | undefined {
  const { status } = response;
  if (status === 426) return new ProviderFault('forbidden', { status, reason: 'app_outdated' });
  if (status !== 403) return undefined;
  const detail = fieldOf(jsonOf(response.body), 'detail');
  const isScope = typeof detail === 'string' && detail.toLowerCase().includes('scope');
  return new ProviderFault('forbidden', {
    status,
    reason: isScope ? 'scope_missing' : 'membership_expired',
  });
}

export const readQuota = (
  headers: Readonly<Record<string, string>>,
  nowMs: EpochMs,
): readonly QuotaReading[] =>
  quotaReading(
    {
      windowMs: WINDOW_MS,
      limit: headerNumbers(headers['x-ratelimit-limit'])[0],
      remaining: headerNumbers(headers['x-ratelimit-remaining'])[0],
      resetAfterSec: headerNumbers(headers['x-ratelimit-reset'])[0],
    },
    nowMs,
  );
