import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeTime, settle } from '../../../test/support/fake-time.ts';
import { type AutoSyncOptions, createAutoSync } from './auto-sync.ts';
import { type Coordination, createMemoryCoordination, FIRST_SCHEDULE } from './coordination.ts';
import {
  type WatchedState,
  watchBrowserNetwork,
  watchReactNativeAppState,
  watchVisibility,
} from './platform-hooks.ts';
import { retryDelayMs } from './retry-delay.ts';
import { earliestStartMs, type RunCause } from './run-spacing.ts';
import { type RunReport, verdictOfError, verdictOfReport } from './run-verdict.ts';
import { createSyncScheduler } from './sync-scheduler.ts';

/** The middle of the range of the jitter: none. */
const steady = { bytes: () => new Uint8Array([128, 0]) };

function switched(first: boolean) {
  let state = first;
  const listeners = new Set<(state: boolean) => void>();
  const watched: WatchedState = {
    current: () => state,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const turn = (next: boolean) => {
    state = next;
    for (const listener of listeners) listener(next);
  };
  return { watched, turn, listenerCount: () => listeners.size };
}

type Answer = () => Promise<RunReport>;
const fine: Answer = async () => ({ outcome: 'completed' });

function world(answers: Answer[] = [], more: Partial<AutoSyncOptions> = {}) {
  const time = new FakeTime(1_760_000_000_000);
  const startMs = time.clock.now();
  const runs: number[] = [];
  const network = switched(true);
  const appState = switched(true);
  const coordination = createMemoryCoordination();
  const open = () =>
    createAutoSync(
      {
        sync: () => {
          runs.push((time.clock.now() - startMs) / 1_000);
          return (answers.shift() ?? fine)();
        },
      },
      {
        clock: time.clock,
        timers: time.timers,
        randomness: steady,
        coordination,
        scheduler: createSyncScheduler({ clock: time.clock, yieldTurn: async () => undefined }),
        network: network.watched,
        appState: appState.watched,
        ...more,
      },
    );
  return { time, runs, network, appState, open, coordination };
}

const refused =
  (more: object): Answer =>
  async () => {
    throw Object.assign(new Error('refused'), more);
  };

test('CLI49 a write goes at once after a quiet time, and those after it go together 30 s later', async () => {
  const { time, runs, open } = world();
  const auto = open();
  await time.advance(100_000);
  for (let write = 0; write < 40; write += 1) {
    auto.request('write');
    await time.advance(1_000);
  }
  await time.advance(60_000);
  expect(runs).toEqual([0, 100, 130, 160]);
  await auto.stop();
});

test('CLI49 what is urgent goes sooner, and nothing within 5 s of the start before', async () => {
  const { time, runs, open } = world();
  const auto = open();
  await time.advance(1_000);
  auto.request('hint');
  expect(await auto.syncNow()).toEqual({ kind: 'waiting', waitMs: 4_000 });
  await time.advance(20_000);
  auto.request('hint');
  await time.advance(1_000);
  expect(await auto.syncNow()).toEqual({ kind: 'waiting', waitMs: 4_000 });
  expect(runs).toEqual([0, 5, 21]);
  await time.advance(4_000);
  expect(runs).toEqual([0, 5, 21, 26]);
  await time.advance(5_000);
  expect(await auto.syncNow()).toEqual({ kind: 'ran', verdict: { kind: 'done' } });
  await auto.stop();
});

test('CLI49 every 10 min in front, every 20 min behind, and on coming back after a minute', async () => {
  const { time, runs, open, appState } = world();
  const auto = open();
  await time.advance(1_300_000);
  expect(runs).toEqual([0, 600, 1_200]);
  appState.turn(false);
  await time.advance(1_200_000);
  expect(runs).toEqual([0, 600, 1_200, 2_400]);
  appState.turn(true);
  expect(auto.nextStartMs()).toBe(time.clock.now());
  await time.advance(0);
  appState.turn(false);
  appState.turn(true);
  await time.advance(60_000);
  expect(runs).toEqual([0, 600, 1_200, 2_400, 2_500, 2_560]);
  await auto.stop();
});

test('CLI49 without a network nothing runs, and when it is back what was wanted does', async () => {
  const { time, runs, open, network } = world();
  const auto = open();
  await time.advance(10_000);
  network.turn(false);
  auto.request('write');
  expect(auto.nextStartMs()).toBeUndefined();
  expect(await auto.syncNow()).toEqual({ kind: 'offline' });
  await time.advance(3_600_000);
  expect(runs).toEqual([0]);
  network.turn(true);
  await time.advance(0);
  expect(runs).toEqual([0, 3_610]);
  await auto.stop();
});

test('CLI48 after failures it waits 5 s, doubled up to 300 s, and a success forgets them', async () => {
  const down = refused({ code: 'NETWORK_ERROR', retryable: true });
  const { time, runs, open } = world([...Array.from({ length: 8 }, () => down), fine, down]);
  const auto = open();
  await time.advance(1_300_000);
  expect(runs.slice(0, 9)).toEqual([0, 5, 15, 35, 75, 155, 315, 615, 915]);
  auto.request('write');
  await time.advance(5_000);
  expect(runs.slice(9)).toEqual([1_300, 1_305]);
  await auto.stop();
});

test('CLI48 jitter is 20 % to either side, and what a server asks for wins and is never 0', () => {
  const draw = (byte: number) => ({ bytes: (count: number) => new Uint8Array(count).fill(byte) });
  expect(retryDelayMs(1, undefined, draw(0))).toBe(4_000);
  expect(retryDelayMs(1, undefined, draw(255))).toBe(6_000);
  expect(retryDelayMs(40, undefined, draw(255))).toBeCloseTo(360_000, -1);
  expect(retryDelayMs(1, 777_000.2, draw(0))).toBe(777_001);
  expect(retryDelayMs(9, 0, draw(0))).toBe(1_000);
});

test('CLI48 the wait of a server stands whoever asks; our own yields to a person and to a network', async () => {
  const limited = refused({ code: 'RATE_LIMITED', retryable: true, retryAfterMs: 120_000 });
  const down = refused({ code: 'NETWORK_ERROR', retryable: true });
  const { time, runs, open, network } = world([limited, down, down, down]);
  const auto = open();
  await time.advance(60_000);
  expect(await auto.syncNow()).toEqual({ kind: 'waiting', waitMs: 60_000 });
  network.turn(false);
  network.turn(true);
  await time.advance(60_000);
  expect(runs).toEqual([0, 120]);
  await time.advance(15_000 + 20_000);
  expect(runs).toEqual([0, 120, 130, 150]);
  expect(await auto.syncNow()).toMatchObject({ kind: 'ran', verdict: { kind: 'done' } });
  await auto.stop();
});

test('CLI48 what a person must mend is not tried again before a person asks', async () => {
  const verdicts: unknown[] = [];
  const { time, runs, open } = world([refused({ code: 'auth.expired', retryable: false })], {
    onVerdict: (verdict) => verdicts.push(verdict),
  });
  const auto = open();
  await time.advance(3_600_000);
  auto.request('write');
  await time.advance(3_600_000);
  expect(runs).toEqual([0]);
  expect(verdicts).toEqual([{ kind: 'stop', code: 'auth.expired' }]);
  expect(await auto.syncNow()).toMatchObject({ kind: 'ran' });
  await time.advance(600_000);
  expect(runs).toEqual([0, 7_200, 7_800]);
  await auto.stop();
});

test('CLI47 two instances run one after the other, and know of each other’s runs and waits', async () => {
  const { time, runs, open } = world([
    refused({ retryable: true, retryAfterMs: 100_000 }),
    () => new Promise((resolve) => time.timers.after(50_000, () => resolve({ outcome: 'completed' }))),
  ]);
  const one = open();
  await time.advance(1_000);
  const other = open();
  await time.advance(10_000);
  expect(await other.syncNow()).toEqual({ kind: 'waiting', waitMs: 89_000 });
  await time.advance(100_000);
  expect(runs).toEqual([0, 100]);
  one.request('manual');
  await settle();
  expect([await one.syncNow(), await other.syncNow()]).toEqual([{ kind: 'busy' }, { kind: 'busy' }]);
  await time.advance(60_000);
  expect(runs.length).toBeGreaterThan(2);
  await one.stop();
  await other.stop();
});

test('CLI47 a store of turns that fails is waited out, not run without', async () => {
  const broken: Coordination = {
    tryRun: () => Promise.reject(new Error('disk')),
    readSchedule: async () => FIRST_SCHEDULE,
    writeSchedule: async () => undefined,
  };
  const verdicts: unknown[] = [];
  const { time, runs, open } = world([], {
    coordination: broken,
    onVerdict: (verdict) => verdicts.push(verdict),
  });
  const auto = open();
  await time.advance(36_000);
  expect(runs).toEqual([]);
  expect(verdicts).toEqual(Array(4).fill({ kind: 'retry', code: 'DATABASE_ERROR' }));
  await auto.stop();
});

test('CLI47 a run that slept past its turn leaves the schedule to whoever runs now', async () => {
  const memory = createMemoryCoordination();
  const written: (number | undefined)[] = [];
  const taken: Coordination = {
    ...memory,
    tryRun: async (_name, work) => ({ ran: true, value: await work({ isLost: () => true }) }),
    writeSchedule: async (_name, schedule) => {
      written.push(schedule.failureCount);
    },
  };
  const { time, runs, open } = world([refused({ retryable: true })], { coordination: taken });
  const auto = open();
  await time.advance(1_000);
  expect(runs).toEqual([0]);
  expect(written).toEqual([0]);
  await auto.stop();
});

test('CLI46 a denied lease is a wait that the server asked for', async () => {
  let denied = true;
  const { time, runs, open } = world([], {
    leases: {
      use: async () =>
        denied
          ? { status: 'denied', reason: 'user_lease_limit', retryAfterMs: 40_000 }
          : { status: 'granted', leaseId: 'a', batchSize: 1 },
      drop: () => undefined,
    },
  });
  const auto = open();
  await time.advance(20_000);
  expect(await auto.syncNow()).toEqual({ kind: 'waiting', waitMs: 20_000 });
  denied = false;
  await time.advance(20_000);
  expect(runs).toEqual([40]);
  await auto.stop();
});

test('CLI49 a run that could not do all is followed by another, 5 s after its start', async () => {
  const partial: Answer = async () => ({ outcome: 'partial' });
  const { time, runs, open } = world([partial, partial]);
  const auto = open();
  await time.advance(60_000);
  expect(runs).toEqual([0, 5, 10]);
  await auto.stop();
});

test('CLI48 a report says as an error does whether to try again', () => {
  const stopped = (error: RunReport['error']): RunReport =>
    error === undefined ? { outcome: 'stopped' } : { outcome: 'stopped', error };
  expect(verdictOfReport(stopped({ code: 'RATE_LIMITED', retryable: true, retryAfterMs: 7 }))).toEqual({
    kind: 'retry',
    code: 'RATE_LIMITED',
    retryAfterMs: 7,
  });
  expect(verdictOfReport(stopped({ code: 'AUTH', retryable: false }))).toEqual({
    kind: 'stop',
    code: 'AUTH',
  });
  expect(verdictOfReport(stopped(undefined))).toMatchObject({ kind: 'retry' });
});

test('CLI49 stopping waits for the run under way and ends all timers', async () => {
  const { time, runs, open, network, appState } = world([
    () => new Promise((resolve) => time.timers.after(3_000, () => resolve({ outcome: 'partial' }))),
  ]);
  const auto = open();
  await time.advance(1_000);
  const stopped = auto.stop().then(() => time.clock.now());
  await time.advance(5_000);
  expect(await stopped).toBeGreaterThan(0);
  await time.advance(3_600_000);
  auto.request('write');
  expect(runs).toEqual([0]);
  expect(auto.nextStartMs()).toBeUndefined();
  expect([network.listenerCount(), appState.listenerCount()]).toEqual([0, 0]);
});

test('CLI49 a run never starts in the past, nor in the floor, and a clock set back holds up nothing', () => {
  const causes: RunCause[] = ['write', 'hint', 'manual', 'network', 'foreground', 'periodic', 'retry'];
  const any = fc.record({
    cause: fc.constantFrom(...causes),
    inForeground: fc.boolean(),
    nowMs: fc.integer({ min: 0, max: 10_000_000 }),
    lastStartedAtMs: fc.option(fc.integer({ min: 0, max: 10_000_000 }), { nil: undefined }),
    notBeforeMs: fc.integer({ min: 0, max: 10_000_000 }),
    serverAsked: fc.boolean(),
  });
  fc.assert(
    fc.property(any, ({ cause, inForeground, nowMs, ...schedule }) => {
      const atMs = earliestStartMs(cause, { ...schedule, failureCount: 0 }, { nowMs, inForeground });
      const { lastStartedAtMs: lastMs, notBeforeMs, serverAsked } = schedule;
      expect(atMs).toBeGreaterThanOrEqual(nowMs);
      if (lastMs !== undefined && lastMs > nowMs) expect(atMs).toBe(nowMs);
      else {
        expect(atMs).toBeGreaterThanOrEqual((lastMs ?? -5_000) + 5_000);
        if (serverAsked) expect(atMs).toBeGreaterThanOrEqual(notBeforeMs);
      }
    }),
    { seed: 11, numRuns: 300 },
  );
});

test('CLI49 browsers and React Native are watched by what they have', () => {
  const target = new EventTarget();
  const states: boolean[] = [];
  const navigator = { onLine: true };
  const stop = watchBrowserNetwork(target, navigator).onChange((online) => states.push(online));
  navigator.onLine = false;
  target.dispatchEvent(new Event('offline'));
  stop();
  target.dispatchEvent(new Event('online'));
  expect(states).toEqual([false]);

  const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
  expect(watchVisibility(document).current()).toBe(false);

  const listeners = new Set<(state: string) => void>();
  const app = watchReactNativeAppState({
    currentState: 'active',
    addEventListener: (_type, listener) => {
      listeners.add(listener);
      return { remove: () => listeners.delete(listener) };
    },
  });
  const end = app.onChange((active) => states.push(active));
  for (const listener of listeners) listener('background');
  end();
  expect([app.current(), states, listeners.size]).toEqual([true, [false, false], 0]);
});

test('CLI48 an error that says nothing of itself is tried again', () => {
  expect(verdictOfError(new Error('odd'))).toEqual({ kind: 'retry', code: 'UNEXPECTED_ERROR' });
  expect(verdictOfError(undefined)).toEqual({ kind: 'retry', code: 'UNEXPECTED_ERROR' });
  expect(verdictOfError({ code: 'X', retryable: true, retryAfterMs: Number.NaN })).toEqual({
    kind: 'retry',
    code: 'X',
  });
});
