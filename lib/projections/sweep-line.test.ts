import { expect, test } from 'vitest';
import { clockMs, dateOf, sampleAt, samplesOf, sourceNamed } from '../../test/support/sample-builders.ts';
import type { Sample } from '../samples/model.ts';
import { computeDailyFigures } from './daily-figures.ts';
import type { SourceSamples } from './day-samples.ts';

const DATE = dateOf('2026-11-20');
const watch = sourceNamed('watch', 'garmin', 'watch');
const phone = sourceNamed('phone', 'apple_health', 'phone');
const between = (from: string, to: string, value: number, more: Partial<Sample> = {}): Sample =>
  sampleAt(clockMs(DATE, from), clockMs(DATE, to), value, more);
const figuresOf = (...sources: SourceSamples[]) => computeDailyFigures({ aggregation: 'sum' }, DATE, sources);

test('SRC1 in every moment the first source that covers it counts, and the rest is prorated by time', () => {
  const figures = figuresOf(
    samplesOf(watch, between('08:00', '08:20', 600), between('08:40', '09:00', 300)),
    samplesOf(phone, between('08:10', '08:50', 900)),
  );
  expect(figures.sum).toBe(1_350);
  expect(figures.sources).toMatchObject([
    { sourceId: 'watch', sum: 900, counted: 900, setAside: 0 },
    { sourceId: 'phone', sum: 900, counted: 450, setAside: 450, setAsideReason: 'lower_priority' },
  ]);
});

test('SRC1 a phone fills what a watch left out: steps are not lost because one device wins the day', () => {
  const figures = figuresOf(
    samplesOf(watch, between('08:00', '09:00', 4_157)),
    samplesOf(phone, between('10:00', '11:00', 9_922)),
  );
  expect(figures.sum).toBe(14_079);
});

test('SRC1 the order of priority decides who is set aside, not who gave more', () => {
  const one = samplesOf(watch, between('08:00', '09:00', 100));
  const other = samplesOf(phone, between('08:00', '09:00', 900));
  expect(figuresOf(one, other).sum).toBe(100);
  expect(figuresOf(other, one).sum).toBe(900);
});

test('SRC2 one source without overlaps keeps every value to the last bit', () => {
  const values = [0.1, 0.2, 0.3, 1e15, -1e15, 7];
  const samples = values.map((value, index) => between(`0${index}:00`, `0${index}:59`, value));
  const figures = figuresOf(samplesOf(watch, ...samples));
  expect(figures.count).toBe(6);
  expect(figures.sum).toBe(7.6);
  expect([figures.min, figures.max]).toEqual([-1e15, 1e15]);
});

test('SRC3 overlapping intervals of one source count once: the newest wins, the rest is prorated', () => {
  const old = between('08:00', '09:00', 600, { seq: 3 });
  const recent = between('08:30', '09:30', 500, { seq: 4 });
  const figures = figuresOf(samplesOf(watch, old, recent));
  expect(figures.sum).toBe(800);
  expect(figures.sources[0]).toMatchObject({ setAside: 300, setAsideReason: 'overlap_same_source' });
});

test('SRC3 a higher revision beats a higher seq, and any revision beats none', () => {
  const revised = between('08:00', '09:00', 600, { seq: 1, revision: 2 });
  const later = between('08:00', '09:00', 500, { seq: 9, revision: 1 });
  const plain = between('08:00', '09:00', 400, { seq: 99 });
  expect(figuresOf(samplesOf(watch, plain, later, revised)).sum).toBe(600);
});

test('SRC3 intraday records beat the total of the day, also where they leave gaps and however old they are', () => {
  const total = between('00:00', '24:00', 10_000, { seq: 9, revision: 7 });
  const morning = between('08:00', '09:00', 6_000);
  const evening = between('18:00', '19:00', 3_500);
  const figures = figuresOf(samplesOf(watch, total, morning, evening));
  expect(figures.sum).toBe(9_500);
  expect(figures.sources[0]).toMatchObject({ setAside: 10_000, setAsideReason: 'day_total_superseded' });
});

test('SRC3 a total of the day without intraday records counts, and covers the day for lower priorities', () => {
  const total = between('00:00', '24:00', 10_000);
  const figures = figuresOf(samplesOf(watch, total), samplesOf(phone, between('08:00', '09:00', 6_000)));
  expect(figures.sum).toBe(10_000);
  expect(figures.coverage).toBe(1);
});

test('SRC4 a record without duration counts whole, and takes no time from an interval', () => {
  const drink = between('08:10', '08:10', 250);
  const figures = figuresOf(samplesOf(watch, drink), samplesOf(phone, between('08:00', '09:00', 500)));
  expect(figures.sum).toBe(750);
});

test('SRC4 a record without duration is set aside where a source of higher priority covers its instant', () => {
  const interval = samplesOf(watch, between('08:00', '09:00', 500));
  expect(figuresOf(interval, samplesOf(phone, between('08:10', '08:10', 250))).sum).toBe(500);
  expect(figuresOf(interval, samplesOf(phone, between('09:00', '09:00', 250))).sum).toBe(750);
  const instant = samplesOf(watch, between('08:10', '08:10', 100));
  expect(figuresOf(instant, samplesOf(phone, between('08:10', '08:10', 250))).sum).toBe(100);
});

test('SRC4 two records of one source at one instant are two records', () => {
  const foods = [
    between('12:00', '12:00', 300, { recordHash: 1n }),
    between('12:00', '12:00', 450, { recordHash: 2n }),
  ];
  expect(figuresOf(samplesOf(phone, ...foods)).sum).toBe(750);
});

test('ING14 an interval across local midnight is divided there in proportion to time', () => {
  const sample = sampleAt(clockMs(DATE, '23:45', -300), clockMs(DATE, '24:15', -300), 300, {
    offsetMinutes: -300,
  });
  const of = (date: string) =>
    computeDailyFigures({ aggregation: 'sum' }, dateOf(date), [samplesOf(watch, sample)]).sum;
  expect([of('2026-11-20'), of('2026-11-21')]).toEqual([150, 150]);
});
