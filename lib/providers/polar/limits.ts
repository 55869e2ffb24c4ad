import { DAY_MS, type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import type { QuotaReading, RateLimits } from '../definition.ts';
import type { ProviderResponse } from '../http.ts';
import { ProviderFault } from '../model.ts';
import { headerNumbers, quotaReading } from '../rate-headers.ts';

const WINDOWS_MS = [15 * MINUTE_MS, DAY_MS] as const;

/** What an application has before its people add to it (20 and 100 each, providers.md 8); headers say more. */
export const limits: RateLimits = {
  application: [
    { count: 500, windowMs: WINDOWS_MS[0], fixed: false },
    { count: 5_000, windowMs: WINDOWS_MS[1], fixed: false },
  ],
  concurrentSyncCount: 5,
};

/** Two values in each header, for the short window and the day; the reset is in seconds. */
export function readQuota(
  headers: Readonly<Record<string, string>>,
  nowMs: EpochMs,
): readonly QuotaReading[] {
  const [limitCounts, usedCounts, resetSecs] = ['limit', 'usage', 'reset'].map((part) =>
    headerNumbers(headers[`ratelimit-${part}`]),
  );
  return WINDOWS_MS.flatMap((windowMs, index) =>
    quotaReading(
      {
        windowMs,
        limit: limitCounts?.[index],
        used: usedCounts?.[index],
        resetAfterSec: resetSecs?.[index],
      },
      nowMs,
    ),
  );
}

const TOO_MANY_REQUESTS = 429;

/** 429 without Retry-After waits for the window that is used up, the later one when both are. */
export function classify(response: ProviderResponse, nowMs: EpochMs): ProviderFault | undefined {
  const { status, headers } = response;
  if (status !== TOO_MANY_REQUESTS || headers['retry-after'] !== undefined) return undefined;
  const full = readQuota(headers, nowMs).filter(({ used, limit }) => used >= limit);
  if (full.length === 0) return undefined;
  const retryAtMs = Math.max(...full.map(({ resetAtMs }) => resetAtMs)) as EpochMs;
  return new ProviderFault('rate_limited', { status, retryAtMs });
}
