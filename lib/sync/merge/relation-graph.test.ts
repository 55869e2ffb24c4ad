import { expect, test } from 'vitest';
import type { EntityDefinition, ReferenceDefinition } from '../../../contracts/sync/entity.ts';
import { ENTITIES, SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { samples } from '../../../test/support/sample-entity.ts';
import { fieldsOf } from './fields.ts';
import { operationIdOf } from './operation-id.ts';
import { checkSchema, relationsOf } from './relation-graph.ts';

const entity = (type: string, order: number, changed: Partial<EntityDefinition> = {}): EntityDefinition => ({
  ...samples,
  type,
  order,
  ...changed,
});
const schemaOf = (...entities: readonly EntityDefinition[]) => ({
  protocolVersion: 1,
  entities: new Map(entities.map((each) => [each.type, each])),
});
const to = (target: string, changed: Partial<ReferenceDefinition> = {}): ReferenceDefinition => ({
  to: target,
  mandatory: false,
  onDelete: 'null',
  ...changed,
});

test('SYN29 the entities of the registry are in order, parents first', () => {
  expect(checkSchema(SYNC_SCHEMA)).toEqual([]);
  const { types, children } = relationsOf(SYNC_SCHEMA);
  expect([...types].sort()).toEqual(ENTITIES.map(({ type }) => type).sort());
  for (const { type, references } of ENTITIES) {
    for (const [field, reference] of Object.entries(references)) {
      expect(types.indexOf(reference.to)).toBeLessThan(types.indexOf(type));
      expect(children.get(reference.to)).toContainEqual({ type, field, reference });
    }
  }
  expect(relationsOf(SYNC_SCHEMA)).toBe(relationsOf(SYNC_SCHEMA));
});

test('SYN29 a row of any entity of the registry fits its bounds: each text and list has one', () => {
  for (const each of ENTITIES) {
    for (const [name, { schema, policy }] of fieldsOf(each)) {
      const long = 'x'.repeat(30_000);
      expect([each.type, name, schema.safeParse(long).success]).toEqual([each.type, name, false]);
      const many = Array.from({ length: 1_000 }, (_, index) => `e${index}`);
      expect([each.type, name, schema.safeParse(many).success]).toEqual([each.type, name, false]);
      if (policy.kind !== 'merge_arrays') continue;
      expect(schema.safeParse(many.slice(0, policy.maxCount ?? 100)).success).toBe(true);
      expect(schema.safeParse(many.slice(0, (policy.maxCount ?? 100) + 1)).success).toBe(false);
    }
  }
});

test.each<[string, readonly EntityDefinition[]]>([
  ['a.up: there is no nowhere', [entity('a', 0, { references: { up: to('nowhere') } })]],
  ['a.up: b does not come before it', [entity('a', 0, { references: { up: to('b') } }), entity('b', 0)]],
  [
    'a.up: is mandatory and becomes null',
    [entity('a', 1, { references: { up: to('b', { mandatory: true }) } }), entity('b', 0)],
  ],
  [
    'a.up: no first row could be made',
    [entity('a', 0, { references: { up: to('a', { mandatory: true, onDelete: 'cascade' }) } })],
  ],
  [
    'b.up: a does not come before it',
    [
      entity('a', 1, { references: { up: to('b', { mandatory: true, onDelete: 'cascade' }) } }),
      entity('b', 0, { references: { up: to('a', { mandatory: true, onDelete: 'cascade' }) } }),
    ],
  ],
  ['a.name: is a field and a reference', [entity('a', 1, { references: { name: to('b') } }), entity('b', 0)]],
  [
    'a: rule one_active names a.nothing, which there is not',
    [entity('a', 0, { rules: [{ kind: 'one_active', flag: 'name', per: 'nothing' }] })],
  ],
  [
    'a: rule same_by names a.nothing, which there is not',
    [entity('a', 0, { rules: [{ kind: 'same_by', field: 'nothing' }] })],
  ],
  [
    'a: rule tally counts b, which there is not',
    [entity('a', 0, { rules: [{ kind: 'tally', field: 'derived', of: 'b', by: 'up' }] })],
  ],
  [
    'a.name: a tally is server_derived',
    [
      entity('a', 0, { rules: [{ kind: 'tally', field: 'name', of: 'b', by: 'up' }] }),
      entity('b', 1, { references: { up: to('a') } }),
    ],
  ],
  [
    'a: b.up does not refer to it',
    [entity('a', 0, { rules: [{ kind: 'tally', field: 'derived', of: 'b', by: 'up' }] }), entity('b', 1)],
  ],
])('SYN29 a schema that cannot work says so: %s', (sentence, entities) => {
  expect(checkSchema(schemaOf(...entities))).toContain(sentence);
});

test('SYN29 a type under another name is said, and a reference to itself may be', () => {
  expect(checkSchema({ protocolVersion: 1, entities: new Map([['x', entity('a', 0)]]) })).toEqual([
    'x: its type is a',
  ]);
  expect(checkSchema(schemaOf(entity('a', 0, { references: { up: to('a') } })))).toEqual([]);
});

test('SYN5 trap 1: the same changes are one operation, and another payload under the same ids is another', () => {
  const change = { requestId: 'r1', id: 'a', op: 'update', baseVersion: 1, data: { x: 1, y: 2 }, hlc: 'h' };
  const id = operationIdOf([change]);
  expect(operationIdOf([{ ...change, data: { y: 2, x: 1 } }])).toBe(id);
  for (const other of [
    { ...change, baseVersion: 2 },
    { ...change, data: { x: 2, y: 2 } },
  ]) {
    expect(operationIdOf([other])).not.toBe(id);
  }
  expect(operationIdOf([change, { ...change, requestId: 'r2' }])).not.toBe(id);
});
