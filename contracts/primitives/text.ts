import * as z from 'zod';

/**
 * One line of 1 to `maxLength` characters, without control characters, and without lone surrogates: stores
 * refuse them or keep another character in their place, so that two texts would become one.
 */
export const lineOf = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not hold control characters or lone surrogates');

/** An id as answers show it; the parsers of ids.ts are for requests. */
export const idText = (prefix: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`))
    .meta({ example: `${prefix}_01kah3v5w8f0xq9d3m7t2c6e4r` });
