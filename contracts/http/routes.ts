import type { Scope } from './scopes.ts';

/** The functions behind the HTTP API; the names are folders under functions/http. */
export type HttpFunction =
  | 'describe-api'
  | 'manage-access'
  | 'manage-users'
  | 'ingest-samples'
  | 'read-health'
  | 'manage-connections'
  | 'receive-push'
  | 'sync-devices'
  | 'manage-entities';

export interface Route {
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly function: HttpFunction;
  /** `public` needs no principal. */
  readonly scope: Scope | 'public';
}

/** The closed list of operations: the gateway, the router, the OpenAPI file and the tests read this one. */
export const ROUTES = [
  { operation: 'reportHealth', method: 'GET', path: '/v1/health', function: 'describe-api', scope: 'public' },
  {
    operation: 'describeApi',
    method: 'GET',
    path: '/v1/openapi.json',
    function: 'describe-api',
    scope: 'public',
  },
  { operation: 'readDocs', method: 'GET', path: '/docs', function: 'describe-api', scope: 'public' },

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

  {
    operation: 'ingestSamples',
    method: 'POST',
    path: '/v1/users/{userId}/health/samples/batch-upsert',
    function: 'ingest-samples',
    scope: 'samples:write',
  },
  {
    operation: 'createUpload',
    method: 'POST',
    path: '/v1/users/{userId}/health/samples/uploads',
    function: 'ingest-samples',
    scope: 'samples:write',
  },

  {
    operation: 'listSamples',
    method: 'GET',
    path: '/v1/users/{userId}/health/samples',
    function: 'read-health',
    scope: 'samples:read',
  },
  {
    operation: 'listRollups',
    method: 'GET',
    path: '/v1/users/{userId}/health/rollups',
    function: 'read-health',
    scope: 'samples:read',
  },
  {
    operation: 'listMetrics',
    method: 'GET',
    path: '/v1/users/{userId}/health/metrics',
    function: 'read-health',
    scope: 'samples:read',
  },
  {
    operation: 'listChanges',
    method: 'GET',
    path: '/v1/users/{userId}/health/changes',
    function: 'read-health',
    scope: 'samples:read',
  },
  {
    operation: 'getPriorities',
    method: 'GET',
    path: '/v1/users/{userId}/health/priorities',
    function: 'read-health',
    scope: 'samples:read',
  },
  {
    operation: 'putPriorities',
    method: 'PUT',
    path: '/v1/users/{userId}/health/priorities',
    function: 'read-health',
    scope: 'users:write',
  },

  {
    operation: 'listProviders',
    method: 'GET',
    path: '/v1/providers',
    function: 'manage-connections',
    scope: 'connections:read',
  },
  {
    operation: 'authorizeConnection',
    method: 'POST',
    path: '/v1/users/{userId}/connections/{provider}/authorize',
    function: 'manage-connections',
    scope: 'connections:write',
  },
  {
    operation: 'createConnectTicket',
    method: 'POST',
    path: '/v1/users/{userId}/connections/{provider}/ticket',
    function: 'manage-connections',
    scope: 'connections:write',
  },
  {
    operation: 'openConsent',
    method: 'GET',
    path: '/v1/oauth/{provider}/authorize',
    function: 'manage-connections',
    scope: 'public',
  },
  {
    operation: 'finishConsent',
    method: 'GET',
    path: '/v1/oauth/{provider}/callback',
    function: 'manage-connections',
    scope: 'public',
  },
  {
    operation: 'listConnections',
    method: 'GET',
    path: '/v1/users/{userId}/connections',
    function: 'manage-connections',
    scope: 'connections:read',
  },
  {
    operation: 'getConnection',
    method: 'GET',
    path: '/v1/users/{userId}/connections/{connectionId}',
    function: 'manage-connections',
    scope: 'connections:read',
  },
  {
    operation: 'disconnect',
    method: 'DELETE',
    path: '/v1/users/{userId}/connections/{connectionId}',
    function: 'manage-connections',
    scope: 'connections:write',
  },
  {
    operation: 'startSync',
    method: 'POST',
    path: '/v1/users/{userId}/connections/{connectionId}/sync',
    function: 'manage-connections',
    scope: 'connections:write',
  },
  {
    operation: 'startBackfill',
    method: 'POST',
    path: '/v1/users/{userId}/connections/{connectionId}/backfill',
    function: 'manage-connections',
    scope: 'connections:write',
  },
  {
    operation: 'listSyncs',
    method: 'GET',
    path: '/v1/users/{userId}/connections/{connectionId}/syncs',
    function: 'manage-connections',
    scope: 'connections:read',
  },
  {
    operation: 'getSync',
    method: 'GET',
    path: '/v1/users/{userId}/connections/{connectionId}/syncs/{syncId}',
    function: 'manage-connections',
    scope: 'connections:read',
  },
  {
    operation: 'getSyncById',
    method: 'GET',
    path: '/v1/users/{userId}/syncs/{syncId}',
    function: 'manage-connections',
    scope: 'connections:read',
  },
  {
    operation: 'listQuarantine',
    method: 'GET',
    path: '/v1/users/{userId}/connections/{connectionId}/quarantine',
    function: 'manage-connections',
    scope: 'connections:read',
  },
  {
    operation: 'replayPayloads',
    method: 'POST',
    path: '/v1/users/{userId}/connections/{connectionId}/replay',
    function: 'manage-connections',
    scope: 'connections:write',
  },
  {
    operation: 'receivePush',
    method: 'POST',
    path: '/v1/inbound/{provider}',
    function: 'receive-push',
    scope: 'public',
  },
  {
    operation: 'answerHandshake',
    method: 'GET',
    path: '/v1/inbound/{provider}',
    function: 'receive-push',
    scope: 'public',
  },
  {
    operation: 'probeInbound',
    method: 'HEAD',
    path: '/v1/inbound/{provider}',
    function: 'receive-push',
    scope: 'public',
  },
  {
    operation: 'listSleepSessions',
    method: 'GET',
    path: '/v1/users/{userId}/health/records/sleep',
    function: 'read-health',
    scope: 'samples:read',
  },
  {
    operation: 'listWorkoutRecords',
    method: 'GET',
    path: '/v1/users/{userId}/health/records/workouts',
    function: 'read-health',
    scope: 'samples:read',
  },
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

export type Operation = (typeof ROUTES)[number]['operation'];
