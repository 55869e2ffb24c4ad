import * as z from 'zod/mini';
import type { FieldDefinition, ReferenceDefinition } from './entity.ts';

/** How the fields of entities are declared. Every text, list and object has its bound. */

const LAST_WRITE = { kind: 'last_write_wins' } as const;
const NAME_LENGTH = 200;
const NOTE_LENGTH = 10_000;

/**
 * The patterns of `z.iso.date` and `z.iso.datetime`, letter for letter: to name these would bring every ISO format
 * of zod into the client.
 */
const CALENDAR = String.raw`(?:(?:\d\d[2468][048]|\d\d[13579][26]|\d\d0[48]|[02468][048]00|[13579][26]00)-02-29|\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|(?:02)-(?:0[1-9]|1\d|2[0-8])))`;
const DAY = new RegExp(`^${CALENDAR}$`);
const INSTANT = new RegExp(
  String.raw`^${CALENDAR}T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|([+-](?:[01]\d|2[0-3]):[0-5]\d)))$`,
);

type Field = Omit<FieldDefinition, 'required'>;

/** A scalar; the last write of the field wins. */
export const latest = (schema: z.ZodMiniType): Field => ({ schema, policy: LAST_WRITE });
export const required = (field: Field): FieldDefinition => ({ ...field, required: true });
/** The stored value stands against a concurrent one; a writer that knew it may change it. */
export const serverWins = ({ schema }: Field): Field => ({ schema, policy: { kind: 'server_wins' } });
export const serverDerived = ({ schema }: Field): Field => ({ schema, policy: { kind: 'server_derived' } });

export const Text = (maxLength: number): z.ZodMiniString => z.string().check(z.maxLength(maxLength));
/** One line: a name, a kind, a serial number. */
export const name = (): Field => latest(Text(NAME_LENGTH));
export const note = (): Field => latest(Text(NOTE_LENGTH));
export const flag = (): Field => latest(z.boolean());
/** ISO 8601 with an offset or Z; the calendar is checked, leap years too. */
export const instant = (): Field => latest(z.stringFormat('date-time', INSTANT).check(z.maxLength(40)));
/** A day that exists, YYYY-MM-DD. */
export const day = (): Field => latest(z.stringFormat('date', DAY));
export const quantity = (minimum: number, maximum: number): Field =>
  latest(z.number().check(z.minimum(minimum), z.maximum(maximum)));
export const count = (maximum: number): Field => latest(z.int().check(z.minimum(0), z.maximum(maximum)));
export const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values): Field =>
  latest(z.enum(values));

/** A set of short texts. */
export const texts = (maxCount: number, maxLength: number): Field => ({
  schema: z.array(z.string().check(z.minLength(1), z.maxLength(maxLength))).check(z.maxLength(maxCount)),
  policy: { kind: 'merge_arrays', maxCount },
});

/** An object of short values; each key has a clock of its own. */
export const entries = (maxCount: number, maxLength: number): Field => ({
  schema: z.record(
    z.string().check(z.minLength(1), z.maxLength(64)),
    z.union([Text(maxLength), z.number(), z.boolean()]),
  ),
  policy: { kind: 'shallow_merge', maxCount },
});

/** A reference that may be missing: when its row is deleted it becomes null. */
export const optionalTo = (to: string): ReferenceDefinition => ({ to, mandatory: false, onDelete: 'null' });
