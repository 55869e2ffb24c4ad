import { describe, expect, test } from 'vitest';
import { type EpochMs, toIso } from './instants.ts';
import { isTimeZone, offsetMinutesAt, resolveWallClock } from './zones.ts';

const wall = (text: string) => Date.parse(`${text}Z`);
const resolved = (zone: string, text: string) => {
  const { instantMs, offsetMinutes } = resolveWallClock(zone, wall(text));
  return [toIso(instantMs), offsetMinutes];
};

describe('zones', () => {
  test('ING14 an IANA name is a zone, an offset or nonsense is not', () => {
    expect(['Europe/Berlin', 'UTC', 'Asia/Kathmandu'].map(isTimeZone)).toEqual([true, true, true]);
    expect(['+02:00', '', 'Mars/Olympus'].map(isTimeZone)).toEqual([false, false, false]);
  });

  test('ING14 offsets follow the season and keep odd minutes', () => {
    expect(offsetMinutesAt('America/New_York', Date.parse('2016-03-13T06:59:59Z') as EpochMs)).toBe(-300);
    expect(offsetMinutesAt('America/New_York', Date.parse('2016-03-13T07:00:00Z') as EpochMs)).toBe(-240);
    expect(offsetMinutesAt('Asia/Kathmandu', Date.parse('2026-01-01T00:00:00Z') as EpochMs)).toBe(345);
  });

  test('ING14 a wall clock reading becomes its instant', () => {
    expect(resolved('America/New_York', '2016-04-02T09:49:00')).toEqual(['2016-04-02T13:49:00.000Z', -240]);
    expect(resolved('UTC', '2016-04-02T09:49:00')).toEqual(['2016-04-02T09:49:00.000Z', 0]);
  });

  test('ING14 a reading inside the spring gap counts on from before it', () => {
    expect(resolved('America/New_York', '2016-03-13T02:30:00')).toEqual(['2016-03-13T07:30:00.000Z', -240]);
  });

  test('ING14 a reading that happens twice is the earlier one', () => {
    expect(resolved('America/New_York', '2016-11-06T01:30:00')).toEqual(['2016-11-06T05:30:00.000Z', -240]);
  });
});
