import { type Operation, ROUTES } from '../../../contracts/http/routes.ts';
import type { DeviceRequest, PriorityRequest } from './device.ts';
import type { Environment } from './environment.ts';
import type { FunctionHost } from './function-host.ts';
import type { SeededUser } from './seed-world.ts';

export interface ApiCall {
  readonly operation: Operation;
  readonly user: SeededUser;
  readonly query?: Readonly<Record<string, string>>;
  readonly request?: DeviceRequest | PriorityRequest;
}

/** Undefined: the caller never got an answer. */
export type ApiAnswer = { readonly status: number; readonly body: string } | undefined;

export type Api = (call: ApiCall) => Promise<ApiAnswer>;

/** Calls go to the function that the route names, in API Gateway's payload 2.0; answers may get lost. */
export function createApi(
  environment: Environment,
  hosts: Readonly<Record<'ingest-samples' | 'read-health', FunctionHost>>,
): Api {
  const { scheduler, prng, weather } = environment;
  let callCount = 0;
  return async ({ operation, user, query, request }) => {
    const route = ROUTES.find((candidate) => candidate.operation === operation);
    if (route?.function !== 'ingest-samples' && route?.function !== 'read-health') {
      throw new Error(`the simulation does not serve ${operation}`);
    }
    callCount += 1;
    await scheduler.wait(environment.delayMs());
    const invocation = await hosts[route.function].invoke(
      {
        version: '2.0',
        routeKey: `${route.method} ${route.path}`,
        rawPath: route.path.replace('{userId}', user.userId),
        headers: { authorization: `Bearer ${user.apiKey}`, 'content-type': 'application/json' },
        pathParameters: { userId: user.userId },
        queryStringParameters: query ?? {},
        requestContext: { requestId: `call-${callCount}` },
        ...(request === undefined ? {} : { body: request.body }),
        isBase64Encoded: false,
      },
      { workspaces: new Set([user.workspaceId]), request },
    );
    await scheduler.wait(environment.delayMs());
    if (invocation.kind === 'failed' || prng.chance(weather().lostReply)) return undefined;
    const { statusCode, body = '' } = invocation.answer as { statusCode: number; body?: string };
    return { status: statusCode, body };
  };
}
