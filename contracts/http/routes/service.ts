import type { Route } from '../route.ts';

export const SERVICE_ROUTES = [
  { operation: 'reportHealth', method: 'GET', path: '/v1/health', function: 'describe-api', scope: 'public' },
  {
    operation: 'describeApi',
    method: 'GET',
    path: '/v1/openapi.json',
    function: 'describe-api',
    scope: 'public',
  },
  { operation: 'readDocs', method: 'GET', path: '/docs', function: 'describe-api', scope: 'public' },
] as const satisfies readonly Route[];
