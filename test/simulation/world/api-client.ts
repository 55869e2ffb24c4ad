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

export interface ApiParts {
  readonly hosts: Readonly<Record<'ingest-samples' | 'read-health', FunctionHost>>;
  /** Whether the allowance of some minute of the workspace has been given out: 429 is a fault otherwise. */
  readonly isAllowanceSpent: (workspaceId: string) => boolean;
}

/** Calls go to the function that the route names, in API Gateway's payload 2.0; answers may get lost. */
export function createApi(environment: Environment, { hosts, isAllowanceSpent }: ApiParts): Api {
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
    if (statusCode === 429) {
      environment.counters.rateLimited += 1;
      if (!isAllowanceSpent(user.workspaceId)) environment.violation('ACC12', `${operation} answered 429`);
    }
    return { status: statusCode, body };
  };
}

const MAX_ASKS = 60;
const ASK_AGAIN_MS = 2_000;

/** Asks until there is an answer that is not "later": the minute's allowance comes back with the minute. */
export const patiently =
  (environment: Environment, api: Api): Api =>
  async (call) => {
    for (let ask = 1; ; ask += 1) {
      const answer = await api(call);
      const isLater = answer === undefined || answer.status === 429 || answer.status === 503;
      if (!isLater || ask === MAX_ASKS) return answer;
      await environment.scheduler.wait(ASK_AGAIN_MS);
    }
  };
