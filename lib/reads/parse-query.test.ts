import { expect, test } from 'vitest';
import { addDays, localDateOf } from '../core/instants.ts';
import { parseInstant } from './parse-query.ts';

test.each(['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59-18:00', '0000-01-01T00:00:00+18:00'])(
  'SRD3 the instant %s of a query stays where dates have four digits',
  (text) => {
    const { atMs, offsetMinutes } = parseInstant('from', text);
    expect(addDays(localDateOf(atMs, offsetMinutes), 1)).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  },
);

test('SRD3 an instant within what can be stored is taken as it is', () => {
  expect(parseInstant('from', '2026-11-21T13:00:00.250-05:00')).toEqual({
    atMs: 1_795_284_000_250,
    offsetMinutes: -300,
  });
});
