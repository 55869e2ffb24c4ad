import type { WorkoutTrackAnswer } from '../../../../contracts/http/activity-imports.ts';
import type { ListEntitiesAnswer } from '../../../../contracts/http/entities.ts';
import type { ListProductImpactAnswer, ListSessionImpactAnswer } from '../../../../contracts/http/impact.ts';
import type { SourceInput } from '../../../../contracts/http/ingest-samples.ts';
import type { ListNightsAnswer, Night, NightDetail } from '../../../../contracts/http/sleep.ts';
import type {
  DecideDuplicatesRequest,
  ListDuplicatesAnswer,
  ListWorkoutSamplesAnswer,
  ListWorkoutsAnswer,
  SumWorkoutsAnswer,
  Workout,
  WorkoutDetail,
  WorkoutGroup,
} from '../../../../contracts/http/workouts.ts';
import { ask } from './api.ts';

const PAGE_COUNT = 200;

const health = <Body>(userId: string, path: string, query: Readonly<Record<string, string>> = {}) =>
  ask<Body>(`/v1/users/${userId}/health/${path}?${new URLSearchParams(query)}`);

export interface InstantRange {
  readonly from: string;
  readonly to: string;
}

export const listNights = async (userId: string, from: string, to: string): Promise<readonly Night[]> =>
  (await health<ListNightsAnswer>(userId, 'sleep', { from, to })).nights;

export const getNight = (userId: string, date: string): Promise<NightDetail> =>
  health(userId, `sleep/${date}`);

/** The first so many workouts of a range in the order of their start, copies among them. */
export const listWorkouts = async (
  userId: string,
  range: InstantRange,
  limit = PAGE_COUNT,
): Promise<readonly Workout[]> => {
  const query = { ...range, limit: String(limit), includeDuplicates: 'true' };
  return (await health<ListWorkoutsAnswer>(userId, 'workouts', query)).workouts;
};

export const sumWorkouts = (userId: string, range: InstantRange): Promise<SumWorkoutsAnswer> =>
  health(userId, 'workouts/totals', { ...range, by: 'family' });

export const listGroups = async (userId: string, range: InstantRange): Promise<readonly WorkoutGroup[]> =>
  (await health<ListDuplicatesAnswer>(userId, 'workouts/duplicates', { ...range, limit: String(PAGE_COUNT) }))
    .groups;

export const decide = (
  userId: string,
  groupId: string,
  decision: DecideDuplicatesRequest,
): Promise<WorkoutGroup> =>
  ask(`/v1/users/${userId}/health/workouts/duplicates/${groupId}/decision`, 'POST', decision);

export const getWorkout = (userId: string, workoutId: string): Promise<WorkoutDetail> =>
  health(userId, `workouts/${workoutId}`);

export const listHeartRate = (userId: string, workoutId: string): Promise<ListWorkoutSamplesAnswer> =>
  health(userId, `workouts/${workoutId}/samples`, { metrics: 'heart_rate', resolution: '1m' });

export const getTrack = (userId: string, workoutId: string, maxPoints: number): Promise<WorkoutTrackAnswer> =>
  health(userId, `workouts/${workoutId}/track`, { maxPoints: String(maxPoints) });

export const listSessionImpact = (
  userId: string,
  metric: string,
  range: InstantRange,
): Promise<ListSessionImpactAnswer> =>
  health(userId, 'session-impact', { ...range, metric, limit: String(PAGE_COUNT) });

export const listProductImpact = (userId: string, metric: string): Promise<ListProductImpactAnswer> =>
  health(userId, 'impact/by-product', { metric, periodDays: '90' });

/** Products by their names, as device sync has them. */
export async function listProducts(userId: string): Promise<ReadonlyMap<string, string>> {
  const { entities } = await ask<ListEntitiesAnswer>(`/v1/users/${userId}/products?limit=${PAGE_COUNT}`);
  return new Map(entities.map(({ id, data }) => [id, String(data?.['name'])]));
}

export const putEntity = (
  userId: string,
  type: 'products' | 'sessions',
  id: string,
  data: object,
): Promise<unknown> => ask(`/v1/users/${userId}/${type}/${id}`, 'PUT', { data });

/** `garmin Fenix 2 (watch)`. */
export function sourceName({ provider, device, app }: SourceInput): string {
  const kind = device?.type === undefined || device.type === 'other' ? '' : `(${device.type})`;
  return [provider, device?.model, kind, app === undefined ? '' : `by ${app}`]
    .filter((word) => word !== undefined && word !== '')
    .join(' ');
}
