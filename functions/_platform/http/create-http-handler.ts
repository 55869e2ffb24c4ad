import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import type { Platform } from '../platform.ts';
import type { AccessDependencies } from './access-dependencies.ts';
import { rateHeaders } from './authorise.ts';
import { admit, type BodyForm, createCall, dispatch, type HttpCall } from './http-call.ts';
import type { ApiResponse, OperationHandlers } from './operation.ts';
import { toAppError, toProblem } from './problem.ts';
import { writeResponse } from './write-response.ts';

export interface HttpStack {
  readonly operations: OperationHandlers;
  readonly access: AccessDependencies;
  /** `decoded` unless said otherwise; `decoded_long` of pushes; `as_sent` where signatures are over the body. */
  readonly bodyForm?: BodyForm;
  /** Of every answer of this function, problems too; `nowMs`: when the request came. */
  readonly answerHeaders?: (nowMs: EpochMs) => Readonly<Record<string, string>>;
  readonly settings: Pick<Platform, 'clock' | 'randomness' | 'log' | 'meter'>;
}

export type HttpHandler = (
  event: APIGatewayProxyEventV2,
  context: object,
) => Promise<APIGatewayProxyStructuredResultV2>;

type Internal = { call: HttpCall; answer: ApiResponse };
type Stage = middy.Request<
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Error,
  Context,
  Internal
>;
type Middleware = middy.MiddlewareObj<
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Error,
  Context,
  Internal
>;

/**
 * The one stack of all HTTP functions, for API Gateway's payload 2.0: correlation, route, principal, scope,
 * rate, body, operation, and on the way out problem bodies, headers and one log line. It never rejects: what
 * is not an `AppError` is answered as `server.internal`, without detail.
 *
 *   before   open ─> admit ─> operation
 *   after                     operation ─> render ─> observe
 *   onError                       problem ─> render ─> observe
 */
export function createHttpHandler(stack: HttpStack): HttpHandler {
  const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Error, Context, Internal>()
    .use(observe(stack))
    .use(render(stack))
    .use(problem)
    .use(open(stack))
    .use(run(stack));
  return (event, context) => Promise.resolve(handler(event, context as Context));
}

const open = ({ settings }: HttpStack): Middleware => ({
  before: ({ event, internal }: Stage) => {
    internal.call = createCall(event, settings);
  },
});

/** The operation runs as the last `before`: middy's own handler slot has no room for what was found so far. */
const run = (stack: HttpStack): Middleware => ({
  before: async ({ event, internal }: Stage) => {
    await admit(internal.call, event.routeKey, stack);
    internal.answer = await dispatch(internal.call, event, stack);
  },
});

const problem: Middleware = {
  onError: ({ error, internal }: Stage) => {
    internal.call.fault = toAppError(error);
    internal.answer = toProblem(internal.call.fault, internal.call.requestId);
  },
};

function render({ answerHeaders }: HttpStack): Middleware {
  const respond = (request: Stage): void => {
    const { call, answer } = request.internal;
    const isBodiless = call.route?.method === 'HEAD';
    request.response = writeResponse(isBodiless ? { ...answer, body: undefined } : answer, {
      headers: {
        'x-request-id': call.requestId,
        'x-correlation-id': call.correlationId,
        ...(call.rate === undefined ? {} : rateHeaders(call.rate)),
        ...answerHeaders?.(call.startedMs),
      },
      acceptEncoding: call.headers['accept-encoding'],
    });
  };
  return { after: respond, onError: respond };
}

function observe({ settings }: HttpStack): Middleware {
  const { clock, log, meter } = settings;
  const write = ({ event, internal: { call, answer } }: Stage): void => {
    const { requestId, correlationId, route, principal, fault } = call;
    const operation = route?.operation ?? 'unknown';
    meter.add('HttpRequests', 1);
    if (fault?.code === 'request.rate_limited') meter.add('HttpRateLimited', 1);
    if (answer.status >= 500) {
      meter.add('HttpFaults', 1);
      const reported = fault?.code === 'server.internal' ? (fault.cause ?? fault) : fault;
      log.write('HTTP_REQUEST_FAILED', { requestId, correlationId, operation, ...describeFault(reported) });
    }
    log.write('HTTP_REQUEST_COMPLETED', {
      requestId,
      correlationId,
      operation,
      principalKind: principal?.kind,
      workspaceId: principal?.workspaceId,
      status: answer.status,
      code: fault?.code,
      durationMs: clock.now() - call.startedMs,
      requestBytes: event.body?.length ?? 0,
    });
    meter.flush();
  };
  return { after: write, onError: write };
}
