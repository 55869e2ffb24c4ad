import type { Route } from '../route.ts';

export const REBUILDS_ROUTES = [
  {
    operation: 'startRebuild',
    method: 'POST',
    path: '/v1/admin/rebuilds',
    function: 'manage-rebuilds',
    scope: 'workspace:admin',
  },
  {
    operation: 'listRebuilds',
    method: 'GET',
    path: '/v1/admin/rebuilds',
    function: 'manage-rebuilds',
    scope: 'workspace:admin',
  },
  {
    operation: 'getRebuild',
    method: 'GET',
    path: '/v1/admin/rebuilds/{rebuildId}',
    function: 'manage-rebuilds',
    scope: 'workspace:admin',
  },
] as const satisfies readonly Route[];
