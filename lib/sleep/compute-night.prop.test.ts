import fc from 'fast-check';
import { expect, test } from 'vitest';
import { iso } from '../../test/support/night-world.ts';
import { nightOf, sourceOf } from '../../test/support/sleep-builders.ts';
import { DAY_MS, type EpochMs, type LocalDate, localDateOf, MINUTE_MS } from '../core/instants.ts';
import { NO_NIGHT } from './compute-night.ts';
import type { MainFigures, SleepSession, SleepStage, SourceSleep, StageSample, StageTimes } from './model.ts';
import { inputDatesOf } from './night-fingerprint.ts';

const seeded = { seed: 20_261_120, numRuns: 250 };
const D = '2026-11-20' as LocalDate;
/** 2026-11-18T00:00Z: the inputs of the night are four days from here. */
const FROM_MS = Date.parse('2026-11-18T00:00:00Z');
const STAGES: readonly SleepStage[] = ['in_bed', 'awake', 'light', 'deep', 'rem', 'asleep', 'out_of_bed'];
const SOURCES = [sourceOf('apple_health', 'watch'), sourceOf('oura', 'ring'), sourceOf('fitbit', 'phone')];

const span = (maxMin: number) =>
  fc.tuple(fc.integer({ min: 0, max: 4 * 1_440 - 1 }), fc.integer({ min: 1, max: maxMin }));
const sample = fc
  .tuple(span(400), fc.constantFrom(...STAGES))
  .map(([[start, length], stage]): StageSample => {
    const startMs = FROM_MS + start * MINUTE_MS;
    return { startMs, endMs: startMs + length * MINUTE_MS, stage, offsetMinutes: 0 };
  });
const told = fc.option(fc.integer({ min: 0, max: 700 }), { nil: undefined });
const session = fc
  .tuple(
    span(900),
    fc.boolean(),
    fc.tuple(told, told, told, told, told, told),
    fc.array(sample, { maxLength: 4 }),
  )
  .map(
    ([
      [start, length],
      isNap,
      [asleepMin, deepMin, lightMin, remMin, awakeMin, inBedMin],
      inside,
    ]): SleepSession => {
      const startMs = FROM_MS + start * MINUTE_MS;
      const endMs = startMs + length * MINUTE_MS;
      const totals = { asleepMin, deepMin, lightMin, remMin, awakeMin, inBedMin };
      return {
        recordId: `${start}-${length}-${isNap}-${JSON.stringify(totals)}`,
        startMs,
        endMs,
        offsetMinutes: 0,
        date: localDateOf(endMs as EpochMs, 0),
        isNap,
        stages: inside
          .map((part) => ({
            stage: part.stage,
            startMs: Math.max(part.startMs, startMs),
            endMs: Math.min(part.endMs, endMs),
          }))
          .filter((part) => part.endMs > part.startMs),
        totals: Object.fromEntries(Object.entries(totals).filter(([, value]) => value !== undefined)),
      };
    },
  );
const world = fc
  .tuple(
    ...SOURCES.map(() => fc.tuple(fc.array(sample, { maxLength: 10 }), fc.array(session, { maxLength: 3 }))),
  )
  .map((all) =>
    all.map(([samples, sessions], index): SourceSleep => {
      const [first = sourceOf('none')] = SOURCES.slice(index);
      return {
        source: first,
        samples: withinInputs(samples),
        sessions: sessions.filter(({ date }) => inputDatesOf(D).includes(date)),
      };
    }),
  );

const withinInputs = (samples: readonly StageSample[]): readonly StageSample[] =>
  samples.filter(({ startMs }) => inputDatesOf(D).includes(localDateOf(startMs as EpochMs, 0)));

const timesOf = ({ rem, deep, light, unspecified, awake }: StageTimes): number =>
  [rem, deep, light, unspecified, awake].reduce<number>((sum, ms) => sum + (ms ?? 0), 0);

