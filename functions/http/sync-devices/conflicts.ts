import { BatchResolveRequest, ConflictsQuery } from '../../../contracts/http/sync.ts';
import { listConflicts } from '../../../lib/sync/conflicts/list-conflicts.ts';
import { resolveConflicts } from '../../../lib/sync/conflicts/resolve-conflicts.ts';
import type { OperationHandler } from '../../_platform/http/operation.ts';
import { parseJsonBody, parseQuery } from '../../_platform/http/parse-json-body.ts';
import type { SyncDevicesDeps } from './wiring.ts';

export const listConflictsOperation =
  (deps: SyncDevicesDeps): OperationHandler =>
  async (request) => {
    const scope = request.userScope();
    return { status: 200, body: await listConflicts(deps, scope, parseQuery(ConflictsQuery, request)) };
  };

export const resolveConflictsOperation =
  ({ store, schema, settings: { clock, randomness } }: SyncDevicesDeps): OperationHandler =>
  async (request) => {
    const scope = request.userScope();
    const decided = parseJsonBody(BatchResolveRequest, request);
    const { correlationId } = request;
    const deps = { store, schema, clock, randomness };
    const { status, body } = await resolveConflicts(deps, scope, decided, { correlationId });
    return { status, body };
  };
