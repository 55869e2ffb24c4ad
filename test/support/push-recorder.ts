import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A notification as a cloud sent it, and what it was answered. */
export interface RecordedPush {
  readonly method: string;
  /** With the query: clouds that cannot sign have their key in it. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly status: number;
  readonly code: string | undefined;
}

/** Stands between the simulated clouds and the API: hands everything on as it came, and remembers it. */
export interface PushRecorder extends AsyncDisposable {
  readonly url: string;
  /** What came for a provider since `forget`, handshakes included. */
  of(provider: string): readonly RecordedPush[];
  forget(): void;
  /** Sends a notification that no cloud made; a POST of JSON where nothing else is said. */
  send(
    provider: string,
    push: { body?: string | Buffer; headers?: Record<string, string>; query?: string; method?: string },
  ): Promise<{ status: number; code: string | undefined }>;
  /** Sends a recorded push to the API once more, as it was or with changes. */
  repeat(
    push: RecordedPush,
    change?: Partial<RecordedPush>,
  ): Promise<{ status: number; code: string | undefined }>;
}

/** Headers of the way, not of the message. */
const HOP = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'expect']);

export async function startPushRecorder(apiUrl: string): Promise<PushRecorder> {
  let pushes: RecordedPush[] = [];
  const send = async ({
    method,
    path,
    headers,
    body,
  }: Pick<RecordedPush, 'method' | 'path' | 'headers' | 'body'>) => {
    const bodied = method === 'POST' ? { body: new Uint8Array(body) } : {};
    const reply = await fetch(`${apiUrl}${path}`, { method, headers, redirect: 'manual', ...bodied });
    const text = await reply.text();
    const code = text.startsWith('{"type"') ? (JSON.parse(text) as { code: string }).code : undefined;
    return { status: reply.status, code, text, type: reply.headers.get('content-type') };
  };
  const server = createServer((request, response) => {
    void readBody(request).then(async (body) => {
      const { method = 'GET', url: path = '/' } = request;
      const push = { method, path, headers: headersOf(request), body };
      const { status, code, text, type } = await send(push);
      pushes.push({ ...push, status, code });
      response.writeHead(status, type === null ? {} : { 'content-type': type });
      response.end(text === '' ? undefined : text);
    }, response.destroy.bind(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    of: (provider) => pushes.filter(({ path }) => path.startsWith(`/v1/inbound/${provider}`)),
    forget: () => {
      pushes = [];
    },
    send: async (provider, { body = '', headers = {}, query = '', method = 'POST' }) => {
      const { status, code } = await send({
        method,
        path: `/v1/inbound/${provider}${query}`,
        headers: { 'content-type': 'application/json', ...headers },
        body: Buffer.from(body),
      });
      return { status, code };
    },
    repeat: (push, change = {}) => send({ ...push, ...change }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const headersOf = ({ headers }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !HOP.has(name) ? [[name, value]] : [],
    ),
  );

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** An address that nobody may ask. */
export interface Trap {
  /** With the port. */
  readonly host: string;
  askedCount(): number;
  close(): Promise<void>;
}

export async function startTrap(): Promise<Trap> {
  let count = 0;
  const server = createServer((_, response) => {
    count += 1;
    response.end('[]');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    askedCount: () => count,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
