import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface JsonCall {
  readonly method: string;
  readonly url: URL;
  /** Undefined: the request had none. */
  readonly body: unknown;
}

export interface JsonServer {
  readonly url: string;
  /** Of all bodies in both directions, uncompressed. */
  bytes(): number;
  stop(): Promise<void>;
}

export type JsonAnswer = { readonly status: number; readonly body: unknown };

/** JSON over HTTP on a free port, for the engines that bring no server. */
export async function serveJson(answer: (call: JsonCall) => Promise<JsonAnswer>): Promise<JsonServer> {
  let byteCount = 0;
  const server = createServer(async (request, response) => {
    const sent = await readAll(request);
    const { status, body } = await answer({
      method: request.method ?? 'GET',
      url: new URL(request.url ?? '/', 'http://server'),
      body: sent === '' ? undefined : JSON.parse(sent),
    });
    const text = JSON.stringify(body);
    byteCount += Buffer.byteLength(sent) + Buffer.byteLength(text);
    respond(response, status, text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    bytes: () => byteCount,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function respond(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
