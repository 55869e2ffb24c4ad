import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { MemorySampleStore } from '../../test/support/memory-sample-store.ts';
import { type EpochMs, localDateOf } from '../core/instants.ts';
import { silentMeter } from '../observability/metrics.ts';
import { decodeSamples } from './block-codec.ts';
import { ingestSamples } from './ingest-samples.ts';
import { PART_MAX_BYTES } from './limits.ts';
import { blockName, type IngestCounts, type StoredBlock } from './model.ts';
import { compareBounds, type PartBound, parsePartName, partNameOf } from './part-bounds.ts';
import { processQueued } from './process-queued.ts';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z') as EpochMs;
const DAY_MS = Date.parse('2026-11-20T00:00:00Z');
const scope = {
  workspaceId: 'ws_00000000000000000000000001' as WorkspaceId,
  userId: 'usr_00000000000000000000000001' as UserId,
};

interface Reading {
  readonly startMs: number;
  readonly recordId?: string;
  readonly value: number;
  readonly revision?: number;
}

async function send(store: MemorySampleStore, requestId: string, readings: readonly Reading[]) {
  const dependencies = {
    store,
    reader: store,
    payloads: store,
    queue: store,
    uploads: store,
    meter: silentMeter,
    clock: { now: () => NOW_MS, sleep: async () => {} },
    randomness: { bytes: (count: number) => new Uint8Array(count) },
  };
  const samples = readings.map(({ startMs, ...rest }) => ({
    source: 'w',
    metric: 'heart_rate',
    unit: 'bpm',
    start: new Date(startMs).toISOString(),
    zoneOffsetMinutes: 0,
    ...rest,
  }));
  const body = Buffer.from(JSON.stringify({ requestId, sources: { w: { provider: 'polar' } }, samples }));
  const call = {
    scope,
    body,
    json: JSON.parse(body.toString()) as unknown,
    correlationId: 'c',
    nowMs: NOW_MS,
  };
  const first = await ingestSamples(dependencies, call);
  if (first.status !== 202) return JSON.parse(first.body) as { readonly counts: IngestCounts };
  for (const message of store.messages.splice(0)) await processQueued(dependencies, message, NOW_MS);
  return JSON.parse((await ingestSamples(dependencies, call)).body) as { readonly counts: IngestCounts };
}

const samplesOf = (store: MemorySampleStore) =>
  [...store.blocks.values()].flatMap(({ payload }) => decodeSamples(payload));

const secondOf = (second: number): Reading => ({
  startMs: DAY_MS + second * 1_000,
  recordId: `record-${second}`,
  value: 60 + (second % 40),
});

/** A fixed shuffle: 48,271 and 86,400 have no common factor. */
const scattered = (position: number): number => (position * 48_271) % 86_400;

test('ING12 a day at 1 Hz with record ids fits parts of at most 16 KB, whatever the order, and again changes nothing', async () => {
  const store = new MemorySampleStore();
  for (let from = 0; from < 86_400; from += 9_600) {
    const batch = Array.from({ length: 9_600 }, (_, position) => secondOf(scattered(from + position)));
    expect((await send(store, `r${from}`, batch)).counts).toMatchObject({ accepted: 9_600, duplicate: 0 });
  }
  const blocks = [...store.blocks.values()];
  expect(Math.max(...blocks.map(({ payload }) => payload.length))).toBeLessThanOrEqual(PART_MAX_BYTES);
  expect(blocks.length).toBeGreaterThan(100);
  expect(new Set(samplesOf(store).map(({ startMs }) => startMs)).size).toBe(86_400);
  expect(samplesOf(store)).toHaveLength(86_400);
  const [first] = blocks.filter(({ ref }) => ref.part === '');
  expect(first?.parts).toEqual(blocks.flatMap(({ ref }) => (ref.part === '' ? [] : [ref.part])).sort());

  const before = store.head?.seq;
  const replay = Array.from({ length: 500 }, (_, position) => secondOf(scattered(position)));
  expect((await send(store, 'replay', replay)).counts.duplicate).toBe(500);
  expect(store.head?.seq).toBe(before);

  const neighbours = Array.from({ length: 20 }, (_, second) => ({
    ...secondOf(50_000 + second),
    value: 130,
  }));
  await send(store, 'touch', neighbours);
  expect(store.commits.at(-1)?.advance?.blocks.length).toBeLessThanOrEqual(2);
}, 60_000);

