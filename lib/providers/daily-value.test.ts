import { expect, test } from 'vitest';
import { type EpochMs, type LocalDate, parseLocalDate } from '../core/instants.ts';
import { dailyValue } from './daily-value.ts';

const NOW = 1_790_000_000_000 as EpochMs;
const on = (text: string): LocalDate => {
  const date = parseLocalDate(text);
  if (date === undefined) throw new Error(`no date ${text}`);
  return date;
};
const VALUE = { metric: 'steps', value: 8_000, unit: 'steps', recordId: 'dailies:1', source: {} };

test('PRV2 the day is the one of the zone, 23 hours long where clocks go forward, and 24 on its own clock where they go back', () => {
  const context = { timeZone: 'Europe/Berlin', nowMs: NOW };
  expect(dailyValue(on('2026-03-29'), context, VALUE)).toMatchObject({
    start: '2026-03-29T00:00:00',
    zoneOffsetMinutes: 60,
    end: '2026-03-30T00:00:00+02:00',
  });
  expect(dailyValue(on('2026-10-25'), context, VALUE)).toMatchObject({
    start: '2026-10-25T00:00:00',
    zoneOffsetMinutes: 120,
    end: '2026-10-26T00:00:00+02:00',
  });
});

test('PRV2 the offset that the provider gives goes before the zone', () => {
  const context = { timeZone: 'Europe/Berlin', nowMs: NOW };
  expect(dailyValue(on('2026-11-18'), context, { ...VALUE, zoneOffsetMinutes: -300 })).toMatchObject({
    zoneOffsetMinutes: -300,
    end: '2026-11-19T00:00:00-05:00',
  });
});

test('PRV2 without offset and zone, or in a zone that nobody knows, the day is the one of UTC', () => {
  for (const timeZone of [undefined, 'Middle/Earth']) {
    expect(dailyValue(on('2026-12-31'), { timeZone, nowMs: NOW }, { ...VALUE, revision: 3 })).toEqual({
      kind: 'sample',
      source: {},
      metric: 'steps',
      start: '2026-12-31T00:00:00',
      end: '2027-01-01T00:00:00+00:00',
      zoneOffsetMinutes: 0,
      value: 8_000,
      unit: 'steps',
      recordId: 'dailies:1',
      revision: 3,
    });
  }
});
