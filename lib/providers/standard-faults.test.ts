import { describe, expect, test } from 'vitest';
import type { EpochMs } from '../core/instants.ts';
import { headerNumbers, quotaReading } from './rate-headers.ts';
import { retryAtMs, standardFault } from './standard-faults.ts';

const NOW = Date.parse('2026-11-18T08:00:00Z') as EpochMs;
const fault = (status: number, headers: Record<string, string> = {}) =>
  standardFault({ status, headers }, NOW);

describe('faults by status', () => {
  test.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [410, 'not_found'],
    [408, 'unavailable'],
    [500, 'unavailable'],
    [504, 'unavailable'],
    [429, 'rate_limited'],
    [400, 'rejected'],
    [409, 'rejected'],
    [302, 'rejected'],
  ] as const)('PRV4 %i is %s', (status, kind) => {
    expect(fault(status)).toMatchObject({ kind, status });
  });

  test('PRV4 2xx is no fault', () => {
    expect([200, 202, 204].map((status) => fault(status))).toEqual([undefined, undefined, undefined]);
  });

  test.each([
    ['30', 30_000],
    ['Wed, 18 Nov 2026 08:02:00 GMT', 120_000],
    ['Wed, 18 Nov 2026 07:00:00 GMT', 1_000],
    ['0', 1_000],
    ['999999999', 86_400_000],
    ['soon', 60_000],
    ['-5', 60_000],
  ])('PRV4 Retry-After %j waits %i ms', (text, waitMs) => {
    expect(fault(429, { 'retry-after': text })?.retryAtMs).toBe(NOW + waitMs);
  });

  test('PRV4 a 429 without Retry-After waits a minute, or as long as the provider is known to need', () => {
    expect(fault(429)?.retryAtMs).toBe(NOW + 60_000);
    expect(retryAtMs({}, NOW, 5_000)).toBe(NOW + 5_000);
    expect(fault(503, { 'retry-after': '9' })?.retryAtMs).toBeUndefined();
  });
});

describe('quota headers', () => {
  test('PRV9 the numbers of a list are those before any parameter', () => {
    expect(headerNumbers('100, 100;window=60, 10000;window=86400')).toEqual([100, 100, 10_000]);
    expect(headerNumbers('200,2000')).toEqual([200, 2_000]);
    expect(headerNumbers(undefined)).toEqual([]);
    expect(headerNumbers('many, -3')).toEqual([]);
  });

  test('PRV9 use is told or follows from what remains; the reset is told or the end of the fixed window', () => {
    expect(quotaReading({ windowMs: 60_000, limit: 100, remaining: 40, resetAfterSec: 12 }, NOW)).toEqual([
      { windowMs: 60_000, limit: 100, used: 60, resetAtMs: NOW + 12_000 },
    ]);
    const later = (NOW + 61_000) as EpochMs;
    expect(quotaReading({ windowMs: 900_000, limit: 200, used: 12 }, later)).toEqual([
      { windowMs: 900_000, limit: 200, used: 12, resetAtMs: NOW + 900_000 },
    ]);
  });

  test('PRV9 without a limit or a use there is no reading', () => {
    expect(quotaReading({ windowMs: 60_000, limit: undefined, used: 3 }, NOW)).toEqual([]);
    expect(quotaReading({ windowMs: 60_000, limit: 100, remaining: undefined }, NOW)).toEqual([]);
  });
});