test('SLP1 the order in which sources, samples and sessions came, and what came twice, do not matter', () => {
  fc.assert(
    fc.property(world, fc.infiniteStream(fc.nat()), (sources, picks) => {
      const shuffled = <Item>(items: readonly Item[]): Item[] =>
        items
          .map((item) => ({ item, key: picks.next().value ?? 0 }))
          .sort((left, right) => left.key - right.key)
          .map(({ item }) => item);
      const again = shuffled(sources).map(({ source, samples, sessions }) => ({
        source,
        samples: shuffled([...samples, ...samples.slice(0, 2)]),
        sessions: shuffled([...new Map(sessions.map((each) => [each.recordId, each])).values()]),
      }));
      const first = sources.map((one) => ({
        ...one,
        sessions: [...new Map(one.sessions.map((each) => [each.recordId, each])).values()],
      }));
      expect(nightOf(D, again)).toEqual(nightOf(D, first));
    }),
    seeded,
  );
});

test('SLP6 minutes of stages never exceed the time in bed, nor the time asleep its sleep', () => {
  fc.assert(
    fc.property(world, (sources) => {
      const { main } = nightOf(D, sources).figures;
      if (main === null) return;
      if (main.bed !== null) {
        expect(timesOf(main.times)).toBeLessThanOrEqual(main.bed.lengthMs);
        expect(main.totalMs ?? 0).toBeLessThanOrEqual(main.bed.lengthMs);
        expect(main.bed.lengthMs).toBeLessThanOrEqual(main.bed.endMs - main.bed.startMs);
      }
      expect(main.coverage).toBeLessThanOrEqual(1);
      expect(timesOf({ ...main.times, awake: null })).toBeLessThanOrEqual(DAY_MS);
    }),
    seeded,
  );
});

test('SLP1 samples moved by days and a zone are the same night of another date', () => {
  const zone = fc.integer({ min: -48, max: 56 }).map((quarters) => quarters * 15);
  const stages = fc.array(sample, { minLength: 1, maxLength: 12 }).map(withinInputs);
  fc.assert(
    fc.property(stages, zone, (samples, offsetMinutes) => {
      const [source = sourceOf('none')] = SOURCES;
      const here = nightOf(D, [{ source, samples, sessions: [] }]).figures;
      const byMs = offsetMinutes * MINUTE_MS;
      const moved = samples.map((each) => ({
        ...each,
        startMs: each.startMs - byMs,
        endMs: each.endMs - byMs,
        offsetMinutes,
      }));
      const there = nightOf(D, [{ source, samples: moved, sessions: [] }]).figures;
      const ofMain = (main: MainFigures | null, shiftMs: number) =>
        main === null
          ? null
          : [main.totalMs, main.times, iso((main.asleep?.startMs ?? 0) + shiftMs), main.latencyMs];
      expect(ofMain(there.main, there.main?.asleep ? byMs : 0)).toEqual(ofMain(here.main, 0));
      expect(there.naps.map(({ totalMs }) => totalMs)).toEqual(here.naps.map(({ totalMs }) => totalMs));
    }),
    seeded,
  );
});

test('SLP7 a nap never adds to the night: with it or without, the night is the same', () => {
  const nap = fc
    .tuple(fc.integer({ min: 11 * 60, max: 17 * 60 }), fc.integer({ min: 10, max: 90 }))
    .map(([start, length]): StageSample => {
      const startMs = Date.parse(`${D}T00:00:00Z`) + start * MINUTE_MS;
      return { startMs, endMs: startMs + length * MINUTE_MS, stage: 'light', offsetMinutes: 0 };
    });
  const nightMs = Date.parse('2026-11-19T22:00:00Z');
  const sleep = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 5, max: 100 }), fc.constantFrom(...STAGES)),
    { minLength: 1, maxLength: 10 },
  );
  fc.assert(
    fc.property(sleep, nap, (parts, extra) => {
      const [source = sourceOf('none')] = SOURCES;
      const samples = parts.map(([start, length, stage]): StageSample => {
        const startMs = nightMs + start * MINUTE_MS;
        return { startMs, endMs: startMs + length * MINUTE_MS, stage, offsetMinutes: 0 };
      });
      const without = nightOf(D, [{ source, samples, sessions: [] }]).figures;
      const withNap = nightOf(D, [{ source, samples: [...samples, extra], sessions: [] }]).figures;
      expect(withNap.main?.totalMs).toEqual(without.main?.totalMs);
      expect(withNap.main?.asleep).toEqual(without.main?.asleep);
      expect(withNap.naps).toHaveLength(without.naps.length + 1);
    }),
    seeded,
  );
});

