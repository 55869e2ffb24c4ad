import type { EntityDefinition, FieldDefinition } from '../../../contracts/sync/entity.ts';
import { diffRow } from '../merge/diff-row.ts';
import { fieldsOf } from '../merge/fields.ts';
import type { RowData } from '../merge/row.ts';
import { isObject } from '../merge/wire-forms.ts';

/**
 * The body of a PATCH as a device would send it: whole sets as what they add and remove, plain numbers of
 * counters as deltas, each against the row as it was read, and fields that are equal left out. Whatever is in
 * the form of the wire already, or wrong, stays as it is: the engine judges it.
 */
export const patchToWire = (entity: EntityDefinition, stored: RowData, sent: RowData): RowData =>
  toWire(entity, stored, Object.entries(sent), isWholeOfPatch);

/** The same of a PUT: the row is to be what was sent, so that other fields are cleared and objects are whole. */
export function putToWire(entity: EntityDefinition, stored: RowData, sent: RowData): RowData {
  const cleared = [...fieldsOf(entity)]
    .filter(([name, { policy }]) => policy.kind !== 'server_derived' && !Object.hasOwn(sent, name))
    .filter(([name]) => (stored[name] ?? null) !== null)
    .map(([name]) => [name, null] as const);
  return toWire(entity, stored, [...Object.entries(sent), ...cleared], isWholeOfPut);
}

type IsWhole = (field: FieldDefinition, value: unknown) => boolean;

function toWire(
  entity: EntityDefinition,
  stored: RowData,
  sent: readonly (readonly [string, unknown])[],
  isWhole: IsWhole,
): RowData {
  const fields = fieldsOf(entity);
  const wire = sent.flatMap(([name, value]) => {
    const field = fields.get(name);
    if (field === undefined || !isWhole(field, value)) return [[name, value] as const];
    return Object.entries(diffRow(entity, { [name]: stored[name] }, { [name]: value }));
  });
  return Object.fromEntries(wire);
}

const isWholeOfPut: IsWhole = ({ schema, required }, value) =>
  value === null ? required !== true : schema.safeParse(value).success;

/** An object of a PATCH names the keys that change; everything else is whole. */
const isWholeOfPatch: IsWhole = (field, value) =>
  !(field.policy.kind === 'shallow_merge' && isObject(value)) && isWholeOfPut(field, value);
