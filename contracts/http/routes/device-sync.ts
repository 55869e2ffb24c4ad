import type { Route } from '../route.ts';

export const DEVICE_SYNC_ROUTES = [
  {
    operation: 'pushChanges',
    method: 'POST',
    path: '/v1/sync/push',
    function: 'sync-devices',
    scope: 'sync:write',
  },
  {
    operation: 'pullChanges',
    method: 'GET',
    path: '/v1/sync/changes',
    function: 'sync-devices',
    scope: 'sync:read',
  },
  {
    operation: 'readSnapshot',
    method: 'GET',
    path: '/v1/sync/snapshot',
    function: 'sync-devices',
    scope: 'sync:read',
  },
  {
    operation: 'readDigest',
    method: 'GET',
    path: '/v1/sync/digest',
    function: 'sync-devices',
    scope: 'sync:read',
  },
  {
    operation: 'leaseSync',
    method: 'POST',
    path: '/v1/sync/lease',
    function: 'sync-devices',
    scope: 'sync:read',
  },
  {
    operation: 'listConflicts',
    method: 'GET',
    path: '/v1/sync/conflicts',
    function: 'sync-devices',
    scope: 'sync:read',
  },
  {
    operation: 'resolveConflicts',
    method: 'POST',
    path: '/v1/sync/conflicts/batch-resolve',
    function: 'sync-devices',
    scope: 'sync:write',
  },
  {
    operation: 'readSyncStatus',
    method: 'GET',
    path: '/v1/sync/status',
    function: 'sync-devices',
    scope: 'sync:read',
  },
] as const satisfies readonly Route[];
