import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Id, InstantField, LocalDateField, Numeric, optional } from './payload-fields.ts';
import {
  httpDateMs,
  instantOf,
  isoDurationSec,
  isoOfEpochSec,
  LATEST_EPOCH_SEC,
  namedOffsetMinutes,
  offsetMinutesOf,
  offsetMinutesOfSec,
  protoDurationSec,
} from './times.ts';

const SEED = { seed: 47, numRuns: 300 };
const two = (value: number): string => String(value).padStart(2, '0');

describe('times', () => {
  test('PRV6 offsets come back from every way of writing them', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_080, max: 1_080 }), (minutes) => {
        const [sign, absolute] = [minutes < 0 ? '-' : '+', Math.abs(minutes)];
        const [hours, rest] = [two(Math.floor(absolute / 60)), two(absolute % 60)];
        const ways = [`${sign}${hours}:${rest}`, `${sign}${hours}${rest}`, `${minutes * 60}s`];
        for (const text of ways) expect(offsetMinutesOf(text)).toBe(minutes);
        expect(offsetMinutesOfSec(minutes * 60)).toBe(minutes);
      }),
      SEED,
    );
    expect(offsetMinutesOf('Z')).toBe(0);
    expect(offsetMinutesOf('+02')).toBe(120);
  });

  test('PRV6 what is no offset is undefined', () => {
    for (const text of [
      '',
      '05:00',
      '+5',
      '+19:00',
      '-18:01',
      '+02:60',
      '90000s',
      '1e3s',
      'UTC',
      '+02:00x',
    ]) {
      expect([text, offsetMinutesOf(text)]).toEqual([text, undefined]);
    }
  });

  test('PRV6 seconds since 1970 come back from their ISO text, HTTP dates from their own', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LATEST_EPOCH_SEC }), (epochSec) => {
        expect(instantOf(isoOfEpochSec(epochSec))).toBe(epochSec * 1_000);
        expect(httpDateMs(new Date(epochSec * 1_000).toUTCString())).toBe(epochSec * 1_000);
      }),
      SEED,
    );
    for (const text of ['', 'Wed, 18 Foo 2026 08:00:00 GMT', '2026-11-18', 'Wed, 18 anF 2026 08:00:00 GMT']) {
      expect(httpDateMs(text)).toBeUndefined();
    }
  });

  test('PRV6 durations of ISO 8601 and of protobuf are read, and nothing else', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(30), fc.nat(70), fc.nat(70), (days, hours, minutes, seconds) => {
        const text = `P${days}DT${hours}H${minutes}M${seconds}.5S`;
        expect(isoDurationSec(text)).toBe(days * 86_400 + hours * 3_600 + minutes * 60 + seconds + 0.5);
      }),
      SEED,
    );
    expect(isoDurationSec('PT45M')).toBe(2_700);
    expect(isoDurationSec('P1D')).toBe(86_400);
    for (const text of ['P', 'PT', 'P1DT', 'P1M', 'P1Y', 'PT1', '1H', 'PT-1S']) {
      expect([text, isoDurationSec(text)]).toEqual([text, undefined]);
    }
    expect([protoDurationSec('7200s'), protoDurationSec('-1.5s'), protoDurationSec('7200')]).toEqual([
      7_200,
      -1.5,
      undefined,
    ]);
  });

  test('PRV6 an instant has an offset or Z; only a named offset tells the clock of the wearer', () => {
    expect(instantOf('2026-11-18T09:00:00+01:00')).toBe(Date.parse('2026-11-18T08:00:00Z'));
    expect(instantOf('2026-11-18T09:00:00')).toBeUndefined();
    expect(namedOffsetMinutes('2026-11-18T09:00:00+01:00')).toBe(60);
    expect(namedOffsetMinutes('2026-11-18T09:00:00Z')).toBeUndefined();
  });
});

describe('fields', () => {
  test('PRV6 numbers come as such or as decimal text', () => {
    expect(Numeric.parse('57')).toBe(57);
    expect(Numeric.parse(-1.5)).toBe(-1.5);
    for (const value of ['', ' 5', '0x10', '1e9', 'NaN', null, {}])
      expect(Numeric.safeParse(value).success).toBe(false);
  });

  test('PRV6 ids are text, whole numbers too; a number that lost digits is refused', () => {
    expect(Id.parse(9_007_199_254_740_991)).toBe('9007199254740991');
    expect(Id.parse('9875412')).toBe('9875412');
    expect(Id.safeParse(2 ** 60).success).toBe(false);
  });

  test('PRV6 dates exist, instants are instants, and null is absent', () => {
    expect(LocalDateField.safeParse('2025-02-29').success).toBe(false);
    expect(LocalDateField.parse('2024-02-29')).toBe('2024-02-29');
    expect(InstantField.safeParse('2026-11-18').success).toBe(false);
    expect(optional(Numeric).parse(null)).toBeUndefined();
    expect(optional(Numeric).safeParse('x').success).toBe(false);
  });
});
