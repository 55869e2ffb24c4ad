import { describe, expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { type EpochMs, MINUTE_MS } from '../core/instants.ts';
import type { Log } from '../observability/log.ts';
import { silentMeter } from '../observability/metrics.ts';
import { createRateLimiter } from './limit-rate.ts';
import type { Principal } from './model.ts';
import type { RateStore } from './rate-store.ts';

const START_MS = 29_921_040 * MINUTE_MS;
const principalOf = (user: string, requestsPerMinute = 120): Principal => ({
  kind: 'user',
  workspaceId: 'ws_1' as WorkspaceId,
  userId: user as UserId,
  scopes: [],
  requestsPerMinute,
});

/** One store for several containers, as DynamoDB is. */
function open(containerCount = 1) {
  const time = { nowMs: START_MS };
  const taken = new Map<string, number>();
  const calls = { count: 0, broken: false };
  const store: RateStore = {
    takeChunk: async ({ workspaceId, principal, window }, wanted, limit) => {
      calls.count += 1;
      if (calls.broken) throw new Error('away');
      const name = `${workspaceId}|${principal}|${window}`;
      const takenBefore = taken.get(name) ?? 0;
      if (takenBefore >= limit) return 'exhausted';
      taken.set(name, takenBefore + wanted);
      return { takenBefore };
    },
  };
  const lines: string[] = [];
  const log: Log = { write: (code) => lines.push(code) };
  const clock = { now: () => time.nowMs as EpochMs, sleep: async () => undefined };
  const containers = Array.from({ length: containerCount }, () =>
    createRateLimiter({ store, clock, log, meter: silentMeter }),
  );
  const take = async (principal: Principal, times: number, at = 0): Promise<number> => {
    const verdicts = [];
    for (let count = 0; count < times; count += 1) verdicts.push(await containers[at]?.take(principal));
    return verdicts.filter((verdict) => verdict?.allowed).length;
  };
  return { containers, take, time, calls, lines };
}

describe('ACC12 requests a minute', () => {
  test('ACC12 a single container lets through exactly the limit', async () => {
    for (const limit of [1, 7, 20, 119, 120, 600]) {
      const { take, calls } = open();
      expect(await take(principalOf('a', limit), limit + 50)).toBe(limit);
      expect(calls.count).toBeLessThanOrEqual(Math.min(limit, 41) + 1);
    }
  });

  test('ACC12 several containers together never let through more than the limit', async () => {
    const { take } = open(5);
    const principal = principalOf('a', 100);
    const allowed = await Promise.all([0, 1, 2, 3, 4].map((at) => take(principal, 60, at)));
    const total = allowed.reduce((sum, count) => sum + count, 0);
    expect(total).toBeLessThanOrEqual(100);
    expect(total).toBeGreaterThan(75);
  });

  test('ACC12 requests at the same time share chunks and stay within the limit', async () => {
    const { containers, calls } = open();
    const verdicts = await Promise.all(
      Array.from({ length: 300 }, () => containers[0]?.take(principalOf('a', 100))),
    );
    expect(verdicts.filter((verdict) => verdict?.allowed).length).toBe(100);
    // 1 + 2 + 4, then fives up to 100, then the answer that nothing is left.
    expect(calls.count).toBe(23);
  });

  test('ACC12 a burst of cold containers leaves the allowance to those who spend it', async () => {
    const { take } = open(60);
    const principal = principalOf('a', 600);
    const firsts = await Promise.all(Array.from({ length: 60 }, (_, at) => take(principal, 2, at)));
    expect(firsts.every((allowed) => allowed === 2)).toBe(true);
    expect(await take(principal, 600)).toBeGreaterThan(400);
  });

  test('ACC12 the next minute begins anew, and the answer says when', async () => {
    const { containers, take, time } = open();
    const principal = principalOf('a', 3);
    expect(await take(principal, 5)).toBe(3);
    time.nowMs += MINUTE_MS - 1_500;
    expect(await containers[0]?.take(principal)).toEqual({
      allowed: false,
      limit: 3,
      remaining: 0,
      resetSec: 2,
    });
    time.nowMs += 1_500;
    expect(await containers[0]?.take(principal)).toEqual({
      allowed: true,
      limit: 3,
      remaining: 2,
      resetSec: 60,
    });
  });

  test('ACC12 principals do not take from each other', async () => {
    const { take } = open();
    expect(await take(principalOf('a', 2), 5)).toBe(2);
    expect(await take(principalOf('b', 2), 5)).toBe(2);
  });

  test('ACC12 a refused principal costs no further call in its minute', async () => {
    const { take, calls } = open();
    await take(principalOf('a', 2), 3);
    const before = calls.count;
    await take(principalOf('a', 2), 100);
    expect(calls.count).toBe(before);
  });

  test('ACC12 when the store is away requests pass, and a line says so', async () => {
    const { take, calls, lines } = open();
    calls.broken = true;
    expect(await take(principalOf('a', 20), 50)).toBe(50);
    expect(lines).toContain('ACCESS_RATE_STORE_FAILED');
  });
});
