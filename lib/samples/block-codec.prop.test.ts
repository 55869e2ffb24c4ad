import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EpochMs } from '../core/instants.ts';
import { decodeSamples, encodeSamples } from './block-codec.ts';
import { CorruptBlockError } from './codec/byte-reader.ts';
import type { Sample } from './model.ts';

const SEED = { seed: 20_261_121, numRuns: 200 };

const decimal = fc
  .tuple(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: 0, max: 9 }))
  .map(([integer, digits]) => integer / 10 ** digits + 0);
const anyValue = fc.double({ noNaN: true, noDefaultInfinity: true });

const sampleOf = (value: fc.Arbitrary<number>): fc.Arbitrary<Sample> =>
  fc.record(
    {
      startMs: fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 }).map((ms) => ms as EpochMs),
      endMs: fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 }).map((ms) => ms as EpochMs),
      value,
      offsetMinutes: fc.integer({ min: -1_080, max: 1_080 }),
      recordHash: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      revision: fc.option(fc.maxSafeInteger(), { nil: undefined }),
      seq: fc.nat(),
      deletedAtMs: fc.option(
        fc.nat().map((ms) => ms as EpochMs),
        { nil: undefined },
      ),
    },
    { noNullPrototype: true },
  );
const samplesArbitrary = fc.oneof(
  fc.array(sampleOf(fc.integer({ min: -50, max: 200 }))),
  fc.array(sampleOf(decimal)),
  fc.array(sampleOf(anyValue)),
);

test('ING1 a block gives back every column exactly as it was stored', () => {
  fc.assert(
    fc.property(samplesArbitrary, (samples) => {
      const payload = encodeSamples(samples);
      expect(decodeSamples(payload)).toStrictEqual(samples);
      expect(decodeSamples(Buffer.from(payload))).toStrictEqual(samples);
    }),
    SEED,
  );
});

test('ING1 damaged bytes are refused by name, whatever byte is hurt or lost', () => {
  fc.assert(
    fc.property(samplesArbitrary, fc.nat(), fc.integer({ min: 1, max: 255 }), (samples, at, flip) => {
      const payload = encodeSamples(samples);
      const hurt = Uint8Array.from(payload);
      hurt[at % hurt.length] = (hurt[at % hurt.length] ?? 0) ^ flip;
      expect(() => decodeSamples(hurt)).toThrow(CorruptBlockError);
      expect(() => decodeSamples(payload.subarray(0, at % payload.length))).toThrow(CorruptBlockError);
    }),
    SEED,
  );
});

test('ING1 bytes that are no block at all are refused by name', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => decodeSamples(bytes)).toThrow(CorruptBlockError);
    }),
    SEED,
  );
});

function realMinutes(): readonly (readonly string[])[] {
  const csv = gunzipSync(readFileSync('test/data/fitabase/minute-heart-rate-steps.csv.gz')).toString();
  return csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

function bytesPerSample(column: number, withRecordIds: boolean): number {
  const days = new Map<string, Sample[]>();
  for (const cells of realMinutes()) {
    const startMs = Date.parse(`${cells[1]}Z`) as EpochMs;
    const day = `${cells[0]} ${cells[1]?.slice(0, 10)}`;
    const samples = days.get(day) ?? [];
    days.set(day, samples);
    samples.push({
      startMs,
      endMs: startMs,
      value: Number(cells[column]),
      offsetMinutes: -240,
      recordHash: withRecordIds ? BigInt.asUintN(64, BigInt(startMs) * 0x9e37_79b9_7f4a_7c15n) : 0n,
      revision: undefined,
      seq: 1 + Math.floor(samples.length / 250),
      deletedAtMs: undefined,
    });
  }
  let bytes = 0;
  let count = 0;
  for (const samples of days.values()) {
    bytes += encodeSamples(samples).length;
    count += samples.length;
  }
  return bytes / count;
}

test('ING12 real minutes take at most 2 bytes a sample, and 10 with record ids', () => {
  const sizes = [2, 4].flatMap((column) => [bytesPerSample(column, false), bytesPerSample(column, true)]);
  const [heartRate = 99, heartRateWithIds = 99, steps = 99, stepsWithIds = 99] = sizes;
  expect(heartRate).toBeLessThan(2);
  expect(steps).toBeLessThan(2);
  expect(heartRateWithIds).toBeLessThan(10);
  expect(stepsWithIds).toBeLessThan(10);
});
