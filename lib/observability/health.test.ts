import { expect, test } from 'vitest';
import type { EpochMs } from '../core/instants.ts';
import { createHealthCheck } from './health.ts';
import { silentLog } from './log.ts';

/** Parts by name; a clock that stands until it is told the time. */
function open(names: readonly string[]) {
  const state = { nowMs: 0, asked: 0, limitsMs: [] as number[] };
  const broken = new Set<string>();
  const silent = new Set<string>();
  const signals: AbortSignal[] = [];
  let elapse: () => void = () => undefined;
  const elapsed = new Promise<void>((resolve) => {
    elapse = resolve;
  });
  const check = createHealthCheck({
    parts: names.map((name) => ({
      name,
      probe: async (signal) => {
        state.asked += 1;
        signals.push(signal);
        if (silent.has(name)) await new Promise(() => undefined);
        if (broken.has(name)) throw new Error('refused');
      },
    })),
    clock: {
      now: () => state.nowMs as EpochMs,
      sleep: (durationMs) => {
        state.limitsMs.push(durationMs);
        return elapsed;
      },
    },
    log: silentLog,
  });
  return { check, state, broken, silent, signals, elapse };
}

test('P6 all parts are asked at the same time, and those that refuse are named in order', async () => {
  const { check, state, broken } = open(['core', 'events', 'vault']);
  broken.add('vault').add('core');
  const answer = check();
  expect(state.asked).toBe(3);
  await expect(answer).rejects.toMatchObject({
    code: 'server.unavailable',
    detail: 'Not answering: core, vault.',
  });
});

test('P6 a part that says nothing is given 2 s, and its call is ended', async () => {
  const { check, state, silent, signals, elapse } = open(['core', 'events']);
  silent.add('events');
  const answer = check();
  expect(state.limitsMs).toEqual([2_000, 2_000]);
  elapse();
  await expect(answer).rejects.toMatchObject({ detail: 'Not answering: events.' });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});

test('P6 who asks at the same time, or within a second after, gets the same answer', async () => {
  const { check, state, broken } = open(['core']);
  await Promise.all([check(), check(), check()]);
  state.nowMs = 999;
  broken.add('core');
  await check();
  expect(state.asked).toBe(1);
  state.nowMs = 1_000;
  await expect(check()).rejects.toMatchObject({ code: 'server.unavailable' });
  state.nowMs = 1_999;
  broken.clear();
  await expect(check()).rejects.toMatchObject({ code: 'server.unavailable' });
  state.nowMs = 2_000;
  await check();
  expect(state.asked).toBe(3);
});
