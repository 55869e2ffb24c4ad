import { expect, test } from 'vitest';
import * as z from 'zod';
import { DecideDuplicatesRequest, SumWorkoutsQuery } from '../../../contracts/http/workouts.ts';
import { faultsOf } from './parse-json-body.ts';

const messagesOf = (schema: z.ZodType, value: unknown): readonly string[] => {
  const { error } = schema.safeParse(value);
  return error === undefined ? [] : faultsOf(error).map(({ message }) => message);
};

test('ING7 a refusal says what would be right, and nothing of what was sent', () => {
  expect(messagesOf(DecideDuplicatesRequest, { decision: 'kept_both' })).toEqual([
    'one of keep_both, primary, automatic',
  ]);
  expect(messagesOf(SumWorkoutsQuery, { from: '2026-11-01', to: 'x', by: 'sport' })).toEqual([
    'not in the format datetime, such as 2026-11-21T13:00:00Z',
    'not in the format datetime, such as 2026-11-21T13:00:00Z',
    'one of family, type',
  ]);
  const name = z.string().regex(/^[a-z]+$/, { error: 'small letters' });
  expect(messagesOf(name, 'SECRET')).toEqual(['small letters']);
  expect(messagesOf(z.string().regex(/^[a-z]+$/), 'SECRET')).toEqual(['not in the format regex']);
  expect(messagesOf(z.union([z.string(), z.number()]), true)).toEqual(['not of the documented shape']);
});