test('ING12 samples that share one start are cut apart by record id', async () => {
  const store = new MemorySampleStore();
  const batch = Array.from({ length: 6_000 }, (_, at) => ({
    startMs: DAY_MS,
    recordId: `r${at}`,
    value: 60,
  }));
  expect((await send(store, 'a', batch)).counts.accepted).toBe(6_000);
  expect((await send(store, 'b', batch)).counts.duplicate).toBe(6_000);
  for (const { payload } of store.blocks.values()) expect(payload.length).toBeLessThanOrEqual(PART_MAX_BYTES);
  expect(samplesOf(store)).toHaveLength(6_000);
});

test('ING2 a record id that moves to another part of its bucket is still one sample, in either order', async () => {
  const filler = Array.from({ length: 2_000 }, (_, at) => ({ ...secondOf(at * 40), revision: 1 }));
  const moves = Array.from({ length: 50 }, (_, at) => ({
    ...secondOf((at * 1_640) % 80_000),
    startMs: DAY_MS + 86_000_000 - at * 977_000,
    revision: 2,
  }));
  const states: unknown[] = [];
  for (const order of [
    [filler, moves],
    [moves, filler],
    [filler.slice(1_000), moves, filler.slice(0, 1_000), filler],
  ]) {
    const store = new MemorySampleStore();
    for (const [turn, batch] of order.entries()) await send(store, `r${turn}`, batch);
    const samples = samplesOf(store);
    expect(new Set(samples.map(({ recordHash }) => recordHash)).size).toBe(samples.length);
    states.push(
      samples
        .map(({ seq: _, ...content }) => content)
        .sort((a, b) => a.startMs - b.startMs || (a.recordHash < b.recordHash ? -1 : 1)),
    );
  }
  expect(states[1]).toEqual(states[0]);
  expect(states[2]).toEqual(states[0]);
});

const datesOf = (block: StoredBlock | undefined): Map<string, string> => {
  const dates = new Map<string, string>();
  const samples = block === undefined ? [] : decodeSamples(block.payload);
  for (const { startMs, offsetMinutes, value, recordHash } of samples) {
    const date = localDateOf(startMs, offsetMinutes);
    dates.set(date, `${dates.get(date) ?? ''} ${startMs} ${value} ${recordHash}`);
  }
  return dates;
};

