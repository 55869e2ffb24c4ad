import type { Route } from '../route.ts';

export const SAMPLES_ROUTES = [
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
] as const satisfies readonly Route[];
