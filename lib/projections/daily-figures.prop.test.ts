import fc from 'fast-check';
import { expect, test } from 'vitest';
import { metricOf } from '../../contracts/metrics/catalog.ts';
import { clockMs, dateOf, sampleAt, samplesOf, sourceNamed } from '../../test/support/sample-builders.ts';
import { localDateOf, MINUTE_MS } from '../core/instants.ts';
import type { Sample } from '../samples/model.ts';
import { bucketDays } from './bucket-figures.ts';
import { computeDailyFigures } from './daily-figures.ts';
import { groupByDate } from './decoded-blocks.ts';
import { foldFigures } from './period-figures.ts';
import { describeValues } from './statistics.ts';

const RUNS = { seed: 20_261_121, numRuns: 300 };
const DATE = dateOf('2026-11-20');
const DATES = ['2026-11-19', '2026-11-20', '2026-11-21'].map(dateOf);
const NAMES = ['watch', 'band', 'phone'] as const;
const sum = { aggregation: 'sum' } as const;

/** Times in steps of ten minutes around one date; 1,260 minutes is a total of the day. */
const sampleArbitrary: fc.Arbitrary<Sample> = fc
  .record({
    start: fc.integer({ min: -60, max: 60 }),
    length: fc.constantFrom(0, 1, 1, 2, 3, 7, 126),
    value: fc.integer({ min: 0, max: 50 }),
    offset: fc.constantFrom(0, 0, 60, -300),
    seq: fc.integer({ min: 1, max: 4 }),
    revision: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    record: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ start, length, value, offset, seq, revision, record }) => {
    const startMs = clockMs(DATE, '00:00') + start * 10 * MINUTE_MS;
    const more = { offsetMinutes: offset, seq, revision, recordHash: BigInt(record) };
    return sampleAt(startMs, startMs + length * 10 * MINUTE_MS, value, more);
  });

const sourcesArbitrary = fc
  .array(fc.array(sampleArbitrary, { maxLength: 6 }), { minLength: 1, maxLength: 3 })
  .map((lists) =>
    lists.map((samples, index) => ({
      source: sourceNamed(NAMES[index] ?? '', 'garmin'),
      samples: distinct(samples),
    })),
  );

/** A store holds one sample of each identity. */
function distinct(samples: readonly Sample[]): readonly Sample[] {
  return [...new Map(samples.map((one) => [`${one.startMs}/${one.endMs}/${one.recordHash}`, one])).values()];
}

type Sources = ReturnType<typeof samplesOf>[];
const touching = (sources: Sources, date: (typeof DATES)[number]) =>
  sources.map(({ source, samples }) => ({ source, samples: groupByDate(samples, sum).get(date) ?? [] }));

/** The oracle's arithmetic is exact: everything in 1,260ths of a unit, as no interval has more steps. */
const SCALE = 126n * 42n;

/** Slow and obvious: walks the date step by step of ten minutes and asks in each who counts. */
function oracleSum(sources: Sources, date: (typeof DATES)[number]): bigint {
  let total = 0n;
  const from = clockMs(dateOf('2026-11-18'), '00:00');
  const isOf = (sample: Sample, atMs: number) =>
    localDateOf(atMs as Sample['startMs'], sample.offsetMinutes) === date;
  const covers = (sample: Sample, atMs: number) =>
    sample.startMs <= atMs && atMs < sample.endMs && isOf(sample, atMs);
  const usable = sources.map(({ samples }) => withoutTotals(samples, covers, isOf, from));
  for (let step = 0; step < 5 * 144; step += 1) {
    const atMs = from + step * 10 * MINUTE_MS;
    for (const samples of usable) {
      const [winner] = samples.filter((sample) => covers(sample, atMs)).sort(newest);
      if (winner === undefined) continue;
      total +=
        (BigInt(winner.value) * SCALE * BigInt(10 * MINUTE_MS)) / BigInt(winner.endMs - winner.startMs);
      break;
    }
    usable.forEach((samples, rank) => {
      for (const instant of samples.filter((one) => one.endMs === one.startMs && one.startMs === atMs)) {
        if (!isOf(instant, atMs)) continue;
        const [own] = samples.filter((sample) => covers(sample, atMs)).sort(newest);
        const isHeld = usable
          .slice(0, rank)
          .some((higher) =>
            higher.some(
              (one) => covers(one, atMs) || (one.startMs === atMs && one.endMs === atMs && isOf(one, atMs)),
            ),
          );
        const isOld = own !== undefined && newest(own, instant) < 0;
        if (!isHeld && !isOld) total += BigInt(instant.value) * SCALE;
      }
    });
  }
  return total;
}

function withoutTotals(
  samples: readonly Sample[],
  covers: (sample: Sample, atMs: number) => boolean,
  isOf: (sample: Sample, atMs: number) => boolean,
  from: number,
): readonly Sample[] {
  const isTotal = (one: Sample) => one.endMs - one.startMs >= 20 * 60 * MINUTE_MS;
  const touches = (one: Sample, atMs: number) =>
    covers(one, atMs) || (one.startMs === one.endMs && one.startMs === atMs && isOf(one, atMs));
  const steps = Array.from({ length: 5 * 144 }, (_, step) => from + step * 10 * MINUTE_MS);
  return samples.filter(
    (one) =>
      !isTotal(one) ||
      !steps.some(
        (atMs) => covers(one, atMs) && samples.some((other) => !isTotal(other) && touches(other, atMs)),
      ),
  );
}

