import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CLOUDS } from './clouds.ts';
import type { Answer, Call } from './frame/call.ts';
import { control } from './frame/control.ts';
import { bodyReaders, headersOf, readBody, send } from './frame/http.ts';
import { openMemory } from './frame/memory.ts';
import { type CloudRuntime, createRuntime } from './frame/runtime.ts';
import { serveCloud } from './frame/serve.ts';
import { homePage } from './pages/home.ts';

export interface SimulatorOptions {
  /** 0 or nothing = any free port. */
  readonly port?: number;
  /** With a seed, secrets and tokens repeat too; without one they are random and only the data repeats. */
  readonly seed?: string;
  /** Where the simulator's clock begins and runs from; the real one when absent. */
  readonly clock?: () => number;
  /** Where everything is kept that a restart must not forget; nothing is kept without it. */
  readonly stateFile?: string;
}

export interface Simulator {
  readonly url: string;
  /** What `GET /apps` answers. */
  apps(): Readonly<Record<string, unknown>>;
  /** Closes the server and every open connection; answers and pushes that are under way are abandoned. */
  stop(): Promise<void>;
}

const TICK_MS = 1000;

/** Starts all seven clouds on one port of 127.0.0.1. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const real = options.clock ?? Date.now;
  const dataSeed = options.seed ?? 'people';
  const memory = openMemory({ file: options.stateFile, seed: dataSeed, say: console.error });
  const clock = memory.keep('clock', { offsetMs: 0 });
  const ending = new AbortController();
  let url = '';
  const now = (): number => real() + clock.offsetMs;
  const startMs = now();
  const runtimes = CLOUDS.map((maker) =>
    createRuntime({
      maker,
      now,
      startMs,
      dataSeed,
      seed: options.seed,
      memory,
      ended: ending.signal,
      baseUrl: () => url,
    }),
  );
  const tick = (): void => {
    for (const { deliveries } of runtimes) deliveries.tick();
    memory.write();
  };
  const advance = (seconds: number): number => {
    clock.offsetMs += seconds * 1000;
    tick();
    return now();
  };
  const server = createServer((request, response) => {
    answer({ runtimes, advance, now, url, save: memory.write }, request, response).catch((error: unknown) => {
      if (ending.signal.aborted) return;
      console.error(error);
      if (!response.headersSent) send(response, { status: 500, json: { error: 'the simulator failed' } });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  memory.write();
  const timer = setInterval(tick, TICK_MS).unref();
  return {
    url,
    apps: () => appsOf(runtimes),
    stop() {
      clearInterval(timer);
      memory.close();
      ending.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

interface Context {
  readonly runtimes: readonly CloudRuntime[];
  readonly url: string;
  readonly save: () => void;
  advance(seconds: number): number;
  now(): number;
}

async function answer(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const url = URL.parse(request.url ?? '/', context.url);
  if (body === undefined) return send(response, { status: 413, json: { error: 'body too large' } });
  if (url === null) return send(response, { status: 400, json: { error: 'no address' } });
  const [, first = '', origin = '', ...rest] = url.pathname.split('/');
  const call: Call = {
    method: request.method ?? 'GET',
    origin,
    path: `/${rest.join('/')}`,
    params: {},
    query: url.searchParams,
    headers: headersOf(request),
    grant: undefined,
    ...bodyReaders(body),
  };
  const runtime = context.runtimes.find(({ cloud }) => cloud.name === first);
  if (runtime?.cloud.origins.includes(origin)) return serveCloud(runtime, call, response);
  if (first === 'control') {
    const done = await control(context, call, [origin, ...rest].filter(Boolean));
    context.save();
    return send(response, done);
  }
  send(response, ownPage(context, `${call.method} ${url.pathname}`));
}

function ownPage({ runtimes, now, url }: Context, what: string): Answer {
  if (what === 'GET /') return homePage(runtimes, now(), url);
  if (what === 'GET /apps') return { status: 200, json: appsOf(runtimes) };
  if (what === 'GET /people')
    return {
      status: 200,
      json: Object.fromEntries(
        runtimes.map(({ cloud, kit }) => [cloud.name, kit.people.map(({ name }) => name)]),
      ),
    };
  return { status: 404, json: { error: 'not found' } };
}

/** The configuration that a client of these clouds needs, by cloud. */
function appsOf(runtimes: readonly CloudRuntime[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    runtimes.map(({ cloud, kit }) => [
      cloud.name,
      {
        clientId: kit.clientId,
        clientSecret: kit.clientSecret,
        origins: Object.fromEntries(cloud.origins.map((origin) => [origin, kit.originUrl(origin)])),
        settings: cloud.settings(),
      },
    ]),
  );
}
