import type { Route } from '../route.ts';

export const USERS_ROUTES = [
  {
    operation: 'createUser',
    method: 'POST',
    path: '/v1/users',
    function: 'manage-users',
    scope: 'users:write',
  },
  { operation: 'listUsers', method: 'GET', path: '/v1/users', function: 'manage-users', scope: 'users:read' },
  {
    operation: 'getUser',
    method: 'GET',
    path: '/v1/users/{userId}',
    function: 'manage-users',
    scope: 'users:read',
  },
  {
    operation: 'updateUser',
    method: 'PATCH',
    path: '/v1/users/{userId}',
    function: 'manage-users',
    scope: 'users:write',
  },
  {
    operation: 'deleteUser',
    method: 'DELETE',
    path: '/v1/users/{userId}',
    function: 'manage-users',
    scope: 'users:write',
  },
  {
    operation: 'getPrivacy',
    method: 'GET',
    path: '/v1/users/{userId}/privacy',
    function: 'manage-users',
    scope: 'users:read',
  },
  {
    operation: 'putPrivacy',
    method: 'PUT',
    path: '/v1/users/{userId}/privacy',
    function: 'manage-users',
    scope: 'users:write',
  },
] as const satisfies readonly Route[];
