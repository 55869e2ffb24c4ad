import fc from 'fast-check';
import { expect, test } from 'vitest';
import { manyWorkouts } from '../../../test/fixtures/workouts/many-workouts.ts';
import { crowdedWorkouts } from '../../../test/support/workout-arbitraries.ts';
import { workoutOf } from '../../../test/support/workout-builders.ts';
import { compareSources } from '../../projections/priorities.ts';
import { candidatePairs, inTimeOrder, MAX_COMPARISONS_EACH } from './candidate-pairs.ts';
import { orderWorkouts } from './compare-workouts.ts';
import { groupWorkouts, type WorkoutGroup } from './group-workouts.ts';
import { scorePair } from './score-pair.ts';

const seeded = { numRuns: 150, seed: 52 };
const rules = {
  isKeptApart: (left: string, right: string) => (left.charCodeAt(0) + right.charCodeAt(0)) % 7 === 0,
  ...orderWorkouts({ order: [], compareSources: compareSources([]), chosenSeqOf: () => undefined }),
};
const shapeOf = (groups: readonly WorkoutGroup[]) =>
  groups
    .map(({ id, members, pairs }) => ({ id, members: members.map((each) => each.id), pairs }))
    .sort((left, right) => (left.id < right.id ? -1 : 1));

test('WKT5 groups are the same in whatever order workouts come', () => {
  fc.assert(
    fc.property(
      crowdedWorkouts.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
      ),
      ([all, shuffled]) => {
        const expected = shapeOf(groupWorkouts(all.map(workoutOf), rules));
        expect(shapeOf(groupWorkouts(shuffled.map(workoutOf), rules))).toEqual(expected);
      },
    ),
    seeded,
  );
});

test('WKT3 no group holds a pair that may not share one, and nobody is in two', () => {
  fc.assert(
    fc.property(crowdedWorkouts, (all) => {
      const groups = groupWorkouts(all.map(workoutOf), rules);
      const ids = groups.flatMap(({ members }) => members.map(({ id }) => id));
      expect(new Set(ids).size).toBe(ids.length);
      for (const { members, pairs } of groups) {
        expect(members.length).toBeGreaterThan(1);
        expect(pairs.length).toBeGreaterThanOrEqual(members.length - 1);
        for (const left of members)
          for (const right of members)
            if (left !== right) {
              expect(scorePair(left, right).veto).toBeUndefined();
              expect(rules.isKeptApart(left.id, right.id)).toBe(false);
            }
      }
    }),
    seeded,
  );
});

test('WKT7 10,000 workouts are compared with their neighbours alone', () => {
  const workouts = manyWorkouts(10_000);
  let comparisonCount = 0;
  for (const _pair of candidatePairs(inTimeOrder(workouts))) comparisonCount += 1;
  // The two clouds of each activity; within 26 h of the same second of the quarter hour lie a few more.
  expect(comparisonCount).toBeGreaterThanOrEqual(5_000);
  expect(comparisonCount).toBeLessThan(20_000);
  expect(groupWorkouts(workouts, { ...rules, isKeptApart: () => false })).toHaveLength(5_000);
});

test('WKT7 a thousand workouts of one second are compared a bounded number of times', () => {
  const crowded = Array.from({ length: 1_000 }, (_, index) =>
    workoutOf({ provider: `p${index}`, externalId: 'x', start: '2026-11-01T09:00:07Z' }),
  );
  let comparisonCount = 0;
  for (const _pair of candidatePairs(inTimeOrder(crowded))) comparisonCount += 1;
  expect(comparisonCount).toBeLessThanOrEqual(1_000 * 2 * MAX_COMPARISONS_EACH);
});
