import type { Route } from '../route.ts';

/** Nights and naps of all sources; what each source says of its own is listed with the records. */
export const SLEEP_ROUTES = [
  {
    operation: 'listNights',
    method: 'GET',
    path: '/v1/users/{userId}/health/sleep',
    function: 'read-health',
    scope: 'samples:read',
  },
  {
    operation: 'getNight',
    method: 'GET',
    path: '/v1/users/{userId}/health/sleep/{date}',
    function: 'read-health',
    scope: 'samples:read',
  },
] as const satisfies readonly Route[];
