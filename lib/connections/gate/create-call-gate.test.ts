import { describe, expect, test } from 'vitest';
import { manualClock, openSimulatedStorage } from '../../../test/contract-suites/store-fixtures.ts';
import { sampleProvider } from '../../../test/support/sample-provider.ts';
import { createGateStore } from '../../adapters/dynamo/gate-store.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/instants.ts';
import type { ProviderDefinition, RateLimits } from '../../providers/definition.ts';
import type { UserScope } from '../../samples/model.ts';
import { createCallGate } from './create-call-gate.ts';

const scopeOf = (workspaceId: string) => ({ workspaceId, userId: 'usr' }) as UserScope;

async function open(limits: Partial<RateLimits>, definition: Partial<ProviderDefinition> = {}) {
  const { dynamo } = await openSimulatedStorage();
  const clock = manualClock();
  const cloud = {
    ...sampleProvider,
    ...definition,
    limits: { application: [], concurrentSyncCount: 5, ...limits },
  };
  const container = () =>
    createCallGate({ store: createGateStore(dynamo, 'core'), definitions: [cloud], clock });
  /** How many of the calls were let through. */
  const call = async (gate: ReturnType<typeof container>, times: number, workspace = 'ws-a') => {
    let count = 0;
    for (let time = 0; time < times; time += 1) {
      const passed = await gate.beforeCall('sample', scopeOf(workspace)).then(
        () => true,
        () => false,
      );
      if (passed) count += 1;
    }
    return count;
  };
  return { clock, container, call };
}

describe('CON31 calls never exceed the quota of the application', () => {
  test('CON31 a fixed window gives its limit to all containers together, and again when it is over', async () => {
    const { clock, container, call } = await open({
      application: [{ count: 200, windowMs: MINUTE_MS, fixed: true }],
    });
    const [first, second] = [container(), container()];
    const counts = await Promise.all([call(first, 300, 'ws-a'), call(second, 300, 'ws-a')]);
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(total).toBeLessThanOrEqual(200);
    expect(total).toBeGreaterThanOrEqual(190);
    const refusal = first.beforeCall('sample', scopeOf('ws-a'));
    await expect(refusal).rejects.toMatchObject({ kind: 'quota', retryAtMs: clock.now() + MINUTE_MS });
    clock.advance(MINUTE_MS);
    expect(await call(first, 10)).toBe(10);
  });

  test('CON31 no sliding window ever holds more than the limit, wherever it begins', async () => {
    const windowMs = MINUTE_MS;
    const { clock, container, call } = await open({
      application: [{ count: 50, windowMs, fixed: false }],
    });
    const gate = container();
    const passedAt: number[] = [];
    for (let second = 0; second < 300; second += 1) {
      const count = await call(gate, 3);
      for (let index = 0; index < count; index += 1) passedAt.push(clock.now());
      clock.advance(SECOND_MS);
    }
    const most = Math.max(
      ...passedAt.map(
        (fromMs) => passedAt.filter((atMs) => atMs >= fromMs && atMs < fromMs + windowMs).length,
      ),
    );
    expect(most).toBeLessThanOrEqual(50);
    expect(passedAt.length).toBeGreaterThan(150);
  });

  test('CON31 each of several windows holds', async () => {
    const { clock, container, call } = await open({
      application: [
        { count: 20, windowMs: MINUTE_MS, fixed: true },
        { count: 30, windowMs: HOUR_MS, fixed: true },
      ],
    });
    const gate = container();
    expect(await call(gate, 40)).toBe(20);
    clock.advance(MINUTE_MS);
    expect(await call(gate, 40)).toBe(10);
  });

  test('CON34 a workspace that asks without end leaves the others their share', async () => {
    const { container, call } = await open({
      application: [{ count: 400, windowMs: MINUTE_MS, fixed: true }],
    });
    const [greedy, modest] = [container(), container()];
    expect(await call(modest, 5, 'small')).toBe(5);
    expect(await call(greedy, 1_000, 'large')).toBeLessThanOrEqual(220);
    expect(await call(modest, 100, 'small')).toBe(100);
  });
});

