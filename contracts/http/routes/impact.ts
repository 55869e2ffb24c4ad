import type { Route } from '../route.ts';

export const IMPACT_ROUTES = [
  {
    operation: 'listSessionImpact',
    method: 'GET',
    path: '/v1/users/{userId}/health/session-impact',
    function: 'read-impact',
    scope: 'samples:read',
  },
  {
    operation: 'listProductImpact',
    method: 'GET',
    path: '/v1/users/{userId}/health/impact/by-product',
    function: 'read-impact',
    scope: 'samples:read',
  },
  {
    operation: 'readSessionTelemetry',
    method: 'GET',
    path: '/v1/users/{userId}/health/sessions/{sessionId}/telemetry',
    function: 'read-impact',
    scope: 'samples:read',
  },
] as const satisfies readonly Route[];
