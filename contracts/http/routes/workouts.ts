import type { Route } from '../route.ts';

export const WORKOUTS_ROUTES = [
  {
    operation: 'listWorkouts',
    method: 'GET',
    path: '/v1/users/{userId}/health/workouts',
    function: 'manage-workouts',
    scope: 'samples:read',
  },
  {
    operation: 'sumWorkouts',
    method: 'GET',
    path: '/v1/users/{userId}/health/workouts/totals',
    function: 'manage-workouts',
    scope: 'samples:read',
  },
  {
    operation: 'listDuplicateWorkouts',
    method: 'GET',
    path: '/v1/users/{userId}/health/workouts/duplicates',
    function: 'manage-workouts',
    scope: 'samples:read',
  },
  {
    operation: 'decideDuplicateWorkouts',
    method: 'POST',
    path: '/v1/users/{userId}/health/workouts/duplicates/{groupId}/decision',
    function: 'manage-workouts',
    scope: 'samples:write',
  },
  {
    operation: 'listWorkoutSamples',
    method: 'GET',
    path: '/v1/users/{userId}/health/workouts/{workoutId}/samples',
    function: 'manage-workouts',
    scope: 'samples:read',
  },
  {
    operation: 'getWorkout',
    method: 'GET',
    path: '/v1/users/{userId}/health/workouts/{workoutId}',
    function: 'manage-workouts',
    scope: 'samples:read',
  },
  {
    operation: 'upsertWorkouts',
    method: 'POST',
    path: '/v1/users/{userId}/health/workouts/batch-upsert',
    function: 'manage-workouts',
    scope: 'samples:write',
  },
  {
    operation: 'listWorkoutSyncStates',
    method: 'GET',
    path: '/v1/users/{userId}/health/workouts/sync-state',
    function: 'manage-workouts',
    scope: 'samples:read',
  },
  {
    operation: 'putWorkout',
    method: 'PUT',
    path: '/v1/users/{userId}/health/workouts/{workoutId}',
    function: 'manage-workouts',
    scope: 'samples:write',
  },
  {
    operation: 'deleteWorkout',
    method: 'DELETE',
    path: '/v1/users/{userId}/health/workouts/{workoutId}',
    function: 'manage-workouts',
    scope: 'samples:write',
  },
] as const satisfies readonly Route[];
