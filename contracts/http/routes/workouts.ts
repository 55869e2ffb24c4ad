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
    operation: 'getWorkout',
    method: 'GET',
    path: '/v1/users/{userId}/health/workouts/{workoutId}',
    function: 'manage-workouts',
    scope: 'samples:read',
  },
] as const satisfies readonly Route[];
