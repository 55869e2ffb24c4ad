import { DAY_MS, type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import type { QuotaReading, RateLimits } from '../definition.ts';
import type { ProviderResponse } from '../http.ts';
import { fieldOf, jsonOf } from '../json-body.ts';
import { ProviderFault } from '../model.ts';
import { headerNumbers, quotaReading, windowEndMs } from '../rate-headers.ts';

const QUARTER_MS = 15 * MINUTE_MS;

/**
 * Reads of a standard application (providers.md 4.4), in quarters of the hour and days of UTC. Calls over the
 * limit count too, so none is made.
 */
export const limits: RateLimits = {
  application: [
    { count: 100, windowMs: QUARTER_MS, fixed: true },
    { count: 1_000, windowMs: DAY_MS, fixed: true },
  ],
  concurrentSyncCount: 2,
};

/** The overall limit and that of reads, each `short,long`; of both the one that is nearer to its end. */
export function readQuota(
  headers: Readonly<Record<string, string>>,
  nowMs: EpochMs,
): readonly QuotaReading[] {
  const windows = [QUARTER_MS, DAY_MS];
  return windows.flatMap((windowMs, index) => {
    const readings = ['x-ratelimit', 'x-readratelimit'].flatMap((prefix) => {
      const limit = headerNumbers(headers[`${prefix}-limit`])[index];
      const used = headerNumbers(headers[`${prefix}-usage`])[index];
      return quotaReading({ windowMs, limit, used }, nowMs);
    });
    return readings.toSorted((one, other) => one.limit - one.used - (other.limit - other.used)).slice(0, 1);
  });
}

/**
 * 429 comes without Retry-After (one that came would hold): the day's end when the day is used up, else the end of the quarter. 403 with
 * `Application … Inactive` is our application; 402 is data of paying athletes only.
 */
export function classify(response: ProviderResponse, nowMs: EpochMs): ProviderFault | undefined {
  const { status, headers } = response;
  if (status === 429 && headers['retry-after'] === undefined) {
    const day = readQuota(headers, nowMs).find(({ windowMs }) => windowMs === DAY_MS);
    const isDayOver = day !== undefined && day.used >= day.limit;
    const retryAtMs = windowEndMs(nowMs, isDayOver ? DAY_MS : QUARTER_MS);
    return new ProviderFault('rate_limited', { status, retryAtMs });
  }
  if (status === 402) return new ProviderFault('forbidden', { status, reason: 'subscription_required' });
  if (status !== 403) return undefined;
  return new ProviderFault('forbidden', {
    status,
    reason: isInactive(response.body) ? 'application_inactive' : 'scope_missing',
  });
}

function isInactive(body: Uint8Array): boolean {
  const errors = fieldOf(jsonOf(body), 'errors');
  return (
    Array.isArray(errors) &&
    errors.some(
      (error: unknown) =>
        fieldOf(error, 'resource') === 'Application' && fieldOf(error, 'code') === 'Inactive',
    )
  );
}
