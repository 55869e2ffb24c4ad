import fc from 'fast-check';
import { expect, test } from 'vitest';
import { at, dateOf, iso, openNightWorld, session } from '../../test/support/night-world.ts';
import { MINUTE_MS } from '../core/instants.ts';
import { listNights } from './list-nights.ts';
import type { NightRow } from './model.ts';
import type { NightStore } from './night-store.ts';
import { projectNightBatch } from './project-batch.ts';

const CODES = ['in_bed', 'awake', 'light', 'deep', 'rem', 'asleep'] as const;
const START_MS = at('2026-11-09T12:00');

const times = fc
  .tuple(fc.integer({ min: 0, max: 5 * 96 }), fc.integer({ min: 1, max: 30 }))
  .map(([start, length]) => ({
    start: iso(START_MS + start * 15 * MINUTE_MS),
    end: iso(START_MS + (start + length) * 15 * MINUTE_MS),
  }));
const step = fc.oneof(
  fc.record({
    kind: fc.constant('stages' as const),
    told: fc.array(fc.tuple(times, fc.constantFrom(...CODES)), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('record' as const),
    id: fc.constantFrom('a', 'b', 'c'),
    span: times,
    isNap: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('deletion' as const), id: fc.constantFrom('a', 'b', 'c') }),
);

type World = Awaited<ReturnType<typeof openNightWorld>>;
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

async function take(world: World, each: Step, index: number): Promise<void> {
  switch (each.kind) {
    case 'stages': {
      const samples = each.told.map(([span, category]) => ({
        source: 'w',
        metric: 'sleep_stage',
        ...span,
        zoneOffsetMinutes: 0,
        category,
      }));
      const sources = { w: { provider: 'apple_health', device: { type: 'watch' } } };
      await world.ingest({ requestId: `r${index}`, sources, samples });
      return;
    }
    case 'record':
      await world.putRecords('oura', [
        session({
          externalId: each.id,
          ...each.span,
          isNap: each.isNap,
          revision: index,
          totals: { asleepMin: 10 },
        }),
      ]);
      return;
    case 'deletion':
      await world.deleteRecord('oura', each.id);
  }
}

/** Empty, so that all is computed anew. */
function memoryNights(): NightStore {
  const rows = new Map<string, NightRow>();
  return {
    save: async (_scope, row) => {
      rows.set(row.date, row);
      return 'saved';
    },
    load: async (_scope, { from, to }) => [...rows.values()].filter(({ date }) => date >= from && date <= to),
  };
}

const nightsOf = async (world: World) =>
  (
    await listNights(world.deps, world.scope, {
      from: dateOf('2026-11-06'),
      to: dateOf('2026-11-18'),
      wait: false,
      minSeq: undefined,
    })
  ).nights.map(({ computedAt: _at, ...night }) => night);

test('SLP12 nights equal a recomputation, however the messages are ordered, split and repeated', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
      async (steps, picks) => {
        const pick = (below: number) => (picks.next().value ?? 0) % below;
        const world = await openNightWorld();
        let seen = 0;
        for (const [index, each] of steps.entries()) {
          await take(world, each, index + 1);
          // Now and then the projector comes between two changes, with what it has of them in any order.
          if (pick(2) === 0) continue;
          const messages = [...(await world.messages(seen))];
          seen = Math.max(seen, ...messages.map(({ event }) => event.detail.seq));
          await projectNightBatch(world.deps, messages.reverse());
        }
        // Each message once leaves nothing behind: what marks an input is named by the event that tells of it.
        await projectNightBatch(world.deps, await world.messages(seen));
        expect((await nightsOf(world)).filter(({ status }) => status === 'STALE')).toEqual([]);
        const all = await world.messages();
        const shuffled = [...all, ...all.filter(() => pick(2) === 0)]
          .map((message) => ({ message, key: pick(1_000) }))
          .sort((left, right) => left.key - right.key)
          .map(({ message }) => message);
        const cut = pick(shuffled.length + 1);
        await projectNightBatch(world.deps, shuffled.slice(0, cut));
        await projectNightBatch(world.deps, shuffled.slice(cut));
        const projected = await nightsOf(world);
        expect(projected.filter(({ status }) => status === 'STALE')).toEqual([]);

        const again = { ...world, deps: { ...world.deps, nights: memoryNights() } };
        expect((await projectNightBatch(again.deps, all)).failed.size).toBe(0);
        expect(projected).toEqual(await nightsOf(again));
      },
    ),
    { seed: 20_261_110, numRuns: 30 },
  );
});
