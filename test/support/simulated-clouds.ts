import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../infra/local/providers/server.ts';

/** Noon of a Wednesday: everybody has slept, nobody sleeps. */
export const SIMULATED_NOW = Date.parse('2026-11-18T12:00:00Z');

export interface App {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly origins: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape they assert.
  readonly json: any;
  readonly text: string;
}

export interface SimulatedClouds extends AsyncDisposable {
  readonly simulator: Simulator;
  app(cloud: string): App;
  control(method: string, path: string, body?: unknown): Promise<Reply>;
}

/** All clouds with the same secrets and data on every run, on a clock that only `control/clock` moves. */
export async function startClouds(
  options: Pick<SimulatorOptions, 'stateFile'> = {},
): Promise<SimulatedClouds> {
  const simulator = await startSimulator({ seed: 'test', clock: () => SIMULATED_NOW, ...options });
  return {
    simulator,
    app: (cloud) => simulator.apps()[cloud] as App,
    control: (method, path, body) =>
      send(`${simulator.url}/control/${path}`, {
        method,
        ...(body === undefined ? {} : { json: body }),
      }),
    [Symbol.asyncDispose]: () => simulator.stop(),
  };
}

interface Sent {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

export async function send(url: string, sent: Sent = {}): Promise<Reply> {
  const response = await fetch(url, {
    method: sent.method ?? (sent.form === undefined ? 'GET' : 'POST'),
    headers: {
      ...(sent.token === undefined ? {} : { authorization: `Bearer ${sent.token}` }),
      ...(sent.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...sent.headers,
    },
    redirect: 'manual',
    ...(sent.form === undefined ? {} : { body: new URLSearchParams(sent.form) }),
    ...(sent.json === undefined ? {} : { body: JSON.stringify(sent.json) }),
  });
  const body = await response.text();
  return { status: response.status, headers: response.headers, json: jsonOf(body), text: body };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

export const REDIRECT = 'http://localhost:9/callback';

export interface Consent {
  /** The documented address, without its query. */
  readonly authorize: string;
  readonly scope: string;
  readonly person: string;
  readonly state?: string;
  readonly extra?: Readonly<Record<string, string>>;
}

/** What the redirect brings after the person has said yes at once. */
export async function consent(app: App, asked: Consent): Promise<URLSearchParams> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: REDIRECT,
    state: asked.state ?? 'state-of-enough-characters',
    scope: asked.scope,
    sim_user: asked.person,
    ...asked.extra,
  });
  const { headers } = await send(`${asked.authorize}?${query}`);
  return new URL(headers.get('location') ?? 'http://nowhere').searchParams;
}

export const clientFields = ({ clientId, clientSecret }: App) => ({
  client_id: clientId,
  client_secret: clientSecret,
});

export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
}

/** A client's inbound address; `reply` says how each request is answered. */
export async function startReceiver(
  reply: (request: Received) => { readonly status: number; readonly body?: string },
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const one: Received = {
      method: request.method ?? '',
      url: new URL(request.url ?? '/', 'http://client'),
      headers: request.headers,
      body: await text(request),
    };
    received.push(one);
    const { status, body } = reply(one);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
