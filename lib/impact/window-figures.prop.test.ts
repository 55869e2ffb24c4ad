import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../core/instants.ts';
import { placeOf } from './session-window.ts';
import { type ChosenReading, computeFigures } from './window-figures.ts';

const RUNS = { seed: 20_261_121, numRuns: 150 };
const START_MS = 1_795_262_400_000;

const sessions = fc
  .integer({ min: 0, max: 300 })
  .map((minutes) => ({ startMs: START_MS, endMs: START_MS + minutes * MINUTE_MS }));
const readings = fc.array(
  fc.record({
    midpointMs: fc.integer({ min: -90 * 60, max: 400 * 60 }).map((sec) => START_MS + sec * 1_000),
    value: fc.integer({ min: 1, max: 2_000 }).map((tenths) => tenths / 10),
  }),
  { maxLength: 60 },
);

const isNear = (left: number | null, right: number | null): boolean =>
  left === null || right === null
    ? left === right
    : Math.abs(left - right) <= 1e-9 * Math.max(1, Math.abs(right));

test('SIP1 scaling the metric scales its deltas and leaves those in percent', () => {
  fc.assert(
    fc.property(sessions, readings, fc.integer({ min: 2, max: 9 }), (session, list, scale) => {
      const plain = computeFigures(session, 60, list);
      const scaled = computeFigures(
        session,
        60,
        list.map(({ midpointMs, value }) => ({ midpointMs, value: value * scale })),
      );
      for (const name of ['deltaDuring', 'deltaAfter'] as const) {
        const change = plain[name];
        expect(isNear(scaled[name], change === null ? null : change * scale)).toBe(true);
      }
      expect(isNear(scaled.deltaDuringPct, plain.deltaDuringPct)).toBe(true);
      expect(isNear(scaled.deltaAfterPct, plain.deltaAfterPct)).toBe(true);
      expect([scaled.isReliable, scaled.count]).toEqual([plain.isReliable, plain.count]);
    }),
    RUNS,
  );
});

test('SIP1 without readings before there is nothing to compare with, and the other windows stay as they were', () => {
  fc.assert(
    fc.property(sessions, readings, (session, list) => {
      const whole = computeFigures(session, 60, list);
      const rest = list.filter(({ midpointMs }) => midpointMs >= session.startMs);
      const figures = computeFigures(session, 60, rest);
      expect(figures.before).toEqual({ mean: null, min: null, max: null, count: 0, coverage: 0 });
      expect([
        figures.deltaDuring,
        figures.deltaDuringPct,
        figures.deltaAfter,
        figures.deltaAfterPct,
      ]).toEqual([null, null, null, null]);
      expect([figures.during, figures.after, figures.isReliable]).toEqual([whole.during, whole.after, false]);
    }),
    RUNS,
  );
});

test('SIP1 moving session and readings together by any time changes nothing', () => {
  fc.assert(
    fc.property(sessions, readings, fc.integer({ min: -1e9, max: 1e9 }), (session, list, shiftMs) => {
      const moved = computeFigures(
        { startMs: session.startMs + shiftMs, endMs: session.endMs + shiftMs },
        12,
        list.map(({ midpointMs, value }) => ({ midpointMs: midpointMs + shiftMs, value })),
      );
      expect(moved).toEqual(computeFigures(session, 12, list));
    }),
    RUNS,
  );
});

test('SIP1 each instant lies in one window at most, whose ends are [, ) [, ] (, ]', () => {
  const session = { startMs: START_MS, endMs: START_MS + HOUR_MS };
  const at = (ms: number) => placeOf(session, ms);
  expect([at(START_MS - HOUR_MS - 1), at(START_MS - HOUR_MS), at(START_MS - 1)]).toEqual([
    undefined,
    'before',
    'before',
  ]);
  expect([at(START_MS), at(START_MS + HOUR_MS)]).toEqual(['during', 'during']);
  expect([at(START_MS + HOUR_MS + 1), at(START_MS + 2 * HOUR_MS), at(START_MS + 2 * HOUR_MS + 1)]).toEqual([
    'after',
    'after',
    undefined,
  ]);
});

const every = (minutes: number, fromMs: number, untilMs: number, value = 60): ChosenReading[] =>
  Array.from({ length: Math.ceil((untilMs - fromMs) / (minutes * MINUTE_MS)) }, (_, index) => ({
    midpointMs: fromMs + index * minutes * MINUTE_MS,
    value,
  }));

test('SIP5 coverage counts slots of the expected rate: many readings in one minute do not make an hour', () => {
  const session = { startMs: START_MS, endMs: START_MS + HOUR_MS };
  const burst = Array.from({ length: 600 }, (_, index) => ({
    midpointMs: START_MS + index * 100,
    value: 60,
  }));
  expect(computeFigures(session, 60, burst).during.coverage).toBeCloseTo(1 / 60, 9);
  const half = every(2, START_MS, START_MS + HOUR_MS);
  expect(computeFigures(session, 60, half).during.coverage).toBe(0.5);
  expect(computeFigures(session, 12, half).during.coverage).toBe(1);
});

test('SIP5 a session is reliable when each window has 0.6 of the readings expected, and not a reading less', () => {
  const session = { startMs: START_MS, endMs: START_MS + HOUR_MS };
  const first = (count: number, fromMs: number) => every(1, fromMs, fromMs + count * MINUTE_MS);
  const of = (before: number, during: number, after: number) =>
    computeFigures(session, 60, [
      ...first(before, START_MS - HOUR_MS),
      ...first(during, START_MS),
      ...first(after, START_MS + HOUR_MS + MINUTE_MS),
    ]).isReliable;
  expect([of(36, 36, 36), of(35, 36, 36), of(36, 35, 36), of(36, 36, 35)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('SIP1 a baseline of 0 gives no deltas, and an instant is a session of one reading', () => {
  const session = { startMs: START_MS, endMs: START_MS };
  const zero = computeFigures(session, 60, [
    ...every(1, START_MS - HOUR_MS, START_MS, 0),
    { midpointMs: START_MS, value: 9 },
  ]);
  expect([zero.before.mean, zero.deltaDuring, zero.deltaDuringPct]).toEqual([0, null, null]);
  expect(zero.during).toEqual({ mean: 9, min: 9, max: 9, count: 1, coverage: 1 });
});
