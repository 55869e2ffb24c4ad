import * as z from 'zod';
import type { EntityDefinition, FieldDefinition } from '../sync/entity.ts';
import { ENTITIES } from '../sync/registry.ts';

export interface DescribedField {
  readonly name: string;
  /** JSON Schema of the value as it is stored. */
  readonly schema: unknown;
  readonly policy: string;
  readonly required: boolean;
}

/** An entity as anyone outside can read it: what of its definition is data. */
export interface DescribedEntity {
  readonly type: string;
  readonly policy: EntityDefinition['policy'];
  readonly onMissing: EntityDefinition['onMissing'];
  readonly id: EntityDefinition['id'];
  readonly fields: readonly DescribedField[];
  readonly references: readonly ({ readonly field: string } & EntityDefinition['references'][string])[];
  readonly rules: EntityDefinition['rules'];
}

const describeField = (name: string, { schema, policy, required }: FieldDefinition): DescribedField => {
  const { $schema: _dialect, ...shape } = z.toJSONSchema(schema, { io: 'input' });
  return { name, schema: shape, policy: policy.kind, required: required === true };
};

/** Every entity that syncs, in the order of their names. */
export const describeEntities = (): readonly DescribedEntity[] =>
  ENTITIES.map(({ type, policy, onMissing, id, fields, references, rules }) => ({
    type,
    policy,
    onMissing,
    id,
    fields: Object.entries(fields).map(([name, field]) => describeField(name, field)),
    references: Object.entries(references).map(([field, reference]) => ({ field, ...reference })),
    rules,
  }));
