import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { EntityDefinition } from '../../contracts/sync/entity.ts';
import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import { checkSchema } from '../../lib/sync/merge/relation-graph.ts';
import { openEntityDoors } from '../support/entity-doors.ts';

/** What a team would put into a file of contracts/sync/entities. */
const waterings: EntityDefinition = {
  type: 'plant_waterings',
  order: 1,
  policy: 'merge',
  onMissing: 'create',
  id: 'uuid',
  fields: {
    plant: {
      schema: z.string().check(z.maxLength(100)),
      policy: { kind: 'last_write_wins' },
      required: true,
    },
    litres: { schema: z.number().check(z.minimum(0), z.maximum(1_000)), policy: { kind: 'counter' } },
    helpers: { schema: z.array(z.string()), policy: { kind: 'merge_arrays' } },
  },
  references: { productId: { to: 'products', mandatory: false, onDelete: 'null' } },
  rules: [],
};
const SCHEMA = {
  ...SYNC_SCHEMA,
  entities: new Map([...SYNC_SCHEMA.entities, [waterings.type, waterings] as const]),
};
const FERN = '019aa8e2-6100-7c02-8f3e-5d7a9b1c3e22';

test('SYN77 one more entity is served by push, changes, digest and the plain resource, by its own policies', async () => {
  expect(checkSchema(SCHEMA)).toEqual([]);
  const { sync, entity, clock } = await openEntityDoors(SCHEMA);
  const change = (requestId: string, rest: object) => ({
    requestId,
    entityType: 'plant_waterings',
    id: FERN,
    hlc: `${clock.now()}-000${requestId}-phone-1`,
    ...rest,
  });
  const data = { plant: 'Fern', litres: 1, helpers: ['ada'] };
  const pushed = await sync('POST /v1/sync/push', {
    body: { deviceId: 'phone-1', operationId: 'op-1', changes: [change('1', { op: 'create', data })] },
  });
  expect([pushed.status, pushed.body.successful]).toMatchObject([200, [{ id: FERN, version: 1 }]]);

  clock.advance(10);
  const path = `plant-waterings/${FERN}`;
  const edited = await entity(`PATCH ${path}`, {
    body: { data: { litres: { delta: 2 }, helpers: { add: ['lin'] } } },
    headers: { 'if-match': '"1"' },
  });
  expect([edited.status, edited.body.data]).toMatchObject([
    200,
    { plant: 'Fern', litres: 3, helpers: ['ada', 'lin'] },
  ]);

  clock.advance(10);
  const late = { op: 'update', baseVersion: 1, data: { litres: { delta: 4 }, helpers: { add: ['kim'] } } };
  const second = await sync('POST /v1/sync/push', {
    body: { deviceId: 'phone-1', operationId: 'op-2', changes: [change('2', late)] },
  });
  expect([second.status, second.body.conflicts]).toMatchObject([207, [{ outcome: 'merged', version: 3 }]]);

  const { body } = await sync('GET /v1/sync/changes', { query: { entityTypes: 'plant_waterings' } });
  expect(body.changes).toMatchObject([
    {
      entityType: 'plant_waterings',
      id: FERN,
      version: 3,
      data: { litres: 7, helpers: ['ada', 'lin', 'kim'] },
    },
  ]);
  const digest = await sync('GET /v1/sync/digest');
  expect(digest.body.types.plant_waterings.count).toBe(1);
  expect((await sync('GET /v1/sync/status')).body.entityTypes).toContain('plant_waterings');
  expect((await entity('GET plant_waterings')).body.entities).toMatchObject([{ id: FERN, version: 3 }]);
  const unknown = await entity(`PUT ${path}`, { body: { data: { plant: 'Fern', height: 1 } } });
  expect(unknown.body.errors).toMatchObject([{ code: 'sync.unknown_field' }]);
});

test('SYN77 without it there is no such type at either door', async () => {
  const { sync, entity } = await openEntityDoors();
  const answer = await sync('GET /v1/sync/changes', { query: { entityTypes: 'plant_waterings' } });
  expect([answer.status, answer.body.code]).toEqual([400, 'sync.unknown_entity_type']);
  expect((await entity('GET plant-waterings')).body.code).toBe('request.not_found');
});