const newest = (left: Sample, right: Sample): number =>
  (right.revision ?? 0) - (left.revision ?? 0) ||
  right.seq - left.seq ||
  left.startMs - right.startMs ||
  left.endMs - right.endMs ||
  left.offsetMinutes - right.offsetMinutes ||
  Number(left.recordHash - right.recordHash) ||
  left.value - right.value;

test('SRC1 the sweep equals a walk through the day, step by step, in exact arithmetic', () => {
  fc.assert(
    fc.property(sourcesArbitrary, (sources) => {
      for (const date of DATES) {
        const figures = computeDailyFigures(sum, date, touching(sources, date));
        const wanted = Number(oracleSum(sources, date)) / Number(SCALE);
        expect(figures.sum ?? 0).toBeCloseTo(wanted, 8);
      }
    }),
    RUNS,
  );
});

test('SRC2 a total is at least the first source alone and at most the plain sum, and explains itself', () => {
  fc.assert(
    fc.property(sourcesArbitrary, (sources) => {
      const present = touching(sources, DATE);
      const { sum: total = 0, sources: told } = computeDailyFigures(sum, DATE, present);
      const alone = computeDailyFigures(sum, DATE, present.slice(0, 1)).sum ?? 0;
      const plain = told.reduce((all, source) => all + (source.sum ?? 0), 0);
      expect(total).toBeGreaterThanOrEqual(alone - 1e-9);
      expect(total).toBeLessThanOrEqual(plain + 1e-9);
      expect(told.reduce((all, { counted }) => all + counted, 0)).toBeCloseTo(total, 8);
      for (const source of told) expect(source.counted + source.setAside).toBeCloseTo(source.sum ?? 0, 8);
    }),
    RUNS,
  );
});

test('PRJ6 figures do not depend on the order of samples, to the last bit', () => {
  fc.assert(
    fc.property(sourcesArbitrary, fc.infiniteStream(fc.integer({ min: 0, max: 1_000 })), (sources, keys) => {
      const present = touching(sources, DATE);
      const shuffled = present.map(({ source, samples }) => ({
        source,
        samples: samples
          .map((sample) => ({ sample, key: keys.next().value ?? 0 }))
          .sort((left, right) => left.key - right.key)
          .map(({ sample }) => sample),
      }));
      for (const aggregation of ['sum', 'point', 'daily'] as const) {
        expect(computeDailyFigures({ aggregation }, DATE, shuffled)).toEqual(
          computeDailyFigures({ aggregation }, DATE, present),
        );
      }
    }),
    RUNS,
  );
});

test('SRC1 the buckets of all days add up to the sums of the days', () => {
  const steps = metricOf('steps');
  if (steps === undefined) throw new Error('no steps in the catalogue');
  fc.assert(
    fc.property(sourcesArbitrary, fc.constantFrom(1, 5, 15, 60), (sources, minutes) => {
      const dates = [...new Set(sources.flatMap(({ samples }) => [...groupByDate(samples, sum).keys()]))];
      const days = dates.map((date) => ({ date, sources: touching(sources, date) }));
      const buckets = bucketDays(steps, days, minutes * MINUTE_MS);
      const whole = days.reduce(
        (all, day) => all + (computeDailyFigures(sum, day.date, day.sources).sum ?? 0),
        0,
      );
      expect(buckets.reduce((all, { bucket }) => all + (bucket.sum ?? 0), 0)).toBeCloseTo(whole, 7);
    }),
    { ...RUNS, numRuns: 100 },
  );
});

test('PRJ3 folding days gives the mean and variance of all their values at once', () => {
  const value = fc.integer({ min: 30, max: 220 });
  fc.assert(
    fc.property(fc.array(fc.array(value, { maxLength: 8 }), { minLength: 1, maxLength: 5 }), (lists) => {
      const days = lists.map((values, day) => {
        const samples = values.map((one, index) => {
          const atMs = clockMs(DATE, '00:00') + (day * 24 * 60 + index) * MINUTE_MS;
          return sampleAt(atMs, atMs, one);
        });
        const date = localDateOf(
          (clockMs(DATE, '00:00') + day * 24 * 60 * MINUTE_MS) as Sample['startMs'],
          0,
        );
        return computeDailyFigures({ aggregation: 'point' }, date, [
          samplesOf(sourceNamed('watch', 'garmin'), ...samples),
        ]);
      });
      const folded = foldFigures(days);
      const wanted = describeValues(lists.flat());
      expect(folded).toMatchObject({ count: wanted.count, min: wanted.min, max: wanted.max });
      if (wanted.count === 0) return;
      expect(folded.mean).toBeCloseTo(wanted.mean ?? 0, 9);
      expect(folded.variance).toBeCloseTo(wanted.variance ?? 0, 7);
    }),
    RUNS,
  );
});
