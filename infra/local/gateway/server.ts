import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { CorsDeclaration, RouteDeclaration } from '../assembly/declared.ts';
import type { FlowLog } from '../flow/flow-log.ts';
import { type Invoke, MAX_PAYLOAD_BYTES } from '../functions/invocation.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';
import { type GatewayAnswer, gatewayAnswer, toGatewayAnswer } from './proxy-answer.ts';
import { toProxyEvent } from './proxy-event.ts';
import { createRouteTable, type RouteTable } from './route-table.ts';

/** HTTP API payload limit and longest integration timeout (API Gateway quotas). */
const MAX_BODY_BYTES = 10 * 1_024 * 1_024;
const INTEGRATION_TIMEOUT_MS = 30_000;
/** Longer than any client keeps a connection, as a load balancer in front would ask. */
const KEEP_ALIVE_MS = 65_000;

export interface GatewaySettings {
  readonly routes: readonly RouteDeclaration[];
  readonly cors: CorsDeclaration | undefined;
  readonly invokeOf: (functionName: string) => Invoke;
  readonly flow: FlowLog;
  /** Answers what is not the API's, such as the console; false when it is none of its paths. */
  readonly extra: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
}

/** Listens, so that the address is known and nobody else's, and turns everything away with 503 until `serve`. */
export interface Gateway {
  readonly url: string;
  serve(settings: GatewaySettings): void;
  stop(): Promise<void>;
}

/** On 127.0.0.1; throws a sentence to read when the port is taken. */
export async function openGateway(port: number): Promise<Gateway> {
  let handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> = turnAway;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    handle(request, response).catch(() => {
      if (!response.headersSent) send(response, gatewayAnswer(500, 'Internal Server Error'), {});
      else response.destroy();
    });
  });
  await listen(server, port);
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${boundPort}`,
    serve: (settings) => {
      const findRoute = createRouteTable(settings.routes);
      handle = (request, response) => answer(request, response, findRoute, settings);
    },
    stop: () => close(server),
  };
}

async function turnAway(request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.resume();
  response.setHeader('retry-after', '1');
  send(response, gatewayAnswer(503, 'Service Unavailable'), {});
}

/** Where data comes in: what the console shows of requests. */
const SHOWN_DOORS = ['batch-upsert', 'sync/push'] as const;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  findRoute: RouteTable,
  settings: GatewaySettings,
): Promise<void> {
  const preflight = preflightHeaders(settings.cors, request);
  if (preflight !== undefined) {
    response.writeHead(204, preflight).end();
    return;
  }
  if (await settings.extra(request, response)) return;
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const match = findRoute(request.method ?? 'GET', path);
  const cors = corsHeaders(settings.cors, request.headers.origin);
  if (match === undefined) return send(response, gatewayAnswer(404, 'Not Found'), cors);
  if (match === 'malformed') return send(response, gatewayAnswer(400, 'Bad Request'), cors);
  const body = await readBody(request);
  if (body === undefined) {
    response.shouldKeepAlive = false;
    return send(response, gatewayAnswer(413, 'Request Entity Too Large'), cors);
  }
  const startedMs = Date.now();
  const event = toProxyEvent(request, match, body, startedMs);
  if ((event.body?.length ?? 0) > MAX_PAYLOAD_BYTES) {
    return send(response, gatewayAnswer(413, 'Request Entity Too Large'), cors);
  }
  const answered = await withTimeout(settings.invokeOf(match.functionName)(event).then(toGatewayAnswer));
  const shown = SHOWN_DOORS.find((door) => match.routeKey.endsWith(`/${door}`));
  if (shown !== undefined) {
    settings.flow.add('ingest', `${match.routeKey.split(' ')[0]} ${shown} ${answered.status}`, {
      status: answered.status,
      bytes: body.length,
      tookMs: Date.now() - startedMs,
    });
  }
  send(response, answered, cors);
}

function withTimeout(answering: Promise<GatewayAnswer>): Promise<GatewayAnswer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => resolve(gatewayAnswer(503, 'Service Unavailable')),
      INTEGRATION_TIMEOUT_MS,
    );
    void answering.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function send(
  response: ServerResponse,
  { status, headers, body }: GatewayAnswer,
  cors: Readonly<Record<string, string>>,
): void {
  response.setHeader('content-length', Buffer.byteLength(body));
  for (const [name, value] of Object.entries({ ...headers, ...cors })) response.setHeader(name, value);
  response.writeHead(status);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** Undefined when the body is larger than the gateway takes; the rest of it is then thrown away. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
      request.resume();
      resolve(undefined);
      return;
    }
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else resolve(undefined);
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
    });
    request.on('error', reject);
  });
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `port ${port} is taken: stop what listens there, or give --port`
          : `cannot listen on port ${port}: ${error.message}`;
      reject(new Error(why, { cause: error }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** Lets running requests end, for at most a second and a half. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), 1_500);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
