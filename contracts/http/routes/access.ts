import type { Route } from '../route.ts';

export const ACCESS_ROUTES = [
  {
    operation: 'getWorkspace',
    method: 'GET',
    path: '/v1/workspace',
    function: 'manage-access',
    scope: 'workspace:admin',
  },
  {
    operation: 'updateWorkspace',
    method: 'PATCH',
    path: '/v1/workspace',
    function: 'manage-access',
    scope: 'workspace:admin',
  },
  {
    operation: 'createApiKey',
    method: 'POST',
    path: '/v1/api-keys',
    function: 'manage-access',
    scope: 'keys:admin',
  },
  {
    operation: 'listApiKeys',
    method: 'GET',
    path: '/v1/api-keys',
    function: 'manage-access',
    scope: 'keys:admin',
  },
  {
    operation: 'rotateApiKey',
    method: 'POST',
    path: '/v1/api-keys/{keyId}/rotate',
    function: 'manage-access',
    scope: 'keys:admin',
  },
  {
    operation: 'revokeApiKey',
    method: 'DELETE',
    path: '/v1/api-keys/{keyId}',
    function: 'manage-access',
    scope: 'keys:admin',
  },
  {
    operation: 'createIssuer',
    method: 'POST',
    path: '/v1/issuers',
    function: 'manage-access',
    scope: 'issuers:admin',
  },
  {
    operation: 'listIssuers',
    method: 'GET',
    path: '/v1/issuers',
    function: 'manage-access',
    scope: 'issuers:admin',
  },
  {
    operation: 'deleteIssuer',
    method: 'DELETE',
    path: '/v1/issuers/{issuerId}',
    function: 'manage-access',
    scope: 'issuers:admin',
  },
] as const satisfies readonly Route[];
