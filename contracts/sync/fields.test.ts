import { expect, test } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { day, instant } from './fields.ts';

test('days and instants are those of zod, here and in the published description', () => {
  const described = (schema: z.core.$ZodType) => z.toJSONSchema(schema);
  expect(described(day().schema)).toEqual(described(mini.iso.date()));
  expect(described(instant().schema)).toEqual(
    described(mini.iso.datetime({ offset: true }).check(mini.maxLength(40))),
  );
  const texts = [
    '2024-02-29',
    '2023-02-29',
    '2026-11-21T13:00:00Z',
    '2026-11-21T13:00:00+01:00',
    '2026-11-21T13:00',
    '',
  ];
  for (const text of texts) {
    expect(day().schema.safeParse(text).success).toBe(mini.iso.date().safeParse(text).success);
    expect(instant().schema.safeParse(text).success).toBe(
      mini.iso.datetime({ offset: true }).safeParse(text).success,
    );
  }
});
