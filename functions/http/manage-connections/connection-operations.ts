import { DisconnectQuery } from '../../../contracts/http/connections.ts';
import { type DisconnectDependencies, disconnect } from '../../../lib/connections/disconnect.ts';
import { type EraseDataDependencies, requestErasure } from '../../../lib/connections/erase-data.ts';
import { toConnectionAnswer, toProviderAnswer } from '../../../lib/connections/to-answer.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import type { HeadStore } from '../../../lib/samples/head-store.ts';
import type { UserScope } from '../../../lib/samples/model.ts';
import type { OperationHandlers } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import { connectionIdOf } from './path-ids.ts';

export interface ConnectionDependencies extends DisconnectDependencies, EraseDataDependencies {
  readonly heads: Pick<HeadStore, 'load'>;
}

export const connectionOperations = (deps: ConnectionDependencies): OperationHandlers => ({
  listProviders: async () => ({
    status: 200,
    body: {
      providers: (await deps.providers.list()).map(({ definition, isConfigured }) =>
        toProviderAnswer(definition, isConfigured),
      ),
    },
  }),
  listConnections: async (request) => {
    const scope = request.userScope();
    const connections = await deps.connections.list(scope);
    if (connections.length === 0) await requireUser(deps, scope);
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

/** An empty list of a user who is not there would look like one of a user without connections. */
async function requireUser({ heads }: ConnectionDependencies, scope: UserScope): Promise<void> {
  const head = await heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined)
    throw new AppError('user.not_found', 'There is no user by this id.');
}
