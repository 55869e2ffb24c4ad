import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseIsoTime } from './iso-time.ts';

const SEED = { seed: 20_261_121, numRuns: 1_000 };

test('ING7 every instant reads as Date.parse reads it', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
      (date) => {
        expect(parseIsoTime(date.toISOString())).toStrictEqual({ wallMs: date.getTime(), offset: 'utc' });
      },
    ),
    SEED,
  );
});

test('ING7 offsets are read in every ISO form', () => {
  const wallMs = Date.parse('2024-02-29T23:59:00Z');
  expect(parseIsoTime('2024-02-29T23:59+05:30')).toStrictEqual({ wallMs, offset: 330 });
  expect(parseIsoTime('2024-02-29T23:59-0430')).toStrictEqual({ wallMs, offset: -270 });
  expect(parseIsoTime('2024-02-29T23:59+14')).toStrictEqual({ wallMs, offset: 840 });
  expect(parseIsoTime('2024-02-29T23:59+00:00')).toStrictEqual({ wallMs, offset: 0 });
  expect(parseIsoTime('2024-02-29T23:59-00:00')).toStrictEqual({ wallMs, offset: 'utc' });
  expect(parseIsoTime('2024-02-29T23:59')).toStrictEqual({ wallMs, offset: 'none' });
  expect(parseIsoTime('2024-02-29t23:59:00.1239999z')).toStrictEqual({ wallMs: wallMs + 123, offset: 'utc' });
});

test.each([
  '2023-02-29T00:00:00Z',
  '2024-13-01T00:00:00Z',
  '2024-04-31T00:00:00Z',
  '2024-00-10T00:00:00Z',
  '2024-01-01T24:00:00Z',
  '2024-01-01T23:60:00Z',
  '2024-01-01T23:59:60Z',
  '2024-01-01 10:00:00Z',
  '2024-01-01',
  '2024-01-01T10',
  '2024-01-01T10:00:00.Z',
  '2024-01-01T10:00:00.1234567890Z',
  '2024-01-01T10:00:00+19:00',
  '2024-01-01T10:00:00+05:60',
  '2024-01-01T10:00:00+05:',
  '2024-01-01T10:00:00+5',
  '2024-01-01T10:00:00+05:3',
  '2024-01-01T10:00:00Zjunk',
  '20240101T100000Z',
  '',
  'now',
])('ING7 "%s" is not a time', (text) => {
  expect(parseIsoTime(text)).toBeUndefined();
});

test('ING7 any text is a time or is not, without throwing', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      const time = parseIsoTime(`2024-05-06T07:08:09${text}`);
      expect(time === undefined || Number.isInteger(time.wallMs)).toBe(true);
    }),
    SEED,
  );
});
