import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createProjectionWorld, scope } from '../../test/support/projection-fixtures.ts';
import type { EpochMs } from '../core/instants.ts';
import { MINUTE_MS } from '../core/instants.ts';
import { listBuckets } from '../projections/list-buckets.ts';
import type { BlockReader } from '../samples/sample-store.ts';
import { listSamples, type SamplePosition } from './list-samples.ts';
import { requireMetric } from './parse-query.ts';

const RUNS = { seed: 20_261_121, numRuns: 40 };
const START_MS = Date.parse('2026-11-16T00:00:00Z');
const SOURCES = { w: { provider: 'garmin' }, p: { provider: 'apple_health' } };
const steps = requireMetric('steps');

const readings = fc.uniqueArray(
  fc.record({
    source: fc.constantFrom('w', 'p'),
    minute: fc.integer({ min: 0, max: 4 * 24 * 60 }),
    value: fc.integer({ min: 0, max: 99 }),
  }),
  { selector: ({ source, minute }) => `${source}/${minute}`, minLength: 1, maxLength: 40 },
);

async function worldOf(list: readonly { source: string; minute: number; value: number }[]) {
  const world = createProjectionWorld();
  const samples = list.map(({ source, minute, value }) => ({
    source,
    metric: 'steps',
    start: new Date(START_MS + minute * MINUTE_MS).toISOString(),
    end: new Date(START_MS + (minute + 1) * MINUTE_MS).toISOString(),
    value,
    unit: 'count',
    zoneOffsetMinutes: 0,
  }));
  expect((await world.ingest({ requestId: 'r', sources: SOURCES, samples })).status).toBe(200);
  return world;
}

/** Reads a few blocks at a time, as DynamoDB does with large ones; a large budget reads all. */
const cut = (blocks: BlockReader, blockCount: number): BlockReader => ({
  listBlocks: blocks.listBlocks.bind(blocks),
  nextBucket: blocks.nextBucket.bind(blocks),
  readBlocks: async (user, range, maxBytes) => {
    const read = await blocks.readBlocks(user, range, maxBytes);
    const isAll = maxBytes > 8_000_000 || read.blocks.length <= blockCount;
    return isAll ? read : { blocks: read.blocks.slice(0, blockCount), complete: false };
  },
});

test('SRD2 pages hold every sample once and in order, whatever their size and how blocks are read', async () => {
  await fc.assert(
    fc.asyncProperty(
      readings,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 0, max: 5_000 }),
      async (list, limit, blockCount, fromMinute) => {
        const world = await worldOf(list);
        const deps = { ...world.deps, blocks: cut(world.samples, blockCount) };
        const fromMs = (START_MS + fromMinute * MINUTE_MS) as EpochMs;
        const toMs = (START_MS + 5 * 1_440 * MINUTE_MS) as EpochMs;
        const told: string[] = [];
        let after: SamplePosition | undefined;
        let pageCount = 0;
        do {
          const page = await listSamples(deps, scope, {
            metric: steps,
            fromMs,
            toMs,
            sourceId: undefined,
            limit,
            after,
          });
          pageCount += 1;
          expect(pageCount).toBeLessThan(200);
          expect(page.samples.length).toBeLessThanOrEqual(limit);
          expect(page.lookCount).toBeLessThanOrEqual(3);
          told.push(...page.samples.map(({ start, provider, value }) => `${start} ${provider} ${value}`));
          after = page.next;
        } while (after !== undefined);
        const wanted = list
          .filter(({ minute }) => minute >= fromMinute)
          .map(({ source, minute, value }) => {
            const start = new Date(START_MS + minute * MINUTE_MS).toISOString();
            return `${start} ${SOURCES[source as 'w' | 'p'].provider} ${value}`;
          });
        expect([...told].sort()).toEqual(wanted.sort());
        expect(told.map((text) => text.slice(0, 24))).toEqual(told.map((text) => text.slice(0, 24)).sort());
      },
    ),
    RUNS,
  );
});

test('SRD2 a sample written behind the cursor neither repeats nor hides another', async () => {
  const world = await worldOf([1, 2, 3, 4].map((minute) => ({ source: 'w', minute, value: minute })));
  const query = {
    metric: steps,
    fromMs: START_MS as EpochMs,
    toMs: (START_MS + 1e9) as EpochMs,
    sourceId: undefined,
    limit: 2,
  };
  const first = await listSamples(world.deps, scope, { ...query, after: undefined });
  await world.ingest({
    requestId: 'later',
    sources: SOURCES,
    samples: [0, 5].map((minute) => ({
      source: 'w',
      metric: 'steps',
      start: new Date(START_MS + minute * MINUTE_MS).toISOString(),
      end: new Date(START_MS + (minute + 1) * MINUTE_MS).toISOString(),
      value: minute,
      unit: 'count',
      zoneOffsetMinutes: 0,
    })),
  });
  const second = await listSamples(world.deps, scope, { ...query, limit: 9, after: first.next });
  expect([...first.samples, ...second.samples].map(({ value }) => value)).toEqual([1, 2, 3, 4, 5]);
});

test('SRD3 pages of buckets hold what is read at once, and their sums add up to the samples', async () => {
  await fc.assert(
    fc.asyncProperty(
      readings,
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom('1m' as const, '15m' as const, '1h' as const, '1d' as const),
      async (list, limit, resolution) => {
        const world = await worldOf(list);
        const query = {
          metric: steps,
          resolution,
          fromMs: START_MS as EpochMs,
          toMs: (START_MS + 6 * 1_440 * MINUTE_MS) as EpochMs,
          offsetMinutes: 0,
          sourceId: undefined,
        };
        const whole = await listBuckets(world.deps, scope, { ...query, limit: 10_000, resumeMs: undefined });
        const paged = [];
        let resumeMs: number | undefined;
        do {
          const page = await listBuckets(world.deps, scope, { ...query, limit, resumeMs });
          expect(page.lookCount).toBeLessThanOrEqual(4);
          paged.push(...page.buckets);
          resumeMs = page.resumeMs;
        } while (resumeMs !== undefined);
        expect(paged).toEqual(whole.buckets);
        const apple = new Set(list.filter(({ source }) => source === 'p').map(({ minute }) => minute));
        const wanted = list
          .filter(({ source, minute }) => source === 'p' || !apple.has(minute))
          .reduce((all, { value }) => all + value, 0);
        expect(paged.reduce((all, { sum = 0 }) => all + sum, 0)).toBe(wanted);
      },
    ),
    RUNS,
  );
});
