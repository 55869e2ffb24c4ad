import type {
  EntityDefinition,
  EntityRule,
  ReferenceDefinition,
  SyncSchema,
} from '../../../contracts/sync/entity.ts';
import { fieldsOf } from './fields.ts';

export interface ChildRelation {
  /** The type whose rows hold the reference. */
  readonly type: string;
  readonly field: string;
  readonly reference: ReferenceDefinition;
}

export interface Relations {
  /** All types, parents before children; of one order by name. */
  readonly types: readonly string[];
  /** By type: who refers to its rows. Types that nobody refers to have an empty list. */
  readonly children: ReadonlyMap<string, readonly ChildRelation[]>;
}

const known = new WeakMap<SyncSchema, Relations>();

/** The relation graph of a schema; the same object for the same schema. */
export function relationsOf(schema: SyncSchema): Relations {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const entities = [...schema.entities.values()].sort(
    (left, right) => left.order - right.order || (left.type < right.type ? -1 : 1),
  );
  const children = new Map<string, ChildRelation[]>(entities.map(({ type }) => [type, []]));
  for (const { type, references } of entities) {
    for (const [field, reference] of Object.entries(references)) {
      children.get(reference.to)?.push({ type, field, reference });
    }
  }
  const relations = { types: entities.map(({ type }) => type), children };
  known.set(schema, relations);
  return relations;
}

/** What is wrong with a schema, one sentence each; empty when nothing is. */
export function checkSchema(schema: SyncSchema): readonly string[] {
  return [...schema.entities].flatMap(([name, entity]) => [
    ...(name === entity.type ? [] : [`${name}: its type is ${entity.type}`]),
    ...Object.entries(entity.references).flatMap(([field, reference]) =>
      checkReference(schema, entity, field, reference),
    ),
    ...entity.rules.flatMap((rule) => checkRule(schema, entity, rule)),
  ]);
}

function checkReference(
  schema: SyncSchema,
  entity: EntityDefinition,
  field: string,
  reference: ReferenceDefinition,
): readonly string[] {
  const place = `${entity.type}.${field}`;
  const target = schema.entities.get(reference.to);
  const wrong: string[] = [];
  if (Object.hasOwn(entity.fields, field)) wrong.push(`${place}: is a field and a reference`);
  if (reference.mandatory && reference.onDelete === 'null')
    wrong.push(`${place}: is mandatory and becomes null`);
  if (target === undefined) return [...wrong, `${place}: there is no ${reference.to}`];
  const isSelf = target === entity;
  if (isSelf && reference.mandatory) wrong.push(`${place}: no first row could be made`);
  // An order along all references leaves no cycle of mandatory ones.
  if (!isSelf && target.order >= entity.order)
    wrong.push(`${place}: ${reference.to} does not come before it`);
  return wrong;
}

function checkRule(schema: SyncSchema, entity: EntityDefinition, rule: EntityRule): readonly string[] {
  const lacks = (owner: EntityDefinition, names: readonly string[]): readonly string[] =>
    names
      .filter((name) => !fieldsOf(owner).has(name))
      .map((name) => `${entity.type}: rule ${rule.kind} names ${owner.type}.${name}, which there is not`);
  if (rule.kind === 'one_active') return lacks(entity, [rule.flag, rule.per]);
  if (rule.kind === 'same_by') return lacks(entity, [rule.field]);
  const counted = schema.entities.get(rule.of);
  if (counted === undefined) return [`${entity.type}: rule tally counts ${rule.of}, which there is not`];
  const derives = entity.fields[rule.field]?.policy.kind === 'server_derived';
  const refers = counted.references[rule.by]?.to === entity.type;
  return [
    ...(derives ? [] : [`${entity.type}.${rule.field}: a tally is server_derived`]),
    ...(refers ? [] : [`${entity.type}: ${rule.of}.${rule.by} does not refer to it`]),
    ...lacks(counted, rule.sum === undefined ? [] : [rule.sum]),
  ];
}
