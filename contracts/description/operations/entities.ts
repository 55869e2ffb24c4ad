import * as z from 'zod';
import { Entity, ListEntitiesAnswer, ListEntitiesQuery, WriteEntityRequest } from '../../http/entities.ts';
import type { Operation } from '../../http/routes.ts';
import { RequestId } from '../../primitives/ids.ts';
import type { ProblemCode } from '../../problems/catalog.ts';
import { ETagHeader, NOT_MODIFIED, type OperationDoc } from '../operation-doc.ts';

const ENTRY = {
  id: '019aa8e2-5f00-7a31-9c1d-2b6f4e8d0a11',
  entityType: 'journal_entries',
  version: 3,
  updatedAt: '2026-11-21T18:00:00.000Z',
  data: { title: 'Evening', content: 'Slept well.', mood: 'calm', tags: ['sleep'] },
};
const IdempotencyHeader = z.object({
  'idempotency-key': RequestId.optional().meta({
    description:
      '1 to 128 printable characters without `#` and `/`: a repeat with the same key and body counts once and is answered alike',
  }),
});
const ChangeHeaders = IdempotencyHeader.extend({
  'if-match': z.string().optional().meta({
    description: 'ETag of the row as you know it; 412 when it is another. Without it your fields are merged',
  }),
});
const PutHeaders = ChangeHeaders.extend({
  'if-none-match': z.literal('*').optional().meta({ description: 'Make the row; 412 when it is there' }),
});
/** An entity type that there is not is a path that there is not. */
const PATH_PROBLEMS: readonly ProblemCode[] = ['request.not_found'];
const WRITE_PROBLEMS: readonly ProblemCode[] = [
  ...PATH_PROBLEMS,
  'request.invalid',
  'entity.invalid',
  'entity.conflict',
  'entity.changed',
  'sync.payload_conflict',
  'sync.operation_running',
  'sync.contention',
];
const found = (description: string) => ({ description, schema: Entity, example: ENTRY });

/** What devices sync, as plain resources: the same rows, the same rules and the same log. */
export const ENTITY_OPERATIONS = {
  listEntities: {
    group: 'Entities',
    summary: 'The rows of a type',
    description:
      'Living rows in the order of their ids. `{entityType}` is the name of a type with dashes or underscores, such as `journal-entries`.',
    query: ListEntitiesQuery,
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'A page',
        schema: ListEntitiesAnswer,
        example: { entities: [ENTRY], nextCursor: null },
      },
    },
    problems: [...PATH_PROBLEMS, 'request.bad_cursor'],
  },
  createEntity: {
    group: 'Entities',
    summary: 'Make a row',
    description:
      'Under an id that the server makes. 200 when your user had it already and it was merged with that: a device by its hardware address, the settings of the user.',
    headers: IdempotencyHeader,
    body: { schema: WriteEntityRequest, example: { data: ENTRY.data } },
    answers: { 200: found('The row that there was'), 201: found('The row') },
    problems: WRITE_PROBLEMS,
  },
  getEntity: {
    group: 'Entities',
    summary: 'One row',
    description: 'Its ETag is its version in quotes.',
    headers: ETagHeader,
    answers: { ...NOT_MODIFIED, 200: found('The row') },
    problems: [...PATH_PROBLEMS, 'entity.not_found'],
  },
  putEntity: {
    group: 'Entities',
    summary: 'Make or replace a row',
    description:
      'Under your own id, a UUID or a name of yours. Fields that are left out are cleared, apart from those that only the server sets.',
    headers: PutHeaders,
    body: { schema: WriteEntityRequest, example: { data: ENTRY.data } },
    answers: { 200: found('The row as it is now'), 201: found('The row was made') },
    problems: [...WRITE_PROBLEMS, 'entity.exists'],
  },
  patchEntity: {
    group: 'Entities',
    summary: 'Change fields of a row',
    description:
      'What is not named stays, null clears. Sets are sent whole or as `{add, remove}`, counters as `{delta}`. The edit reaches every device of the user.',
    headers: ChangeHeaders,
    body: { schema: WriteEntityRequest, example: { data: { tags: { add: ['sleep'], remove: [] } } } },
    answers: { 200: found('The row as it is now') },
    problems: [...WRITE_PROBLEMS, 'entity.not_found'],
  },
  deleteEntity: {
    group: 'Entities',
    summary: 'Delete a row',
    description:
      'Its children go, stay without it or forbid it, as the type says. A second time it is 204 as well.',
    headers: ChangeHeaders,
    answers: { 204: { description: 'It is not there any more' } },
    problems: WRITE_PROBLEMS,
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
