import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ServiceFault } from './service-fault.ts';

/** Answers one operation of a JSON protocol, named by `X-Amz-Target`. */
export type ServiceOperation = (input: unknown) => Promise<object> | object;

/** Answers a plain HTTP request, such as that for a key set; undefined when the path is not its own. */
export type PlainRoute = (
  method: string,
  url: URL,
  body: string,
) => Promise<{ readonly status: number; readonly body: object } | undefined>;

export interface ServicesServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** KMS, EventBridge, Step Functions, Secrets Manager and the identity provider on one address. */
export async function startServices(
  operations: Readonly<Record<string, ServiceOperation>>,
  plain: PlainRoute,
): Promise<ServicesServer> {
  const server = createServer((request, response) => {
    answer(request, response, operations, plain).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  operations: Readonly<Record<string, ServiceOperation>>,
  plain: PlainRoute,
): Promise<void> {
  const body = await readText(request);
  const target = request.headers['x-amz-target'];
  if (typeof target !== 'string') {
    const found = await plain(request.method ?? 'GET', new URL(request.url ?? '/', 'http://services'), body);
    return send(response, found?.status ?? 404, found?.body ?? { message: 'Not Found' });
  }
  const operation = operations[target];
  if (operation === undefined) {
    return send(response, 400, {
      __type: 'UnknownOperationException',
      message: `${target} is not served here`,
    });
  }
  try {
    send(response, 200, await operation(JSON.parse(body)));
  } catch (error) {
    const isOurs = error instanceof ServiceFault;
    const code = isOurs ? error.code : 'InternalFailure';
    response.setHeader('x-amzn-errortype', code);
    send(response, isOurs ? 400 : 500, { __type: code, message: String(error) });
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
