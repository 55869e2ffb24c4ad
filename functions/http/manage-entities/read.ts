import * as z from 'zod';
import { ListEntitiesQuery } from '../../../contracts/http/entities.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import { isMatched } from '../../../lib/reads/entity-tag.ts';
import { STORED_ROW_ID } from '../../../lib/sync/merge/row-id.ts';
import { tagOfVersion } from '../../../lib/sync/resources/entity-answer.ts';
import { requireEntity } from '../../../lib/sync/resources/find-entity.ts';
import { getEntity, listEntities } from '../../../lib/sync/resources/read-entities.ts';
import type { OperationHandler } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag, readCursor, writeCursor } from '../../_platform/http/tagged-answer.ts';
import type { ManageEntitiesDeps } from './wiring.ts';

/** A forged one never becomes the bound of a read. */
const EntityPosition = z.object({ entityType: z.string(), afterId: z.string().regex(STORED_ROW_ID) });

export const listEntitiesOperation =
  ({ sync: { store, schema } }: ManageEntitiesDeps): OperationHandler =>
  async (request) => {
    const entity = requireEntity(schema, request.pathParameters['entityType'] ?? '');
    const { limit } = parseQuery(ListEntitiesQuery, request);
    const after = readCursor(request, EntityPosition);
    if (after !== undefined && after.entityType !== entity.type)
      throw new AppError('request.bad_cursor', 'Take nextCursor of the page before, for the same type.');
    const page = await listEntities(store, request.userScope(), entity, { afterId: after?.afterId, limit });
    const { entities, nextAfterId } = page;
    const next = nextAfterId === undefined ? undefined : { entityType: entity.type, afterId: nextAfterId };
    return answerWithTag(request, { entities, nextCursor: writeCursor(request, next) });
  };

export const getEntityOperation =
  ({ sync: { store, schema } }: ManageEntitiesDeps): OperationHandler =>
  async (request) => {
    const { entityType = '', entityId = '' } = request.pathParameters;
    const entity = requireEntity(schema, entityType);
    const body = await getEntity(store, { scope: request.userScope(), entity, id: entityId });
    const headers = { etag: tagOfVersion(body.version) };
    return isMatched(request.headers['if-none-match'], headers.etag)
      ? { status: 304, body: undefined, headers }
      : { status: 200, body, headers };
  };
