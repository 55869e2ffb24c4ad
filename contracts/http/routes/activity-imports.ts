import type { Route } from '../route.ts';

export const ACTIVITY_IMPORTS_ROUTES = [
  {
    operation: 'createActivityImport',
    method: 'POST',
    path: '/v1/users/{userId}/health/workouts/import',
    function: 'manage-workouts',
    scope: 'samples:write',
  },
  {
    operation: 'startActivityImport',
    method: 'POST',
    path: '/v1/users/{userId}/health/workouts/import/{importId}',
    function: 'manage-workouts',
    scope: 'samples:write',
  },
  {
    operation: 'getActivityImport',
    method: 'GET',
    path: '/v1/users/{userId}/health/workouts/import/{importId}',
    function: 'manage-workouts',
    scope: 'samples:write',
  },
  {
    operation: 'getWorkoutTrack',
    method: 'GET',
    path: '/v1/users/{userId}/health/workouts/{workoutId}/track',
    function: 'manage-workouts',
    scope: 'samples:read',
  },
] as const satisfies readonly Route[];
