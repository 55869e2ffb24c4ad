import type { EntityDefinition, FieldDefinition } from '../../../contracts/sync/entity.ts';
import { applyField } from '../merge/apply-change.ts';
import { diffRow } from '../merge/diff-row.ts';
import { fieldsOf } from '../merge/fields.ts';
import type { RowData } from '../merge/row.ts';
import { checkField } from '../merge/validate-change.ts';
import { isObject } from '../merge/wire-forms.ts';

/**
 * The body of a PATCH as a device would send it: whole sets as what they add and remove, plain numbers of
 * counters as deltas, each against the row as it was read. Fields, keys and elements that are equal are left out:
 * to the engine they would be writes of somebody who knew nothing, whose later clock counts, and a new version.
 * Deltas, and whatever is wrong, stay as they are: the engine judges them.
 */
export const patchToWire = (entity: EntityDefinition, stored: RowData, sent: RowData): RowData =>
  toWire(entity, stored, Object.entries(sent), wholeOfPatch);

/** The same of a PUT: the row is to be what was sent, so that other fields are cleared and objects are whole. */
export function putToWire(entity: EntityDefinition, stored: RowData, sent: RowData): RowData {
  const cleared = [...fieldsOf(entity)]
    .filter(([name, { policy }]) => policy.kind !== 'server_derived' && !Object.hasOwn(sent, name))
    .filter(([name]) => (stored[name] ?? null) !== null)
    .map(([name]) => [name, null] as const);
  return toWire(entity, stored, [...Object.entries(sent), ...cleared], wholeOfPut);
}

/** One field of the body. */
interface SentField {
  readonly name: string;
  readonly field: FieldDefinition;
  readonly stored: unknown;
  readonly sent: unknown;
}
/** What the field shall be as a whole; undefined: that is the engine's to say. */
type WholeOf = (one: SentField) => { readonly value: unknown } | undefined;

function toWire(
  entity: EntityDefinition,
  stored: RowData,
  body: readonly (readonly [string, unknown])[],
  wholeOf: WholeOf,
): RowData {
  const fields = fieldsOf(entity);
  const wire = body.flatMap(([name, sent]) => {
    const field = fields.get(name);
    const whole = field && wholeOf({ name, field, stored: stored[name], sent });
    if (whole === undefined) return [[name, sent] as const];
    return Object.entries(diffRow(entity, { [name]: stored[name] }, { [name]: whole.value }));
  });
  return Object.fromEntries(wire);
}

const wholeOfPut: WholeOf = (one) => {
  const { field, sent } = one;
  if (field.policy.kind === 'merge_arrays' && isObject(sent)) return wholeOfEdit(one);
  const isWhole = sent === null ? field.required !== true : field.schema.safeParse(sent).success;
  return isWhole ? { value: sent } : undefined;
};

/** An object of a PATCH names the keys that change; everything else is whole. */
const wholeOfPatch: WholeOf = (one) =>
  one.field.policy.kind === 'shallow_merge' && isObject(one.sent) ? wholeOfEdit(one) : wholeOfPut(one);

const wholeOfEdit: WholeOf = ({ name, field, stored, sent }) =>
  checkField(name, field, sent).ok ? { value: applyField(field.policy, stored, sent) } : undefined;
