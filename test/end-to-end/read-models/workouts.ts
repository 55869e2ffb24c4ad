import { expect, test } from 'vitest';
import type { Workout, WorkoutGroup } from '../../../contracts/http/workouts.ts';
import { ACTIVITY_COUNT, COPY_COUNT, WITHINGS_COPIES } from '../../fixtures/workouts/withings-copies.ts';
import { callApi, type RunningCloud } from '../../support/local-cloud.ts';
import type { WorkoutParts } from '../../support/workout-builders.ts';

const RANGE = 'from=2026-10-01T00:00:00Z&to=2026-12-01T00:00:00Z';
const RIDE: WorkoutParts = {
  externalId: 'ride-1',
  start: '2026-11-01T09:00:12Z',
  type: 'cycling',
  distanceM: 30_000,
};

const toInput = ({ start, minutes = 60, externalId, type, distanceM }: WorkoutParts) => ({
  externalId,
  type,
  start,
  end: new Date(Date.parse(start) + minutes * 60_000).toISOString(),
  ...(distanceM === undefined ? {} : { distanceM }),
});

/** Workouts through the API: each activity once, and what users decide. */
export const workoutsPart = (cloud: () => RunningCloud): void => {
  const userOf = async (externalId: string) => {
    const { body } = await callApi<{ id: string }>(cloud(), '/v1/users', { body: { externalId } });
    return `/v1/users/${body.id}/health`;
  };
  const send = async (
    base: string,
    provider: string,
    workouts: readonly WorkoutParts[],
    requestId: string,
  ) => {
    const body = { requestId, source: { provider }, workouts: workouts.map(toInput) };
    const answer = await callApi(cloud(), `${base}/workouts/batch-upsert`, { body });
    expect(answer.status, answer.text).toBe(200);
  };
  const list = async (base: string, query = '') =>
    (await callApi<{ workouts: Workout[] }>(cloud(), `${base}/workouts?${RANGE}${query}`)).body.workouts;
  const groups = async (base: string) =>
    (await callApi<{ groups: WorkoutGroup[] }>(cloud(), `${base}/workouts/duplicates?${RANGE}`)).body.groups;
  const decide = (base: string, groupId: string, body: object) =>
    callApi<WorkoutGroup>(cloud(), `${base}/workouts/duplicates/${groupId}/decision`, { body });

  test('WKT1 191 workouts of which 171 are copies are 20, page by page and in the totals', async () => {
    const base = await userOf('workouts-191');
    const of = (provider: string) => WITHINGS_COPIES.filter((parts) => parts.provider === provider);
    await send(base, 'withings', of('withings'), 'copies');
    await send(base, 'garmin', of('garmin'), 'own');
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await callApi<{ workouts: Workout[]; nextCursor: string | null }>(
        cloud(),
        `${base}/workouts?${RANGE}&limit=7${after}`,
      );
      expect(page.headers.get('server-timing')).toMatch(/^db;desc="\d{1,2} reads"/);
      ids.push(...page.body.workouts.map(({ externalId }) => externalId));
      cursor = page.body.nextCursor;
    }
    expect(ids).toEqual(Array.from({ length: ACTIVITY_COUNT }, (_, index) => `g-${index}`));
    expect(await list(base, '&includeDuplicates=true&limit=1000')).toHaveLength(ACTIVITY_COUNT + COPY_COUNT);
    expect(await groups(base)).toHaveLength(ACTIVITY_COUNT);
    const totals = await callApi(cloud(), `${base}/workouts/totals?${RANGE}&by=family`);
    expect(totals.body).toMatchObject({ counted: ACTIVITY_COUNT, setAside: COPY_COUNT });
  });

  test('WKT9 a decision is kept through imports and priorities, told in the changes, and taken back', async () => {
    const base = await userOf('workouts-decision');
    await send(base, 'garmin', [RIDE], 'a');
    await send(base, 'strava', [{ ...RIDE, start: '2026-11-01T09:00:40Z', type: 'indoor_cycling' }], 'b');
    const [group] = await groups(base);
    if (group === undefined) throw new Error('no group');
    const writing = { name: 'writes', scopes: ['samples:write'], mode: 'test' };
    const { body: key } = await callApi<{ key: string }>(cloud(), '/v1/api-keys', { body: writing });
    const blind = await callApi(cloud(), `${base}/workouts/duplicates/${group.id}/decision`, {
      body: { decision: 'keep_both' },
      headers: { authorization: `Bearer ${key.key}` },
    });
    expect([blind.status, blind.body['code']]).toEqual([403, 'auth.forbidden']);
    const kept = await decide(base, group.id, { decision: 'keep_both' });
    expect([kept.status, kept.body.status]).toEqual([200, 'kept_both']);
    await send(base, 'garmin', [{ ...RIDE, distanceM: 30_050 }], 'again');
    expect(await list(base)).toHaveLength(2);
    const changes = await callApi<{ changes: { kind: string; groupId?: string }[] }>(
      cloud(),
      `${base}/changes?since=0`,
    );
    const told = changes.body.changes.filter(({ kind }) => kind === 'workout_decision');
    expect(told.map(({ groupId }) => groupId)).toEqual([group.id]);
    expect((await decide(base, group.id, { decision: 'automatic' })).body.status).toBe('open');
    const ofProvider = async () => (await list(base)).map(({ source }) => source.provider);
    expect(await ofProvider()).toEqual(['garmin']);
    const orders = { workout: ['strava'] };
    const put = await callApi(cloud(), `${base}/priorities`, { method: 'PUT', body: { orders } });
    expect(put.status, put.text).toBe(200);
    expect(await ofProvider()).toEqual(['strava']);
    const garmin = group.members.find(({ source }) => source.provider === 'garmin')?.id;
    await decide(base, group.id, { decision: 'primary', workoutId: garmin });
    expect(await ofProvider()).toEqual(['garmin']);
    const unknown = await decide(base, `${garmin}-0000000000`, { decision: 'keep_both' });
    expect([unknown.status, unknown.body]).toMatchObject([404, { code: 'workout.group_not_found' }]);
  });

  test('WKT13 a workout shows the series of its own source within its span', async () => {
    const base = await userOf('workouts-series');
    await send(base, 'garmin', [{ ...RIDE, minutes: 10 }], 'a');
    const beat = (source: string, minute: number, value: number) => ({
      source,
      metric: 'heart_rate',
      start: new Date(Date.parse('2026-11-01T09:00:12Z') + minute * 60_000).toISOString(),
      zoneOffsetMinutes: 60,
      value,
      unit: 'bpm',
    });
    const sources = { own: { provider: 'garmin' }, other: { provider: 'oura' } };
    const samples = [
      beat('own', -1, 70),
      beat('own', 0, 120),
      beat('own', 5, 140),
      beat('own', 10, 99),
      beat('other', 5, 60),
    ];
    const sent = await callApi(cloud(), `${base}/samples/batch-upsert`, {
      body: { requestId: 'beats', sources, samples },
    });
    expect(sent.status, sent.text).toBe(200);
    const [workout] = await list(base);
    const path = `${base}/workouts/${workout?.id}/samples`;
    const raw = await callApi(cloud(), `${path}?resolution=raw`);
    expect(raw.body).toMatchObject({
      series: [{ metric: 'heart_rate', samples: [{ value: 120 }, { value: 140 }] }],
    });
    const wide = await callApi(cloud(), `${path}?metrics=heart_rate,power&resolution=5m`);
    expect(wide.body).toMatchObject({
      resolution: '5m',
      series: [{ metric: 'heart_rate' }, { metric: 'power', buckets: [] }],
    });
    const refused = await callApi(cloud(), `${path}?metrics=heart_rate,power&resolution=raw`);
    expect([refused.status, refused.body['code']]).toEqual([400, 'request.invalid']);
  });

  test('WKT12 no workout by an id that there is not', async () => {
    const base = await userOf('workouts-0');
    expect(await list(base)).toEqual([]);
    for (const path of ['', '/samples']) {
      const one = await callApi(cloud(), `${base}/workouts/3v5w8f0xq9d3m7t2c6e4r3v5w8${path}`);
      expect([one.status, one.body['code']]).toEqual([404, 'workout.not_found']);
    }
  });
};
