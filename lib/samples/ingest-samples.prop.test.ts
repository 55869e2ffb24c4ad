import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { MemorySampleStore } from '../../test/support/memory-sample-store.ts';
import type { EpochMs } from '../core/instants.ts';
import { silentMeter } from '../observability/metrics.ts';
import { decodeSamples } from './block-codec.ts';
import { ingestSamples } from './ingest-samples.ts';
import type { IngestCounts } from './model.ts';

const SEED = { seed: 20_261_121, numRuns: 150 };
const NOW_MS = Date.parse('2026-11-21T12:00:00Z') as EpochMs;
const DAY_MS = Date.parse('2026-11-20T00:00:00Z');
const scope = {
  workspaceId: 'ws_00000000000000000000000001' as WorkspaceId,
  userId: 'usr_00000000000000000000000001' as UserId,
};
const SOURCES = { w: { provider: 'garmin' }, p: { provider: 'apple_health', app: 'Health' } };

type Item = { readonly kind: 'sample' | 'deletion'; readonly fields: Record<string, unknown> };

/** Few identities and revisions, so that they collide; the record ids move between starts of one day. */
const itemArbitrary: fc.Arbitrary<Item> = fc
  .record({
    kind: fc.constantFrom('sample' as const, 'sample' as const, 'deletion' as const),
    source: fc.constantFrom('w', 'p'),
    minute: fc.integer({ min: 0, max: 5 }),
    duration: fc.integer({ min: 0, max: 1 }),
    recordId: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
    revision: fc.integer({ min: 1, max: 4 }),
    value: fc.integer({ min: 60, max: 63 }),
    zoneOffsetMinutes: fc.constantFrom(0, 60, -720),
  })
  .map(({ kind, source, minute, duration, recordId, revision, value, zoneOffsetMinutes }) => {
    const start = new Date(DAY_MS + minute * 60_000).toISOString();
    const end = new Date(DAY_MS + (minute + duration) * 60_000).toISOString();
    const identity = { source, metric: 'heart_rate', start, end, recordId, revision };
    const fields = kind === 'sample' ? { ...identity, value, unit: 'bpm', zoneOffsetMinutes } : identity;
    return { kind, fields };
  });

async function send(store: MemorySampleStore, requestId: string, items: readonly Item[]) {
  const pick = (kind: Item['kind']) => items.filter((item) => item.kind === kind).map(({ fields }) => fields);
  const body = { requestId, sources: SOURCES, samples: pick('sample'), deletions: pick('deletion') };
  const answer = await ingestSamples(
    {
      store,
      reader: store,
      payloads: store,
      queue: store,
      meter: silentMeter,
      clock: { now: () => NOW_MS, sleep: async () => {} },
      randomness: { bytes: (count) => new Uint8Array(count) },
    },
    {
      scope,
      body: Buffer.from(JSON.stringify(body)),
      json: JSON.parse(JSON.stringify(body)),
      correlationId: 'c',
      nowMs: NOW_MS,
    },
  );
  return JSON.parse(answer.body) as { readonly counts: IngestCounts };
}

/** What is stored, apart from when it came; of a tombstone of a record only that it is one, and of which revision. */
function stateOf(store: MemorySampleStore): readonly string[] {
  return [...store.blocks.values()]
    .flatMap(({ ref, payload }) =>
      decodeSamples(payload).map((sample) => {
        const { startMs, endMs, recordHash, revision, value, offsetMinutes, deletedAtMs } = sample;
        const where = recordHash === 0n ? `${startMs}-${endMs}` : `record ${recordHash}`;
        const content = [startMs, endMs, value, offsetMinutes].join(' ');
        return `${ref.sourceId} ${where} r${revision} ${deletedAtMs === undefined ? content : 'deleted'}`;
      }),
    )
    .sort();
}

const livingCount = (store: MemorySampleStore): number =>
  [...store.blocks.values()].reduce((sum, { count }) => sum + count, 0);

