import { DisconnectQuery } from '../../../contracts/http/connections.ts';
import { type DisconnectDependencies, disconnect } from '../../../lib/connections/consent/disconnect.ts';
import { type EraseDataDependencies, requestErasure } from '../../../lib/connections/syncs/erase-data.ts';
import { toConnectionAnswer, toProviderAnswer } from '../../../lib/connections/to-answer.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import type { OperationHandlers } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import { forLivingUsers, type LivingUsersDependencies } from './living-users.ts';
import { connectionIdOf } from './path-ids.ts';

export interface ConnectionDependencies
  extends DisconnectDependencies,
    EraseDataDependencies,
    LivingUsersDependencies {}

export const connectionOperations = (deps: ConnectionDependencies): OperationHandlers => ({
  listProviders: async () => ({
    status: 200,
    body: {
      providers: (await deps.providers.list()).map(({ definition, isConfigured }) =>
        toProviderAnswer(definition, isConfigured),
      ),
    },
  }),
  ...forLivingUsers(deps, ofOneUser(deps)),
});

const ofOneUser = (deps: ConnectionDependencies): OperationHandlers => ({
  listConnections: async (request) => {
    const connections = await deps.connections.list(request.userScope());
    return { status: 200, body: { connections: connections.map(toConnectionAnswer) } };
  },
  getConnection: async (request) => {
    const connection = await deps.connections.load(request.userScope(), connectionIdOf(request));
    if (connection === undefined)
      throw new AppError('connection.not_found', 'The user has no such connection.');
    return { status: 200, body: toConnectionAnswer(connection) };
  },
  disconnect: async (request) => {
    const { data } = parseQuery(DisconnectQuery, request);
    const { correlationId } = request;
    const scope = request.userScope();
    const erases = data === 'erase';
    const { connection, grant } = await disconnect(deps, scope, connectionIdOf(request), {
      correlationId,
      forgetsData: erases,
    });
    if (erases) await requestErasure(deps, scope, connection, correlationId);
    // Syncs that wait for a limit or for pushes are over: they end now, and not when their wait does.
    else await deps.queue.wake(scope, connection.connectionId, { correlationId, delaySec: 0 });
    const body = { connection: toConnectionAnswer(connection), grant, data: erases ? 'erasing' : 'kept' };
    return { status: 200, body };
  },
});
