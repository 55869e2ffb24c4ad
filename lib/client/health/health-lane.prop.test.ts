import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { healthWorld, weightRecord } from '../../../test/support/health-world.ts';
import { createNodeSqlite } from '../storage/node-sqlite.ts';
import { createHealthLane } from './health-lane.ts';
import { createSqlHealthStaging } from './sql-staging.ts';

type Step =
  | { readonly kind: 'put'; readonly id: number; readonly daysAgo: number; readonly kilograms: number }
  | { readonly kind: 'remove'; readonly id: number }
  | { readonly kind: 'collect' | 'upload'; readonly failsAt: number }
  | { readonly kind: 'wait'; readonly hours: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    id: fc.integer({ min: 0, max: 5 }),
    daysAgo: fc.integer({ min: 0, max: 60 }),
    kilograms: fc.integer({ min: 40, max: 90 }),
  }),
  fc.record({ kind: fc.constant('remove' as const), id: fc.integer({ min: 0, max: 5 }) }),
  fc.record({
    kind: fc.constantFrom('collect' as const, 'upload' as const),
    failsAt: fc.integer({ min: 0, max: 8 }),
  }),
  fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 0, max: 9 }) }),
);

test('CLI50 CLI51 CLI52 whatever is added, edited, removed, lost and killed, the server ends as the phone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const staging = await createSqlHealthStaging(createNodeSqlite(':memory:'));
      const world = healthWorld({ staging });
      const { phone, server, time, options } = world;
      let revision = 0;
      /** Counts down over every transaction, read and request; what comes at 0 dies, a request after it was taken. */
      let left = Number.POSITIVE_INFINITY;
      const dies = () => {
        left -= 1;
        return left === 0;
      };
      const lane = () =>
        createHealthLane({
          ...options,
          staging: {
            transaction: (work) => (dies() ? Promise.reject(new Error('killed')) : staging.transaction(work)),
          },
          send: async (body) => {
            const answer = await server.answer(body);
            if (dies()) throw new Error('the reply is lost');
            return answer;
          },
        });
      phone.fault = () => {
        if (dies()) throw new Error('the phone is locked');
      };
      const run = async (kind: 'collect' | 'upload', failsAt: number) => {
        left = failsAt === 0 ? Number.POSITIVE_INFINITY : failsAt;
        await lane()
          [kind]()
          .catch(() => undefined);
        left = Number.POSITIVE_INFINITY;
      };
      await run('collect', 0);
      for (const next of steps) {
        if (next.kind === 'wait') await time.advance(next.hours * 3_600_000);
        else if (next.kind === 'remove') phone.remove(`w${next.id}`);
        else if (next.kind === 'put') {
          revision += 1;
          phone.put(weightRecord(`w${next.id}`, next.daysAgo, next.kilograms, { revision }));
        } else await run(next.kind, next.failsAt);
      }
      for (let round = 0; round < 12; round += 1) {
        await time.advance(6 * 3_600_000);
        await run('collect', 0);
        await run('upload', 0);
      }
      const expected = [...phone.records.values()]
        .map(({ startMs, readings }) => `weight ${startMs} ${readings[0]?.value}`)
        .sort();
      expect(server.living()).toEqual(expected);
      const ids = server.bodies.map((body) => (JSON.parse(body) as { requestId: string }).requestId);
      expect(new Set(server.bodies).size).toBe(new Set(ids).size);
    }),
    { seed: 5, numRuns: 60 },
  );
});
