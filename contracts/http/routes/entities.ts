import type { Route } from '../route.ts';

export const ENTITIES_ROUTES = [
  {
    operation: 'listEntities',
    method: 'GET',
    path: '/v1/users/{userId}/{entityType}',
    function: 'manage-entities',
    scope: 'sync:read',
  },
  {
    operation: 'createEntity',
    method: 'POST',
    path: '/v1/users/{userId}/{entityType}',
    function: 'manage-entities',
    scope: 'sync:write',
  },
  {
    operation: 'getEntity',
    method: 'GET',
    path: '/v1/users/{userId}/{entityType}/{entityId}',
    function: 'manage-entities',
    scope: 'sync:read',
  },
  {
    operation: 'putEntity',
    method: 'PUT',
    path: '/v1/users/{userId}/{entityType}/{entityId}',
    function: 'manage-entities',
    scope: 'sync:write',
  },
  {
    operation: 'patchEntity',
    method: 'PATCH',
    path: '/v1/users/{userId}/{entityType}/{entityId}',
    function: 'manage-entities',
    scope: 'sync:write',
  },
  {
    operation: 'deleteEntity',
    method: 'DELETE',
    path: '/v1/users/{userId}/{entityType}/{entityId}',
    function: 'manage-entities',
    scope: 'sync:write',
  },
] as const satisfies readonly Route[];