describe('CON32 a provider that is away is left alone', () => {
  test('CON32 five failures open the circuit for a minute, then three calls decide', async () => {
    const { clock, container, call } = await open({});
    const gate = container();
    for (let failure = 0; failure < 5; failure += 1) {
      await gate.beforeCall('sample', scopeOf('ws'));
      await gate.afterCall('sample', 'unavailable');
    }
    const refusal = gate.beforeCall('sample', scopeOf('ws'));
    await expect(refusal).rejects.toMatchObject({
      kind: 'circuit_open',
      retryAtMs: clock.now() + MINUTE_MS,
    });
    expect(await call(container(), 3)).toBe(0);
    clock.advance(MINUTE_MS);
    expect(await call(gate, 10)).toBe(3);
    for (let probe = 0; probe < 3; probe += 1) await gate.afterCall('sample', 'answered');
    expect(await call(gate, 10)).toBe(10);
  });

  test('CON32 a probe that fails opens it for another minute, and probes that nobody answers are let go', async () => {
    const { clock, container, call } = await open({});
    const gate = container();
    for (let failure = 0; failure < 5; failure += 1) await gate.afterCall('sample', 'unavailable');
    clock.advance(MINUTE_MS);
    expect(await call(gate, 1)).toBe(1);
    await gate.afterCall('sample', 'unavailable');
    expect(await call(gate, 1)).toBe(0);
    clock.advance(MINUTE_MS);
    expect(await call(gate, 10)).toBe(3);
    expect(await call(container(), 10)).toBe(0);
    clock.advance(MINUTE_MS);
    expect(await call(container(), 10)).toBe(3);
  });

  test('CON32 failures that answers follow are forgotten', async () => {
    const { container, call } = await open({});
    const gate = container();
    for (let round = 0; round < 10; round += 1) {
      await gate.beforeCall('sample', scopeOf('ws'));
      await gate.afterCall('sample', round % 3 === 0 ? 'answered' : 'unavailable');
    }
    expect(await call(gate, 5)).toBe(5);
  });
});

describe('CON31 what the provider says of its limit counts', () => {
  test('CON31 a 429 pauses the application until Retry-After, for every container', async () => {
    const { clock, container, call } = await open({});
    const gate = container();
    await gate.beforeCall('sample', scopeOf('ws'));
    await gate.afterCall('sample', 'rate_limited', { 'retry-after': '120' });
    const refusal = gate.beforeCall('sample', scopeOf('ws'));
    await expect(refusal).rejects.toMatchObject({ kind: 'quota', retryAtMs: clock.now() + 2 * MINUTE_MS });
    expect(await call(container(), 3, 'other')).toBe(0);
    clock.advance(2 * MINUTE_MS);
    expect(await call(gate, 1)).toBe(1);
  });

  test('CON31 where people have limits of their own, a 429 without a word of the application is theirs', async () => {
    const { container, call } = await open({ perUser: { count: 10, windowMs: MINUTE_MS } });
    const gate = container();
    await gate.afterCall('sample', 'rate_limited', { 'retry-after': '120' });
    expect(await call(gate, 1)).toBe(1);
  });

  test('CON31 headers that say that the limit is used up pause before the first 429', async () => {
    const { clock, container, call } = await open(
      {},
      {
        readQuota: (headers, nowMs) => [
          {
            windowMs: 15 * MINUTE_MS,
            limit: 200,
            used: Number(headers['x-usage']),
            resetAtMs: (nowMs + 7 * MINUTE_MS) as EpochMs,
          },
        ],
      },
    );
    const gate = container();
    await gate.afterCall('sample', 'answered', { 'x-usage': '150' });
    expect(await call(gate, 1)).toBe(1);
    await gate.afterCall('sample', 'answered', { 'x-usage': '199' });
    expect(await call(gate, 1)).toBe(0);
    clock.advance(7 * MINUTE_MS);
    expect(await call(gate, 1)).toBe(1);
  });
});
