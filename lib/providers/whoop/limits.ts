import { DAY_MS, type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import type { QuotaReading, RateLimits } from '../definition.ts';
import type { ProviderResponse } from '../http.ts';
import { ProviderFault } from '../model.ts';
import { headerNumbers, quotaReading } from '../rate-headers.ts';
import { retryAtMs } from '../standard-faults.ts';

/** Of the application (providers.md 5). */
export const limits: RateLimits = {
  application: [
    { count: 100, windowMs: MINUTE_MS, fixed: false },
    { count: 10_000, windowMs: DAY_MS, fixed: false },
  ],
  concurrentSyncCount: 5,
};

/** 429 comes without Retry-After: the reset of the closest window is in a header of its own. */
export function classify(response: ProviderResponse, nowMs: EpochMs): ProviderFault | undefined {
  if (response.status !== 429) return undefined;
  const resetSec = headerNumbers(response.headers['x-ratelimit-reset'])[0];
  const headers = { 'retry-after': response.headers['retry-after'] ?? String(resetSec ?? '') };
  return new ProviderFault('rate_limited', { status: 429, retryAtMs: retryAtMs(headers, nowMs) });
}

/**
 * `100, 100;window=60, 10000;window=86400` names the limit of the closest window and then all windows;
 * Remaining and Reset are of the closest one.
 */
export function readQuota(
  headers: Readonly<Record<string, string>>,
  nowMs: EpochMs,
): readonly QuotaReading[] {
  const text = headers['x-ratelimit-limit'];
  const limit = headerNumbers(text)[0];
  const window = text
    ?.slice(0, 200)
    .split(',')
    .map((part) => /^\s*(\d{1,9});window=(\d{1,6})\s*$/.exec(part))
    .find((match) => match !== null && Number(match[1]) === limit);
  if (window == null) return [];
  const remaining = headerNumbers(headers['x-ratelimit-remaining'])[0];
  const resetAfterSec = headerNumbers(headers['x-ratelimit-reset'])[0];
  return quotaReading({ windowMs: Number(window[2]) * 1_000, limit, remaining, resetAfterSec }, nowMs);
}
