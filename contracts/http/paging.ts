import * as z from 'zod';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../limits.ts';

/** A whole number as a query writes it: digits alone, no sign, no exponent, no spaces. */
export const countText = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .meta({ override: { type: 'integer', minimum: min, maximum: max } });

/** Opaque: made by the answer before, good for the same query only. */
export const Cursor = z
  .string()
  .min(1)
  .max(2_000)
  .meta({ description: 'nextCursor of the page before; good for the same query only' });

export const PageLimit = countText(1, MAX_PAGE_SIZE)
  .default(DEFAULT_PAGE_SIZE)
  .meta({
    description: 'Entries on a page, at most',
    override: { type: 'integer', minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE },
  });

/** Null on the last page. */
export const NextCursor = z.string().nullable().meta({ description: 'Null on the last page' });

export const PageQuery = z.object({ limit: PageLimit, cursor: Cursor.optional() });
export type PageQuery = z.infer<typeof PageQuery>;

/** `true` or `false`, as a query writes it. */
export const Flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')
  .meta({ override: { type: 'boolean', default: false } });
