import * as z from 'zod';
import { type LocalDate, parseLocalDate } from '../core/instants.ts';
import { instantOf, LATEST_EPOCH_SEC } from './times.ts';

/** What the fields of provider payloads are read with. Each takes what the providers are known to send. */

const NUMERIC = /^-?\d{1,18}(?:\.\d{1,12})?$/;

/** A number, or its decimal text: Google writes int64 as strings, others do so now and then. */
export const Numeric = z.union([
  z.number(),
  z
    .string()
    .regex(NUMERIC, 'expected a number as text')
    .transform((text) => Number(text)),
]);

/** An id that is a number at one provider and text at another, as text. Numbers past 2^53 come as text or not at all. */
export const Id = z.union([z.string().min(1).max(256), z.int().transform((id) => String(id))]);

/** Seconds since 1970, up to 2100. */
export const EpochSecField = Numeric.refine((sec) => sec >= 0 && sec <= LATEST_EPOCH_SEC, 'out of range');

/** `2026-11-18`, a day that exists, from 1970 to 2099: the day after it has a name of the same form. */
export const LocalDateField = z
  .string()
  .max(10)
  .transform((text, context): LocalDate => {
    const date = parseLocalDate(text);
    if (date !== undefined && date >= '1970-01-01' && date < '2100-01-01') return date;
    context.addIssue({ code: 'custom', message: 'expected a date' });
    return z.NEVER;
  });

/** ISO text with `Z` or an offset, kept as sent. */
export const InstantField = z
  .string()
  .max(40)
  .refine((text) => instantOf(text) !== undefined, 'expected an instant');

/** Free text of which only the beginning is of use: names, models, titles. */
export const shortText = (maxLength: number) => z.string().transform((text) => text.slice(0, maxLength));

/** A field that may be absent, null or empty text: undefined then. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === null || value === '' ? undefined : value), schema.optional());