/** Cuts a list into batches of the given sizes, over and over. */
function batchesOf(items: readonly Item[], sizes: readonly number[]): readonly (readonly Item[])[] {
  const batches: Item[][] = [];
  for (let from = 0, turn = 0; from < items.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    batches.push(items.slice(from, from + size));
    from += size;
  }
  return batches;
}

const sizesArbitrary = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });
/** Positions to send in that order, some of them again. */
const ordersArbitrary = fc.array(fc.nat(), { maxLength: 60 });

test('ING3 any order, any repetition and any split of revisioned samples and deletions store the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(itemArbitrary, { minLength: 1, maxLength: 30 }),
      ordersArbitrary,
      sizesArbitrary,
      sizesArbitrary,
      async (items, order, sizes, otherSizes) => {
        const plain = new MemorySampleStore();
        for (const [turn, batch] of batchesOf(items, sizes).entries()) await send(plain, `a${turn}`, batch);
        const repeated = order.flatMap((at) => items[at % items.length] ?? []);
        const shuffled = [...repeated, ...[...items].reverse()];
        const other = new MemorySampleStore();
        for (const [turn, batch] of batchesOf(shuffled, otherSizes).entries())
          await send(other, `b${turn}`, batch);
        expect(stateOf(other)).toEqual(stateOf(plain));
      },
    ),
    SEED,
  );
});

test('ING11 sending everything again changes nothing and says so', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(itemArbitrary, { minLength: 1, maxLength: 30 }), async (items) => {
      const store = new MemorySampleStore();
      await send(store, 'first', items);
      const before = { seq: store.head?.seq, state: stateOf(store), changes: store.changes.length };
      const { counts } = await send(store, 'again', items);
      expect({ seq: store.head?.seq, state: stateOf(store), changes: store.changes.length }).toEqual(before);
      expect(counts.accepted + counts.updated + counts.deleted).toBe(0);
    }),
    SEED,
  );
});

test('ING1 the acknowledged counts add up: every item has one outcome, and what lives is what was accepted', async () => {
  const unrevised = itemArbitrary.map(({ kind, fields }) => {
    const { revision: _, ...rest } = fields;
    return { kind, fields: rest };
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(itemArbitrary, unrevised), { minLength: 1, maxLength: 40 }),
      sizesArbitrary,
      async (items, sizes) => {
        const store = new MemorySampleStore();
        let alive = 0;
        for (const [turn, batch] of batchesOf(items, sizes).entries()) {
          const { counts } = await send(store, `r${turn}`, batch);
          expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(batch.length);
          alive += counts.accepted - counts.deleted;
        }
        expect(livingCount(store)).toBe(alive);
        const series = Object.values(store.head?.series['heart_rate'] ?? {});
        expect(series.reduce((sum, { count }) => sum + count, 0)).toBe(alive);
      },
    ),
    SEED,
  );
});

test('ING5 crashes and lost replies at every commit end in what an undisturbed run stores', async () => {
  const faults = fc.array(
    fc.constantFrom('none' as const, 'conflict' as const, 'crash_before' as const, 'crash_after' as const),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(itemArbitrary, { minLength: 1, maxLength: 20 }),
      faults,
      sizesArbitrary,
      async (items, plan, sizes) => {
        const calm = new MemorySampleStore();
        const rough = new MemorySampleStore();
        const left = [...plan];
        rough.fault = () => left.shift() ?? 'none';
        for (const [turn, batch] of batchesOf(items, sizes).entries()) {
          const wanted = await send(calm, `r${turn}`, batch);
          for (;;) {
            const got = await send(rough, `r${turn}`, batch).catch(() => undefined);
            if (got === undefined) continue;
            expect(got).toEqual(wanted);
            break;
          }
        }
        expect(stateOf(rough)).toEqual(stateOf(calm));
        expect(rough.changes.map(({ seq }) => seq)).toEqual(calm.changes.map(({ seq }) => seq));
      },
    ),
    SEED,
  );
});
