import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHistory, HISTORY_DAYS } from './history.ts';
import { everyone } from './people.ts';
import { addDays, localDate, localMs, offsetSec } from './zones.ts';

const DAY_MS = 86_400_000;
/** Years in which clocks change, in zones east and west. */
const startMs = fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2028-12-31') });
const people = everyone().filter(({ name }) => name !== 'newcomer');
const histories = fc
  .record({
    person: fc.constantFrom(...people),
    startMs,
    seed: fc.constantFrom('one', 'two'),
    recorded: fc.boolean(),
  })
  .map((options) => ({ ...options, history: createHistory(options) }));
const SETTINGS = { numRuns: 25, seed: 20261121 };

test('SIMP11 days follow each other without a gap or an overlap, whatever the clocks do', () => {
  fc.assert(
    fc.property(histories, ({ history, person }) => {
      for (let date = history.firstDate; date <= history.lastDate(); date = addDays(date, 1)) {
        const day = history.day(date);
        if (day === undefined) continue;
        expect([23, 24, 25, 23.5, 24.5]).toContain((day.endMs - day.startMs) / 3_600_000);
        expect([localDate(person.zone, day.startMs), localDate(person.zone, day.endMs - 1)]).toEqual([
          date,
          date,
        ]);
        expect(day.endMs).toBe(localMs(person.zone, addDays(date, 1), 0));
        expect(day.untilMs).toBeLessThanOrEqual(history.horizonMs());
      }
    }),
    SETTINGS,
  );
});

test('SIMP11 the minutes of a day add up to it, and none lies behind its end or the horizon', () => {
  fc.assert(
    fc.property(histories, ({ history }) => {
      for (const date of history.dates().slice(-5)) {
        const [day, minutes] = [history.day(date), history.minutes(date)];
        if (day === undefined || minutes === undefined) throw new Error(`no ${date}`);
        expect(minutes.steps.reduce((sum, steps) => sum + steps, 0)).toBe(day.steps);
        const last = minutes.heartRate.findLastIndex((beats) => beats > 0);
        expect(minutes.startMs + (last + 1) * 60_000).toBeLessThanOrEqual(day.untilMs);
      }
    }),
    SETTINGS,
  );
});

test('SIMP11 the stages of a night cover it from its start to its end', () => {
  fc.assert(
    fc.property(histories, ({ history, person }) => {
      const nights = history.sleeps();
      for (const night of nights) {
        expect(night.stages[0]?.startMs).toBe(night.startMs);
        expect(night.stages.at(-1)?.endMs).toBe(night.endMs);
        for (const [index, stage] of night.stages.entries())
          expect(stage.startMs).toBe(night.stages[index - 1]?.endMs ?? night.startMs);
        expect(night.date).toBe(localDate(person.zone, night.endMs));
      }
      expect(nights.filter(({ final }) => !final).length).toBeLessThanOrEqual(1);
      expect(new Set(nights.map(({ date }) => date)).size).toBe(nights.length);
    }),
    SETTINGS,
  );
});

test('SIMP7 what grows, is corrected or deleted changes that and nothing else', () => {
  fc.assert(
    fc.property(histories, fc.nat(), ({ history }, pick) => {
      const dates = history.dates();
      const date = dates[pick % dates.length] ?? '';
      const others = dates.filter((other) => other !== date).slice(0, 4);
      const before = others.map((other) => history.day(other));
      const grown = history.growDay(date);
      if (grown && grown.after.untilMs - grown.after.startMs > 3_600_000)
        expect(grown.after.steps).toBeGreaterThan(grown.before.steps);
      expect(others.map((other) => history.day(other))).toEqual(before);
      const nights = history.sleeps();
      const night = nights[pick % nights.length];
      if (night === undefined) return;
      const revised = history.reviseSleep(night.key);
      expect(revised?.after).toMatchObject({
        key: night.key,
        startMs: night.startMs,
        endMs: night.endMs + 360_000,
        final: true,
        version: 2,
      });
      history.deleteSleep(night.key);
      expect(history.sleeps().map(({ key }) => key)).toEqual(
        nights.map(({ key }) => key).filter((key) => key !== night.key),
      );
      expect(history.reviseSleep(night.key)).toBeUndefined();
    }),
    SETTINGS,
  );
});

test('SIMP11 a device that is read out later knows more, and the same of before', () => {
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 9 }), ({ history, startMs: beganMs }, days) => {
      const [nights, workouts] = [history.sleeps(), history.workouts()];
      const added = history.record(beganMs + days * DAY_MS, 2);
      expect(added).toHaveLength(2);
      const later = history.sleeps().slice(0, nights.length);
      expect(later.map(({ key, startMs: start, endMs }) => [key, start, endMs])).toEqual(
        nights.map(({ key, startMs: start, endMs }) => [key, start, endMs]),
      );
      const keys = history.workouts().map(({ key }) => key);
      for (const { key } of [...workouts, ...added]) expect(keys).toContain(key);
      expect(new Set(keys).size).toBe(keys.length);
      for (const { endMs } of history.workouts()) expect(endMs).toBeLessThanOrEqual(history.horizonMs());
    }),
    SETTINGS,
  );
});

test('SIMP11 the runner has recorded minutes where a cloud tells minutes', () => {
  const [person] = people;
  if (person === undefined) throw new Error('nobody runs');
  const options = { person, seed: 'one', startMs: Date.parse('2026-11-18T12:00:00Z') };
  const [recorded, made] = [
    createHistory({ ...options, recorded: true }),
    createHistory({ ...options, recorded: false }),
  ];
  const beats = (history: typeof made) => history.minutes('2026-11-16')?.heartRate ?? new Uint8Array();
  const measured = (values: Uint8Array) => values.filter((value) => value > 0).length;
  expect(measured(beats(made))).toBe(1440);
  expect(measured(beats(recorded))).toBe(850);
  expect(recorded.dates()).toHaveLength(HISTORY_DAYS + 1);
});

test('SIMP10 offsets are those of the zone, on both sides of a change', () => {
  const change = Date.parse('2026-10-25T01:00:00Z');
  expect([offsetSec('Europe/Berlin', change - 1), offsetSec('Europe/Berlin', change)]).toEqual([7200, 3600]);
  expect(offsetSec('Australia/Adelaide', change)).toBe(37_800);
  expect(localMs('Europe/Berlin', '2026-03-29', 150)).toBe(Date.parse('2026-03-29T01:30:00Z'));
});

test('SIMP7 what was told of a day that grew stays as it was when the horizon moves on', () => {
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 3 }), ({ history, startMs: atMs }, times) => {
      const date = history.lastDate();
      for (let time = 0; time < times; time += 1) history.growDay(date);
      const before = history.minutes(date);
      const measuredCount = Math.floor((history.horizonMs() - (before?.startMs ?? 0)) / 60_000);
      history.record(atMs + 2 * 3_600_000, 0);
      const after = history.minutes(date);
      expect(after === undefined).toBe(before === undefined);
      expect(after?.steps.slice(0, measuredCount)).toEqual(before?.steps.slice(0, measuredCount));
    }),
    SETTINGS,
  );
});
