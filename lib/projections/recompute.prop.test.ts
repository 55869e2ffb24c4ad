import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createProjectionWorld, scope } from '../../test/support/projection-fixtures.ts';
import type { LocalDate } from '../core/instants.ts';
import { MINUTE_MS } from '../core/instants.ts';
import { projectBatch } from './project-batch.ts';

const RUNS = { seed: 20_261_121, numRuns: 60 };
const START_MS = Date.parse('2026-11-18T22:00:00Z');
const SOURCES = { w: { provider: 'garmin', device: { type: 'watch' } }, p: { provider: 'apple_health' } };
const PROVIDERS = ['apple_health', 'garmin'];

interface Reading {
  readonly source: 'w' | 'p';
  readonly minute: number;
  readonly length: number;
  readonly value: number;
}

/** Intervals of five minutes or an hour, on a grid, with a revision that makes the outcome one of order. */
const readingArbitrary: fc.Arbitrary<Reading> = fc.record({
  source: fc.constantFrom('w' as const, 'p' as const),
  minute: fc.integer({ min: 0, max: 60 }).map((step) => step * 5),
  length: fc.constantFrom(5, 60),
  value: fc.integer({ min: 0, max: 900 }),
});

const identityOf = (one: Reading): string => `${one.source}/${one.minute}/${one.length}`;
const uniqueReadings = fc.uniqueArray(readingArbitrary, {
  selector: identityOf,
  minLength: 1,
  maxLength: 25,
});

/** Every reading has its own revision, so that which one is newer does not depend on when it came. */
const toWire = (one: Reading, revision: number) => ({
  source: one.source,
  metric: 'steps',
  start: new Date(START_MS + one.minute * MINUTE_MS).toISOString(),
  end: new Date(START_MS + (one.minute + one.length) * MINUTE_MS).toISOString(),
  value: one.value,
  unit: 'count',
  zoneOffsetMinutes: 0,
  revision,
});

/** Five minutes at a time: the first provider that covers them, and of it the highest revision. */
function oracle(readings: readonly Reading[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  const providerOf = (one: Reading) => PROVIDERS.indexOf(SOURCES[one.source].provider);
  for (let minute = 0; minute < 400; minute += 5) {
    const [winner] = readings
      .map((one, revision) => ({ one, revision }))
      .filter(({ one }) => one.minute <= minute && minute < one.minute + one.length)
      .sort((left, right) => providerOf(left.one) - providerOf(right.one) || right.revision - left.revision);
    if (winner === undefined) continue;
    const date = new Date(START_MS + minute * MINUTE_MS).toISOString().slice(0, 10);
    sums.set(date, (sums.get(date) ?? 0) + (winner.one.value * 5) / winner.one.length);
  }
  return sums;
}

test('PRJ6 whatever the order, splitting and duplication of batches and events, rows equal a recomputation', async () => {
  await fc.assert(
    fc.asyncProperty(
      uniqueReadings,
      fc.array(fc.nat(1_000), { minLength: 60, maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
      async (readings, keys, sizes) => {
        const world = createProjectionWorld();
        const sent = [...readings.keys(), ...readings.keys()]
          .map((revision, turn) => ({ revision, key: keys[turn % keys.length] ?? 0 }))
          .sort((left, right) => left.key - right.key);
        for (let from = 0, turn = 0; from < sent.length; turn += 1) {
          const batch = sent.slice(from, from + (sizes[turn % sizes.length] ?? 1));
          const indexes = [...new Set(batch.map(({ revision }) => revision))];
          const wire = indexes.map((revision) => toWire(readings[revision] as Reading, revision + 1));
          const answer = await world.ingest({ requestId: `r${turn}`, sources: SOURCES, samples: wire });
          expect(answer.status).toBe(200);
          from += batch.length;
        }
        const events = [...world.messages(), ...world.messages()]
          .map((message, turn) => ({ message, key: keys[(turn * 7) % keys.length] ?? 0 }))
          .sort((left, right) => left.key - right.key)
          .map(({ message }) => message);
        for (let from = 0; from < events.length; from += 3) {
          const report = await projectBatch(world.deps, events.slice(from, from + 3));
          expect([...report.failed.keys()]).toEqual([]);
        }
        const rows = await world.rollups.load(scope, {
          metric: 'steps',
          from: '2026-11-01' as LocalDate,
          to: '2026-11-30' as LocalDate,
        });
        const told = new Map(rows.map((row) => [row.date as string, row.figures.sum]));
        const wanted = oracle(readings);
        expect([...told.keys()].sort()).toEqual([...wanted.keys()].sort());
        for (const [date, sum] of wanted) expect(told.get(date)).toBeCloseTo(sum, 8);
      },
    ),
    RUNS,
  );
});
