import type { EntityDefinition, SyncSchema } from '../../../contracts/sync/entity.ts';
import { count, name, quantity, required, texts } from '../../../contracts/sync/fields.ts';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';

/** A type of its own for each policy that no shipped entity has, as a team adds one. */
const ofPolicy = (type: string, policy: EntityDefinition['policy']): EntityDefinition => ({
  type,
  order: 0,
  policy,
  onMissing: 'create',
  id: 'uuid',
  fields: { title: required(name()), level: count(100), labels: texts(20, 50) },
  references: {},
  rules: [],
});

const ADDED: readonly EntityDefinition[] = [
  ofPolicy('sim_latest', 'last_write_wins'),
  ofPolicy('sim_server', 'server_wins'),
  ofPolicy('sim_client', 'client_wins'),
  ofPolicy('sim_manual', 'manual'),
  {
    ...ofPolicy('sim_fields', 'merge'),
    onMissing: 'refuse',
    fields: {
      title: required(name()),
      lowest: { ...quantity(0, 1_000), policy: { kind: 'min_value' } },
      local: { ...quantity(0, 1_000), policy: { kind: 'local_wins' } },
      kept: { ...quantity(0, 1_000), policy: { kind: 'local_if_server_null' } },
      given: { ...quantity(0, 1_000), policy: { kind: 'server_if_local_null' } },
    },
  },
];

/** What the simulation syncs: the shipped entities and those. */
export const SIM_SCHEMA: SyncSchema = {
  ...SYNC_SCHEMA,
  entities: new Map([...SYNC_SCHEMA.entities, ...ADDED.map((entity) => [entity.type, entity] as const)]),
};
