import * as z from 'zod/mini';
import type { EntityDefinition } from '../../contracts/sync/entity.ts';

const Text = z.string().check(z.maxLength(20));
const Level = z.number().check(z.minimum(-100), z.maximum(100));

/** One field of every policy. */
export const samples: EntityDefinition = {
  type: 'samples',
  order: 0,
  policy: 'merge',
  onMissing: 'create',
  id: 'uuid',
  fields: {
    name: { schema: Text, policy: { kind: 'last_write_wins' }, required: true },
    local: { schema: Text, policy: { kind: 'local_wins' } },
    server: { schema: Text, policy: { kind: 'server_wins' } },
    tags: { schema: z.array(Text).check(z.maxLength(3)), policy: { kind: 'merge_arrays', maxCount: 3 } },
    status: {
      schema: z.enum(['open', 'held', 'done', 'dropped']),
      policy: { kind: 'monotonic', ranks: { open: 0, held: 0, done: 1, dropped: 1 } },
    },
    most: { schema: Level, policy: { kind: 'max_value' } },
    least: { schema: Level, policy: { kind: 'min_value' } },
    left: { schema: Level, policy: { kind: 'counter' } },
    unlessNull: { schema: Text, policy: { kind: 'server_if_local_null' } },
    ifMissing: { schema: Text, policy: { kind: 'local_if_server_null' } },
    derived: { schema: z.number(), policy: { kind: 'server_derived' } },
    marks: {
      schema: z.record(z.string(), z.number()),
      policy: { kind: 'shallow_merge', maxCount: 2 },
    },
    free: { schema: z.unknown(), policy: { kind: 'last_write_wins' } },
  },
  references: {},
  rules: [],
};

/** The same with another way to settle conflicts of the row. */
export const samplesWith = (changed: Partial<EntityDefinition>): EntityDefinition => ({
  ...samples,
  ...changed,
});
