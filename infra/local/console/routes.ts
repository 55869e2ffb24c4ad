import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';
import type { ConsoleHooks } from './flow.ts';

interface Asset {
  readonly type: string;
  readonly body: Uint8Array | string;
}

export interface ConsoleRoutes {
  /**
   * Answers `GET /` and everything under `/console/`; false for any other request, which is then untouched.
   * Only a browser that was pointed at this machine gets an answer: a foreign Host header is 403, so that
   * a page elsewhere cannot rebind its name to 127.0.0.1 and read the key.
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

const PAGE = fileURLToPath(new URL('./page/', import.meta.url));
const LOCAL_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Bundles the page once, in memory, and serves it with what it asks for while it runs. */
export async function createConsoleRoutes(hooks: ConsoleHooks): Promise<ConsoleRoutes> {
  const assets = await bundlePage();
  return {
    async handle(request, response) {
      // A request target that is no URL, such as `//[`, is the gateway's to answer.
      const url = URL.parse(request.url ?? '/', 'http://console');
      if (url === null) return false;
      if (url.pathname !== '/' && !url.pathname.startsWith('/console/')) return false;
      if (!LOCAL_HOST.test(request.headers.host ?? ''))
        return send(response, 403, { type: 'text/plain', body: 'foreign host' });
      if (request.method !== 'GET') return send(response, 405, { type: 'text/plain', body: 'GET only' });
      const asset = assets.get(url.pathname) ?? (await liveAnswer(hooks, url));
      return asset === undefined
        ? send(response, 404, { type: 'text/plain', body: 'not found' })
        : send(response, 200, asset);
    },
  };
}

async function liveAnswer(hooks: ConsoleHooks, url: URL): Promise<Asset | undefined> {
  if (url.pathname === '/console/config.json')
    return json({ apiKey: hooks.apiKey, simulatorUrl: hooks.simulatorUrl });
  if (url.pathname !== '/console/state.json') return undefined;
  const afterId = Number(url.searchParams.get('after') ?? 0);
  return json({
    events: hooks.recentEvents(Number.isSafeInteger(afterId) ? afterId : 0),
    queues: await hooks.queueStates(),
    totals: hooks.totals(),
  });
}

const json = (body: unknown): Asset => ({ type: 'application/json', body: JSON.stringify(body) });

function send(response: ServerResponse, status: number, asset: Asset): true {
  response.writeHead(status, { ...HEADERS, 'content-type': asset.type }).end(asset.body);
  return true;
}

async function bundlePage(): Promise<ReadonlyMap<string, Asset>> {
  const bundled = await build({
    entryPoints: { page: `${PAGE}main.ts` },
    outdir: '/console',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    loader: { '.html': 'copy' },
    logLevel: 'silent',
  });
  // Its service would stay a process of its own for as long as this one lives.
  await stop();
  const assets = new Map<string, Asset>();
  for (const file of bundled.outputFiles) {
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    const type = name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8';
    assets.set(`/console/${name}`, { type, body: file.contents });
  }
  assets.set('/', { type: 'text/html; charset=utf-8', body: await readFile(`${PAGE}index.html`, 'utf8') });
  return assets;
}
