import { describe, expect, test } from 'vitest';
import { DAY_MS } from '../core/instants.ts';
import { type Evidence, productFigures } from './product-figures.ts';

const evidenceOf = (pcts: readonly number[], gapMs = DAY_MS): readonly Evidence[] =>
  pcts.map((pct, index) => ({
    sessionId: `s${String(index).padStart(2, '0')}`,
    startedAtMs: index * gapMs,
    baseline: 50,
    deltaDuring: 1,
    deltaDuringPct: 2,
    deltaAfter: pct / 2,
    deltaAfterPct: pct,
  }));
const full = { coverage: 1, unreliableCount: 0 };

test('SIP8 mean, median and interval of five sessions, by hand', () => {
  // Mean 6, sum of squares 16 + 4 + 0 + 4 + 16 = 40, s = sqrt(10), t(4) = 2.7764, 2.7764 * sqrt(10 / 5) = 3.9265.
  const { afterPct, after, baselineMean, sessionCount } = productFigures(evidenceOf([2, 4, 6, 8, 10]), full);
  expect([sessionCount, baselineMean, afterPct.mean, afterPct.median]).toEqual([5, 50, 6, 6]);
  expect(afterPct.interval95?.low).toBeCloseTo(6 - 3.9265, 3);
  expect(afterPct.interval95?.high).toBeCloseTo(6 + 3.9265, 3);
  expect(after.mean).toBe(3);
  expect(productFigures(evidenceOf([1, 2, 3, 10]), full).afterPct.median).toBe(2.5);
});

test('SIP8 without sessions every figure is null, with one there is no interval and nothing that varies', () => {
  const none = productFigures([], full);
  expect(none.afterPct).toEqual({ mean: null, median: null, interval95: null });
  expect([none.baselineMean, none.consistency, none.confidence, none.isReliable]).toEqual([
    null,
    null,
    'INSUFFICIENT',
    false,
  ]);
  const one = productFigures(evidenceOf([5]), full);
  expect([one.afterPct, one.consistency]).toEqual([{ mean: 5, median: 5, interval95: null }, null]);
});

describe('how sure', () => {
  test.each([
    [10, 0.8, 'HIGH'],
    [10, 0.79, 'MEDIUM'],
    [9, 1, 'MEDIUM'],
    [5, 0.6, 'MEDIUM'],
    [5, 0.59, 'LOW'],
    [3, 0.4, 'LOW'],
    [3, 0.39, 'INSUFFICIENT'],
    [2, 1, 'INSUFFICIENT'],
  ])('SIP8 %i sessions with coverage %f are %s', (count, coverage, confidence) => {
    const pcts = Array.from({ length: count }, () => 5);
    expect(productFigures(evidenceOf(pcts), { coverage, unreliableCount: 0 }).confidence).toBe(confidence);
  });

  test('SIP8 consistency is 1 for what is always alike, 0 for what goes both ways, and between', () => {
    expect(productFigures(evidenceOf([5, 5, 5]), full).consistency).toBe(1);
    expect(productFigures(evidenceOf([-5, 5]), full).consistency).toBe(0);
    // Mean 6, s = sqrt(10).
    expect(productFigures(evidenceOf([2, 4, 6, 8, 10]), full).consistency).toBeCloseTo(
      1 - Math.sqrt(10) / 6,
      9,
    );
  });

  test('SIP8 the score is full with twenty equal sessions of full coverage, and 0 with nothing', () => {
    expect(productFigures(evidenceOf(Array.from({ length: 20 }, () => 5)), full).score).toBeCloseTo(1, 9);
    expect(productFigures([], { coverage: 0, unreliableCount: 0 }).score).toBe(0);
  });

  test('SIP8 flags say what to be careful about', () => {
    const week = productFigures(evidenceOf([5, 5, 5, 5, 5, 5, 5, 5]), full);
    expect(week.flags).toEqual(['PRIMARY_PRODUCT_ONLY']);
    const poor = productFigures(evidenceOf([-5, 5]), { coverage: 0.4, unreliableCount: 1 });
    expect(poor.flags).toEqual([
      'PRIMARY_PRODUCT_ONLY',
      'LOW_SESSION_COUNT',
      'INCONSISTENT_DELTAS',
      'LOW_COVERAGE',
      'MIXED_RELIABILITY',
      'SHORT_OBSERVATION_PERIOD',
    ]);
  });

  test('SIP8 evidence is the newest twenty sessions, and their order on the way in changes nothing', () => {
    const evidence = evidenceOf(Array.from({ length: 25 }, (_, index) => index));
    const figures = productFigures(evidence, full);
    expect(figures.evidenceSessionIds).toHaveLength(20);
    expect([figures.evidenceSessionIds[0], figures.evidenceSessionIds[19]]).toEqual(['s24', 's05']);
    expect(productFigures([...evidence].reverse(), full)).toEqual(figures);
  });
});
