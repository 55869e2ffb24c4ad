import fc from 'fast-check';
import { expect, test } from 'vitest';
import { workoutInput } from '../../../test/support/workout-inputs.ts';
import { batchOf, openWorkoutWrites } from '../../../test/support/workout-writes-world.ts';

const SEED = 20_261_121;

/** Copies of four workouts, some that are none among them; each has a revision. */
const item = fc.record({
  id: fc.nat({ max: 3 }),
  revision: fc.nat({ max: 4 }),
  distanceM: fc.constantFrom(-1, 1_000, 2_000, 3_000),
});
type Item = typeof item extends fc.Arbitrary<infer Value> ? Value : never;
const toInput = ({ id, revision, distanceM }: Item) => workoutInput(id, { revision, distanceM });

async function storedBy(batches: readonly (readonly Item[])[]) {
  const { send, list } = await openWorkoutWrites();
  for (const [index, batch] of batches.entries()) {
    const request = batchOf(`r${index}`, { workouts: batch.map(toInput) });
    const { counts, refused } = await send(request);
    const sum = Object.values(counts as Record<string, number>).reduce((total, count) => total + count, 0);
    expect([sum, refused.length]).toEqual([batch.length, counts.refused]);
  }
  return (await list()).map(({ recordId, body }) => [
    recordId,
    body.revision,
    'distanceM' in body && body.distanceM,
  ]);
}

function cut(items: readonly Item[], sizes: readonly number[]): readonly (readonly Item[])[] {
  const batches: Item[][] = [];
  let from = 0;
  for (const size of sizes) {
    batches.push(items.slice(from, from + size));
    from += size;
  }
  return [...batches, items.slice(from)];
}

test('WKT43 copies with revisions come to the same whatever their order and split, and counts add up to what was sent', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 12 }),
      fc.array(fc.nat({ max: 5 }), { maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      async (items, sizes, ranks) => {
        const shuffled = items
          .map((each) => ({ each, rank: ranks.next().value ?? 0 }))
          .sort((left, right) => left.rank - right.rank)
          .map(({ each }) => each);
        const whole = await storedBy([items]);
        expect(await storedBy(cut(shuffled, sizes))).toEqual(whole);
        expect(await storedBy(items.map((each) => [each]))).toEqual(whole);
      },
    ),
    { seed: SEED, numRuns: 60 },
  );
});
