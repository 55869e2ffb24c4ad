import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Route } from '../../../contracts/http/route.ts';
import { ROUTES } from '../../../contracts/http/routes.ts';
import type { Principal } from '../../../lib/access/model.ts';
import type { RateVerdict } from '../../../lib/access/rate-limiter.ts';
import { newSortableId } from '../../../lib/core/ids.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import type { Platform } from '../platform.ts';
import type { AccessDependencies } from './access-dependencies.ts';
import { checkAccess, checkRate, findPrincipal } from './authorise.ts';
import { correlationIdOf } from './correlation.ts';
import type { ApiRequest, ApiResponse, OperationHandlers } from './operation.ts';
import { readBody, readWireBody } from './read-body.ts';
import { isDeviceSync, resolveSyncScope, resolveUserScope } from './user-scope.ts';

type KnownRoute = (typeof ROUTES)[number];

/** What is known of one request so far; each stage adds its part. */
export interface HttpCall {
  readonly requestId: string;
  readonly correlationId: string;
  readonly startedMs: EpochMs;
  readonly headers: Readonly<Record<string, string>>;
  route: KnownRoute | undefined;
  principal: Principal | undefined;
  rate: RateVerdict | undefined;
  fault: AppError | undefined;
}

const routesByKey: ReadonlyMap<string, KnownRoute> = new Map(
  ROUTES.map((route) => [`${route.method} ${route.path}`, route]),
);

const REQUEST_ID = /^[A-Za-z0-9=_-]{1,64}$/;

export function createCall(
  event: APIGatewayProxyEventV2,
  { clock, randomness }: Pick<Platform, 'clock' | 'randomness'>,
): HttpCall {
  const startedMs = clock.now();
  const headers = lowerCaseNames(event.headers);
  const given = event.requestContext?.requestId ?? '';
  return {
    requestId: REQUEST_ID.test(given) ? given : newSortableId(startedMs, randomness),
    correlationId: correlationIdOf(headers, startedMs, randomness),
    startedMs,
    headers,
    route: undefined,
    principal: undefined,
    rate: undefined,
    fault: undefined,
  };
}

/** Route, principal, scope, rate: in this order, so that a stranger costs nothing beyond a look-up. */
export async function admit(
  call: HttpCall,
  routeKey: string,
  stack: { readonly operations: OperationHandlers; readonly access: AccessDependencies },
): Promise<void> {
  const route = routesByKey.get(routeKey);
  if (route === undefined || stack.operations[route.operation] === undefined)
    throw new AppError('request.not_found', 'See /v1/openapi.json for the operations there are.');
  call.route = route;
  const { scope, path }: Route = route;
  if (scope === 'public') return;
  call.principal = await findPrincipal(call.headers['authorization'], stack.access);
  checkAccess(call.principal, { scope, path });
  call.rate = await stack.access.rateLimiter.take(call.principal);
  checkRate(call.rate);
}

/** Whether operations get bodies decompressed, plain ones up to 5 MB too, or as they were sent. */
export type BodyForm = 'decoded' | 'decoded_long' | 'as_sent';

/** Runs the operation of an admitted call. */
export async function dispatch(
  call: HttpCall,
  event: APIGatewayProxyEventV2,
  stack: { readonly operations: OperationHandlers; readonly bodyForm?: BodyForm },
): Promise<ApiResponse> {
  const operation = call.route === undefined ? undefined : stack.operations[call.route.operation];
  if (call.route === undefined || operation === undefined) throw new Error('dispatched before admitted');
  const body = bodyOf(event, call.headers['content-encoding'], stack.bodyForm);
  return operation(toApiRequest(call, event, { route: call.route, body }));
}

function bodyOf(event: APIGatewayProxyEventV2, encoding: string | undefined, form: BodyForm = 'decoded') {
  return form === 'as_sent' ? readWireBody(event) : readBody(event, encoding, form === 'decoded_long');
}

function toApiRequest(
  call: HttpCall,
  event: APIGatewayProxyEventV2,
  { route, body }: { readonly route: KnownRoute; readonly body: Uint8Array },
): ApiRequest {
  const { principal } = call;
  const pathParameters = definedOnly(event.pathParameters);
  return {
    operation: route.operation,
    get principal(): Principal {
      if (principal === undefined) throw new Error('a public operation has no principal');
      return principal;
    },
    userScope() {
      return isDeviceSync(route.path)
        ? resolveSyncScope(this.principal, call.headers)
        : resolveUserScope(this.principal, pathParameters['userId']);
    },
    pathParameters,
    query: definedOnly(event.queryStringParameters),
    headers: call.headers,
    body,
    requestId: call.requestId,
    correlationId: call.correlationId,
    nowMs: call.startedMs,
  };
}

function lowerCaseNames(headers: Readonly<Record<string, string | undefined>> | undefined) {
  const lower: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== undefined) lower[name.toLowerCase()] = value;
  }
  return lower;
}

function definedOnly(values: Readonly<Record<string, string | undefined>> | null | undefined) {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(values ?? {})) {
    if (value !== undefined) defined[name] = value;
  }
  return defined;
}
