import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crowdedWorkouts } from '../../../test/support/workout-arbitraries.ts';
import { type WorkoutParts, workoutOf } from '../../../test/support/workout-builders.ts';
import { compareSources } from '../../projections/priorities.ts';
import { inTimeOrder } from '../grouping/candidate-pairs.ts';
import { type MergedTotals, mergeTotals } from './merged-totals.ts';
import { rulesOf } from './workout-context.ts';
import { viewOf } from './workout-view.ts';

const seeded = { numRuns: 150, seed: 54 };
const ORDER = ['polar'];

function totalsOf(all: readonly WorkoutParts[]): MergedTotals {
  const span = {
    loMs: 0,
    hiMs: Number.MAX_SAFE_INTEGER,
    workouts: inTimeOrder(all.map(workoutOf)),
    readCount: 0,
  };
  const rules = rulesOf([], { order: ORDER, compareSources: compareSources(ORDER) });
  const view = viewOf(span, { decisions: [], rules });
  const totals = mergeTotals(view, { isInRange: () => true, keyOf: () => 'all' });
  return (
    totals.get('all') ?? {
      counted: 0,
      setAside: 0,
      durationSec: 0,
      movingSec: null,
      distanceM: null,
      energyKcal: null,
    }
  );
}

const MEASURES = ['durationSec', 'distanceM', 'energyKcal'] as const;
const plainSum = (all: readonly WorkoutParts[], measure: (typeof MEASURES)[number]): number =>
  all.reduce((sum, parts) => sum + (workoutOf(parts).body[measure] ?? 0), 0);

test('WKT10 merged totals lie between the first source alone and the plain sum, and every workout is accounted for', () => {
  fc.assert(
    fc.property(crowdedWorkouts, (all) => {
      const merged = totalsOf(all);
      const first = totalsOf(all.filter(({ provider }) => provider === 'polar'));
      expect(merged.counted + merged.setAside).toBe(all.length);
      expect(merged.counted).toBeGreaterThanOrEqual(first.counted);
      for (const measure of MEASURES) {
        expect(merged[measure] ?? 0).toBeGreaterThanOrEqual((first[measure] ?? 0) - 1e-6);
        expect(merged[measure] ?? 0).toBeLessThanOrEqual(plainSum(all, measure) + 1e-6);
      }
    }),
    seeded,
  );
});

test('WKT10 one source alone has its own totals', () => {
  fc.assert(
    fc.property(crowdedWorkouts, (all) => {
      // Of one source none is a copy of another, unless over 80 % of their time is common: an hour and a half apart.
      const own = all.map((parts, index) => ({
        ...parts,
        provider: 'polar',
        externalId: String(index),
        start: new Date(Date.parse('2026-10-01T07:00:11Z') + index * 5_411_000).toISOString(),
      }));
      const merged = totalsOf(own);
      expect([merged.counted, merged.setAside]).toEqual([own.length, 0]);
      expect(merged.durationSec).toBe(plainSum(own, 'durationSec'));
      expect(merged.distanceM ?? 0).toBe(plainSum(own, 'distanceM'));
    }),
    seeded,
  );
});

const RUN = { type: 'running', start: '2026-11-01T09:00:07Z' } as const;

test('WKT10 what nobody says is null, and what only a copy says is taken from it', () => {
  const alone = totalsOf([{ ...RUN, provider: 'garmin' }]);
  expect([alone.distanceM, alone.energyKcal, alone.movingSec]).toEqual([null, null, null]);
  const both = totalsOf([
    { ...RUN, provider: 'garmin', distanceM: 10_000 },
    { ...RUN, provider: 'strava', distanceM: 10_100, energyKcal: 700 },
  ]);
  expect([both.counted, both.setAside, both.distanceM, both.energyKcal]).toEqual([1, 1, 10_000, 700]);
});

test('WKT10 parts of a triathlon count in the whole alone, also where another source has a part', () => {
  const whole = {
    ...RUN,
    provider: 'garmin',
    externalId: 'w',
    minutes: 150,
    type: 'triathlon',
    distanceM: 51_500,
  } as const;
  const bike = {
    provider: 'garmin',
    externalId: 'b',
    parentExternalId: 'w',
    start: '2026-11-01T09:33:20Z',
    minutes: 70,
    type: 'cycling',
    distanceM: 40_000,
  } as const;
  const { parentExternalId: _parent, ...ride } = bike;
  const merged = totalsOf([whole, bike, { ...ride, provider: 'polar' }]);
  expect([merged.counted, merged.setAside, merged.distanceM]).toEqual([1, 2, 51_500]);
  expect(totalsOf([bike]).distanceM).toBe(40_000);
});

test('WKT10 workouts that are parts of themselves or of one another are counted, parts of parts once', () => {
  const part = (externalId: string, parentExternalId: string, minutes = 60) => ({
    ...RUN,
    ...{ externalId, parentExternalId, minutes },
  });
  expect(totalsOf([part('a', 'a')]).counted).toBe(1);
  expect(totalsOf([part('a', 'b'), part('b', 'c'), part('c', 'a')]).counted).toBe(3);
  const whole = { ...RUN, externalId: 'c', minutes: 300 };
  const chain = totalsOf([part('a', 'b', 20), part('b', 'c', 90), whole]);
  expect([chain.counted, chain.setAside]).toEqual([1, 2]);
  const later = { ...part('a', 'c'), start: '2026-11-01T17:00:07Z' };
  expect(totalsOf([later, whole]).counted).toBe(2);
});
