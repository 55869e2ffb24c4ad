import * as z from 'zod';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../limits.ts';

/** How the API description shows a number of a query: without the pattern of its text. */
export const asInteger =
  (min: number, max: number, standard?: number) =>
  ({ jsonSchema }: { jsonSchema: object }): void => {
    for (const name of ['pattern', 'type']) Reflect.deleteProperty(jsonSchema, name);
    const limits = { type: 'integer', minimum: min, maximum: max };
    Object.assign(jsonSchema, limits, standard === undefined ? {} : { default: standard });
  };

/** A whole number as a query writes it: digits alone, no sign, no exponent, no spaces. */
export const countText = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .meta({ override: asInteger(min, max) });

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
    override: asInteger(1, MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE),
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
  .meta({
    override: ({ jsonSchema }: { jsonSchema: object }) => {
      Reflect.deleteProperty(jsonSchema, 'enum');
      Object.assign(jsonSchema, { type: 'boolean', default: false });
    },
  });
