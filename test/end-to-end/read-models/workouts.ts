import { expect, test } from 'vitest';
import { callApi, type RunningCloud } from '../../support/local-cloud.ts';

/** Workouts through the API: each activity once. */
export const workoutsPart = (cloud: () => RunningCloud): void => {
  test('WKT1 a user without workouts has an empty list, and no workout by any id', async () => {
    const user = await callApi<{ id: string }>(cloud(), '/v1/users', { body: { externalId: 'workouts-0' } });
    const base = `/v1/users/${user.body.id}/health/workouts`;
    const list = await callApi(cloud(), `${base}?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z`);
    expect([list.status, list.body]).toEqual([200, { workouts: [], nextCursor: null }]);
    const one = await callApi(cloud(), `${base}/3v5w8f0xq9d3m7t2c6e4r3v5w8`);
    expect([one.status, one.body['code']]).toEqual([404, 'workout.not_found']);
  });
};