test('ING12 whatever moves a date of a block raises its day seq, cuts included, and no date is ever lost', async () => {
  const reading = fc.record({
    startMs: fc
      .integer({ min: 0, max: 3_000 })
      .map((at) => Date.parse('2026-11-01T00:00:00Z') + at * 600_000),
    recordId: fc.integer({ min: 0, max: 2_500 }).map((at) => `record-${at}`),
    value: fc.integer({ min: 50, max: 55 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(reading, { minLength: 200, maxLength: 499, size: 'max' }), {
        minLength: 3,
        maxLength: 4,
      }),
      async (batches) => {
        const store = new MemorySampleStore();
        for (const [turn, batch] of batches.entries()) {
          const before = new Map(store.blocks);
          await send(
            store,
            `r${turn}`,
            batch.map((each) => ({ ...each, metric: 'weight', unit: 'kg' })),
          );
          const seq = store.head?.seq ?? 0;
          for (const [key, block] of store.blocks) {
            const old = before.get(key);
            if (old === block) continue;
            const [was, is] = [datesOf(old), datesOf(block)];
            for (const date of new Set([...was.keys(), ...is.keys()]))
              if (was.get(date) !== is.get(date)) expect(block.daySeqs[date]).toBe(seq);
            for (const date of Object.keys(old?.daySeqs ?? {})) expect(block.daySeqs).toHaveProperty(date);
          }
        }
        const named = store.changes.flatMap((change) => (change.kind === 'samples' ? change.changes : []));
        expect([...store.blocks.values()].some(({ ref }) => ref.part !== '')).toBe(true);
        for (const block of store.blocks.values())
          for (const date of Object.keys(block.daySeqs))
            expect(
              named.some((change) => change.block === blockName(block.ref) && change.dates.includes(date)),
            ).toBe(true);
      },
    ),
    { seed: 20_261_121, numRuns: 6 },
  );
}, 60_000);

/** 500 readings of one month: 25 on each of the first 20 days, and `extra` more on the first. */
const monthOf = (extra: number): readonly Reading[] =>
  Array.from({ length: 500 + extra }, (_, at) => {
    const [day, minute] = at < 500 ? [Math.floor(at / 25), (at % 25) * 10] : [0, 300 + (at - 500)];
    const startMs = Date.parse('2026-11-01T00:00:00Z') + day * 86_400_000 + minute * 60_000;
    return { ...secondOf(at), startMs, metric: 'weight', unit: 'kg' };
  });

test('ING12 a cut raises the day seqs of the dates it moves, in the old part and in the new', async () => {
  const store = new MemorySampleStore();
  await send(store, 'month', monthOf(0));
  await send(store, 'more', monthOf(400).slice(500));
  const blocks = [...store.blocks.values()];
  const old = blocks.find(({ ref }) => ref.part === '');
  const moved = blocks.filter(({ ref }) => ref.part !== '').flatMap((block) => [...datesOf(block).keys()]);
  expect(moved.length).toBeGreaterThan(3);
  for (const date of moved) expect([date, old?.daySeqs[date]]).toEqual([date, 2]);
  for (const block of blocks)
    if (block.ref.part !== '') expect(new Set(Object.values(block.daySeqs))).toEqual(new Set([2]));
  const kept = [...datesOf(old).keys()].filter((date) => !moved.includes(date) && date !== '2026-11-01');
  for (const date of kept) expect([date, old?.daySeqs[date]]).toEqual([date, 1]);
});

/** Reads first parts as they were when it was made, next to a head and further parts of now. */
class StaleStore extends MemorySampleStore {
  readonly #stale: ReadonlyMap<string, StoredBlock>;
  #left = 1;

  constructor(now: MemorySampleStore, stale: ReadonlyMap<string, StoredBlock>) {
    super();
    this.head = now.head;
    for (const [key, block] of now.blocks) this.blocks.set(key, block);
    this.#stale = stale;
  }

  override async load(...call: Parameters<MemorySampleStore['load']>) {
    const loaded = await super.load(...call);
    if (this.#left === 0) return loaded;
    this.#left -= 1;
    const blocks = [...loaded.blocks].map(([key, block]) => [key, this.#stale.get(key) ?? block] as const);
    return { ...loaded, blocks: new Map(blocks) };
  }
}

test('ING15 a bucket that was cut while it was read is read again, and no sample lands in two parts', async () => {
  const calm = new MemorySampleStore();
  const readings = Array.from({ length: 1_000 }, (_, at) => secondOf(at * 80));
  await send(calm, 'first', readings);
  const stale = new Map(calm.blocks);
  const between = Array.from({ length: 400 }, (_, at) => secondOf(60_001 + at * 40));
  await send(calm, 'cut', between);
  expect(calm.blocks.size).toBeGreaterThan(stale.size);
  const store = new StaleStore(calm, stale);
  const corrections = between.map((each) => ({ ...each, value: 150 }));
  expect((await send(store, 'corrections', corrections)).counts).toMatchObject({ updated: 400, accepted: 0 });
  expect(samplesOf(store)).toHaveLength(1_400);
});

test('ING12 the text order of part names is the order of their bounds', () => {
  const bound: fc.Arbitrary<PartBound> = fc
    .record({
      startMs: fc.integer({ min: DAY_MS, max: DAY_MS + 3 }),
      recordHash: fc.oneof(fc.constant(0n), fc.bigInt({ min: 1n, max: 2n ** 64n - 1n })),
      duration: fc.integer({ min: 0, max: 100_000 }),
    })
    .map(({ startMs, recordHash, duration }) => ({ startMs, recordHash, endMs: startMs + duration }));
  fc.assert(
    fc.property(bound, bound, (left, right) => {
      const names = [partNameOf(DAY_MS, left), partNameOf(DAY_MS, right)] as const;
      expect(Math.sign(compareBounds(left, right))).toBe(
        names[0] === names[1] ? 0 : names[0] < names[1] ? -1 : 1,
      );
      expect(compareBounds(parsePartName(DAY_MS, names[0]), left)).toBe(0);
    }),
    { seed: 20_261_121, numRuns: 500 },
  );
});