test('SLP8 whatever the hours, and however the sources differ by minutes, each sleep counts once and on one date', () => {
  const minute = fc.integer({ min: -20, max: 20 });
  const sleeps = fc.array(
    fc.record({
      gapMin: fc.integer({ min: 120, max: 1_200 }),
      lengthMin: fc.integer({ min: 45, max: 660 }),
      told: fc.array(fc.tuple(minute, minute), { minLength: 1, maxLength: SOURCES.length }),
      isStaged: fc.boolean(),
      isNap: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  );
  const readOn = (date: LocalDate, sources: readonly SourceSleep[]) =>
    nightOf(
      date,
      sources.map(({ source, samples, sessions }) => ({
        source,
        samples: samples.filter(({ startMs }) =>
          inputDatesOf(date).includes(localDateOf(startMs as EpochMs, 0)),
        ),
        sessions: sessions.filter((each) => inputDatesOf(date).includes(each.date)),
      })),
    ).figures;
  fc.assert(
    fc.property(sleeps, (list) => {
      let clockMs = FROM_MS;
      const truth = list.map((each) => {
        const startMs = clockMs + each.gapMin * MINUTE_MS;
        clockMs = startMs + each.lengthMin * MINUTE_MS;
        return { ...each, startMs, endMs: clockMs };
      });
      const sources = SOURCES.map((source, index): SourceSleep => {
        const spans = truth.flatMap(({ told, startMs, endMs, ...rest }) => {
          const [from, to] = told[index] ?? [];
          if (from === undefined || to === undefined) return [];
          return { ...rest, startMs: startMs + from * MINUTE_MS, endMs: endMs + to * MINUTE_MS };
        });
        return {
          source,
          samples: spans
            .filter(({ isStaged }) => isStaged)
            .map(({ startMs, endMs }) => ({ startMs, endMs, stage: 'asleep', offsetMinutes: 0 })),
          sessions: spans
            .filter(({ isStaged }) => !isStaged)
            .map(({ startMs, endMs, isNap }) => ({
              recordId: `${startMs}`,
              startMs,
              endMs,
              offsetMinutes: 0,
              date: localDateOf(endMs as EpochMs, 0),
              isNap,
              stages: [],
              totals: { asleepMin: (endMs - startMs) / MINUTE_MS },
            })),
        };
      });
      const dates = Array.from({ length: 10 }, (_, day) =>
        localDateOf((FROM_MS + (day - 1) * DAY_MS) as EpochMs, 0),
      );
      const counted = dates.flatMap((date) => {
        const { main, naps } = readOn(date, sources);
        return [...(main?.asleep ? [main.asleep] : []), ...naps];
      });
      const found = truth.map(
        ({ startMs, endMs }) => counted.filter((one) => one.startMs < endMs && startMs < one.endMs).length,
      );
      expect(found).toEqual(truth.map(() => 1));
      expect(counted).toHaveLength(truth.length);
    }),
    seeded,
  );
});

test('SLP6 nothing told is null and never 0', () => {
  expect(nightOf(D, []).figures).toEqual(NO_NIGHT);
  fc.assert(
    fc.property(world, (sources) => {
      const { main } = nightOf(D, sources).figures;
      if (main === null) return;
      const mine = sources.find(({ source }) => source.sourceId === main.sourceId);
      const saysRem =
        mine?.samples.some(({ stage }) => stage === 'rem') === true ||
        mine?.sessions.some(
          ({ stages, totals }) => totals.remMin !== undefined || stages.some(({ stage }) => stage === 'rem'),
        );
      if (saysRem !== true) expect(main.times.rem).toBeNull();
    }),
    seeded,
  );
});
