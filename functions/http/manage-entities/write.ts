import { WriteEntityRequest } from '../../../contracts/http/entities.ts';
import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { newUuid } from '../../../lib/core/ids.ts';
import type { Meter } from '../../../lib/observability/metrics.ts';
import type { ChangeOutcome, WriteResult } from '../../../lib/sync/push/write-model.ts';
import { tagOfVersion } from '../../../lib/sync/resources/entity-answer.ts';
import { requireEntity } from '../../../lib/sync/resources/find-entity.ts';
import { type EntityWrite, writeEntity } from '../../../lib/sync/resources/write-entity.ts';
import { settleVerdict } from '../../../lib/sync/resources/write-verdict.ts';
import type { ApiRequest, ApiResponse, OperationHandler } from '../../_platform/http/operation.ts';
import { parseJsonBody } from '../../_platform/http/parse-json-body.ts';
import { expectationOf, idempotencyKeyOf } from './preconditions.ts';
import type { ManageEntitiesDeps } from './wiring.ts';

type Method = EntityWrite['method'];

export const writeEntityOperation =
  ({ sync, settings }: ManageEntitiesDeps, method: Method): OperationHandler =>
  async (request) => {
    const entity = requireEntity(sync.schema, request.pathParameters['entityType'] ?? '');
    const write = toWrite(request, { method, entity, newId: newUuid(request.nowMs, settings.randomness) });
    const { verdict, result, retryCount } = await writeEntity(sync, write);
    count(settings.meter, result, retryCount);
    const row = settleVerdict(verdict);
    if (row === undefined) return { status: 204, body: undefined };
    const { wasMade, entity: body } = row;
    const headers = { etag: tagOfVersion(body.version) };
    const place = `/v1/users/${write.scope.userId}/${entity.type.replaceAll('_', '-')}/${body.id}`;
    return wasMade
      ? ({ status: 201, body, headers: { ...headers, location: place } } satisfies ApiResponse)
      : { status: 200, body, headers };
  };

function toWrite(
  request: ApiRequest,
  {
    method,
    entity,
    newId,
  }: { readonly method: Method; readonly entity: EntityDefinition; readonly newId: string },
): EntityWrite {
  const sent = method === 'DELETE' ? { data: {} } : parseJsonBody(WriteEntityRequest, request);
  const ownId = entity.id === 'me' ? 'me' : newId;
  return {
    scope: request.userScope(),
    entity,
    id: method === 'POST' ? ownId : (request.pathParameters['entityId'] ?? ''),
    method,
    data: sent.data,
    deviceId: sent.deviceId,
    hlc: sent.hlc,
    expected: method === 'POST' ? undefined : expectationOf(request.headers, method),
    key: idempotencyKeyOf(request.headers),
    correlationId: request.correlationId,
  };
}

/** As pushes are counted (functions/http/sync-devices), so that one dashboard shows both doors. */
function count(meter: Meter, result: WriteResult | undefined, retryCount: number): void {
  const kinds = result?.outcomes.map(({ kind }) => kind) ?? [];
  const countOf = (wanted: ChangeOutcome['kind']): number => kinds.filter((kind) => kind === wanted).length;
  meter.add('SyncRetries', retryCount);
  meter.add('SyncChangesTaken', countOf('successful'));
  meter.add('SyncConflicts', countOf('conflict'));
  meter.add('SyncRefused', countOf('failed'));
}
