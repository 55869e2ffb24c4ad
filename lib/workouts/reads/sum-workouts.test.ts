import { expect, test } from 'vitest';
import { manyWorkouts } from '../../../test/fixtures/workouts/many-workouts.ts';
import { createWorkoutWorld } from '../../../test/support/workout-world.ts';
import { MAX_SUMMED_COUNT, sumWorkouts } from './sum-workouts.ts';

const ALL = { fromMs: 0, toMs: Date.parse('2030-01-01T00:00:00Z'), by: 'family' } as const;

test('WKT10 ten thousand workouts are added up, and no more', async () => {
  const world = await createWorkoutWorld();
  const stored = manyWorkouts(MAX_SUMMED_COUNT + 1).map((workout) => ({
    ...workout.record,
    recordId: workout.id,
    startMs: workout.startMs,
    endMs: workout.endMs,
  }));
  const holding = (count: number) => ({
    ...world.reads,
    records: { ...world.reads.records, list: async () => stored.slice(0, count) },
  });
  const { answer, readCount } = await sumWorkouts(holding(MAX_SUMMED_COUNT), world.scope, ALL);
  expect([answer.counted, answer.setAside]).toEqual([MAX_SUMMED_COUNT / 2, MAX_SUMMED_COUNT / 2]);
  expect(answer.totals).toMatchObject([{ key: 'running', durationSec: 18_000_000, distanceM: 50_000_000 }]);
  expect(readCount).toBe(4);
  await expect(sumWorkouts(holding(MAX_SUMMED_COUNT + 1), world.scope, ALL)).rejects.toMatchObject({
    code: 'read.range_too_large',
  });
});
