import { expect, test } from 'vitest';
import { clockMs, dateOf, sampleAt, samplesOf, sourceNamed } from '../../test/support/sample-builders.ts';
import { HOUR_MS, MINUTE_MS } from '../core/instants.ts';
import type { Sample } from '../samples/model.ts';
import { computeDailyFigures, NO_FIGURES } from './daily-figures.ts';
import { groupByDate } from './decoded-blocks.ts';

const DATE = dateOf('2026-11-20');
const watch = sourceNamed('watch', 'garmin', 'watch');
const phone = sourceNamed('phone', 'apple_health', 'phone');
const point = { aggregation: 'point' } as const;
const reading = (time: string, value: number, more: Partial<Sample> = {}): Sample =>
  sampleAt(clockMs(DATE, time), clockMs(DATE, time), value, more);

test('SRC5 in each minute all readings of the first source that has any count', () => {
  const figures = computeDailyFigures(point, DATE, [
    samplesOf(
      watch,
      reading('08:00', 60),
      sampleAt(clockMs(DATE, '08:00') + 30_000, clockMs(DATE, '08:00') + 30_000, 62),
    ),
    samplesOf(phone, reading('08:00', 200), reading('08:01', 64)),
  ]);
  expect(figures).toMatchObject({ count: 3, mean: 62, min: 60, max: 64 });
  expect(figures.sum).toBeUndefined();
  expect(figures.sources[1]).toMatchObject({
    count: 2,
    counted: 1,
    setAside: 1,
    setAsideReason: 'lower_priority',
  });
});

test('SRC6 a daily value is the newest of the first source that has one', () => {
  const figures = computeDailyFigures({ aggregation: 'daily' }, DATE, [
    samplesOf(watch, reading('06:00', 50, { seq: 3 }), reading('07:00', 52, { seq: 5 })),
    samplesOf(phone, reading('06:00', 70, { seq: 9 })),
  ]);
  expect(figures).toMatchObject({ count: 1, mean: 52, variance: 0, coverage: 1 });
});

test('PRJ3 a date without living samples has null figures, never 0', () => {
  expect(computeDailyFigures(point, DATE, [])).toEqual(NO_FIGURES);
  expect(computeDailyFigures({ aggregation: 'sum' }, DATE, [samplesOf(watch)])).toEqual(NO_FIGURES);
});

test('PRJ3 the variance of large readings with small differences is exact', () => {
  const values = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16];
  const samples = values.map((value, index) => reading(`0${index}:00`, value));
  expect(computeDailyFigures(point, DATE, [samplesOf(watch, ...samples)]).variance).toBe(22.5);
});

/** One reading an hour through a whole local day, each with the offset that holds then. */
function hourly(startMs: number, hourCount: number, offsetAt: (hour: number) => number): readonly Sample[] {
  return Array.from({ length: hourCount }, (_, hour) => {
    const atMs = startMs + hour * HOUR_MS;
    return sampleAt(atMs, atMs, 60, { offsetMinutes: offsetAt(hour) });
  });
}

test.each([
  ['2016-03-13', 23, (hour: number) => (hour < 2 ? -300 : -240)],
  ['2016-11-06', 25, (hour: number) => (hour < 2 ? -240 : -300)],
  ['2016-07-01', 24, () => -240],
])('PRJ3 %s in New York has %i hours, and readings in each of them cover it', (text, hours, offsetAt) => {
  const date = dateOf(text);
  const samples = hourly(clockMs(date, '00:00', offsetAt(0)), hours, offsetAt);
  expect([...groupByDate(samples, point).keys()]).toEqual([date]);
  const whole = computeDailyFigures(point, date, [samplesOf(watch, ...samples)]);
  expect(whole).toMatchObject({ count: hours, coverage: 1 });
  const gap = samples.filter((_, hour) => hour !== 5);
  expect(computeDailyFigures(point, date, [samplesOf(watch, ...gap)]).coverage).toBeCloseTo(
    (hours - 1) / hours,
    12,
  );
});

test.each([
  ['2016-03-13', 23, (minute: number) => (minute < 120 ? -300 : -240)],
  ['2016-11-06', 25, (minute: number) => (minute < 120 ? -240 : -300)],
])('PRJ3 every minute of %s counts towards that date alone', (text, hours, offsetAt) => {
  const date = dateOf(text);
  const startMs = clockMs(date, '00:00', offsetAt(0));
  const samples = Array.from({ length: hours * 60 }, (_, minute) =>
    sampleAt(startMs + minute * MINUTE_MS, startMs + (minute + 1) * MINUTE_MS, 3, {
      offsetMinutes: offsetAt(minute),
    }),
  );
  expect([...groupByDate(samples, { aggregation: 'sum' }).keys()]).toEqual([date]);
  const figures = computeDailyFigures({ aggregation: 'sum' }, date, [samplesOf(watch, ...samples)]);
  expect(figures).toMatchObject({ count: hours * 60, sum: hours * 180, coverage: 1 });
});

test('PRJ3 a day of travel lasts from midnight on the first clock to midnight on the last', () => {
  const date = dateOf('2026-05-04');
  const offsetAt = (hour: number) => (hour < 10 ? -300 : 0);
  const samples = hourly(clockMs(date, '00:00', -300), 19, offsetAt);
  expect([...groupByDate(samples, point).keys()]).toEqual([date]);
  expect(computeDailyFigures(point, date, [samplesOf(watch, ...samples)])).toMatchObject({
    count: 19,
    coverage: 1,
  });
});
