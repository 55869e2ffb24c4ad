import { createHealthCheck, type HealthPart } from '../../../lib/observability/health.ts';
import type { AccessDependencies } from '../../_platform/http/access-dependencies.ts';
import {
  createHttpHandler,
  type HttpHandler,
  type HttpStack,
} from '../../_platform/http/create-http-handler.ts';

/** Files of contracts/published, which the bundle carries. */
export interface PublishedFiles {
  readonly openApi: string;
  readonly docsHtml: string;
}

export interface DescribeApiWiring extends Pick<HttpStack, 'settings'> {
  readonly parts: readonly HealthPart[];
  readonly published: PublishedFiles;
}

/** The page brings its own style and script inline and loads nothing. */
const DOCS_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** Both files change with a deployment only. */
const CACHE_CONTROL = 'public, max-age=300';

/** Its operations are public: nobody is asked who calls. */
const NO_ACCESS: AccessDependencies = {
  authenticator: { authenticate: () => Promise.reject(new Error('public operations have no principal')) },
  rateLimiter: { take: () => Promise.reject(new Error('public operations have no principal')) },
};

/** Health, the API description, and 404 for every route that the gateway does not know. */
export function createDescribeApiHandler({ parts, published, settings }: DescribeApiWiring): HttpHandler {
  const checkHealth = createHealthCheck({ parts, clock: settings.clock, log: settings.log });
  return createHttpHandler({
    access: NO_ACCESS,
    settings,
    operations: {
      reportHealth: async () => {
        await checkHealth();
        return { status: 200, body: { status: 'ok' } };
      },
      describeApi: async () => ({
        status: 200,
        body: published.openApi,
        headers: { 'cache-control': CACHE_CONTROL, 'access-control-allow-origin': '*' },
      }),
      readDocs: async () => ({
        status: 200,
        body: published.docsHtml,
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': DOCS_POLICY,
          'cache-control': CACHE_CONTROL,
        },
      }),
    },
  });
}
