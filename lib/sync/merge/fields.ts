import * as z from 'zod/mini';
import type {
  EntityDefinition,
  FieldDefinition,
  ReferenceDefinition,
} from '../../../contracts/sync/entity.ts';
import { ROW_ID } from '../../../contracts/sync/protocol.ts';

const RowIdText = z.string().check(z.regex(ROW_ID));
const known = new WeakMap<EntityDefinition, ReadonlyMap<string, FieldDefinition>>();

const asField = (reference: ReferenceDefinition): FieldDefinition => ({
  schema: RowIdText,
  policy: reference.policy ?? { kind: 'last_write_wins' },
  ...(reference.mandatory ? { required: true } : {}),
});

/** All fields of an entity by name, references too. */
export function fieldsOf(entity: EntityDefinition): ReadonlyMap<string, FieldDefinition> {
  const found = known.get(entity);
  if (found !== undefined) return found;
  const fields = new Map<string, FieldDefinition>([
    ...Object.entries(entity.fields),
    ...Object.entries(entity.references).map(([name, reference]) => [name, asField(reference)] as const),
  ]);
  known.set(entity, fields);
  return fields;
}

/** Of a row that shall be: the required fields that `data` lacks. */
export function missingFields(
  entity: EntityDefinition,
  data: Readonly<Record<string, unknown>>,
): readonly string[] {
  return [...fieldsOf(entity)]
    .filter(([name, { required }]) => required === true && (data[name] === undefined || data[name] === null))
    .map(([name]) => name);
}
