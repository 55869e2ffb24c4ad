import { createReadStream } from 'node:fs';
import { expect, test } from 'vitest';
import type { WorkoutSyncState } from '../../../contracts/http/workout-writes.ts';
import type { Workout, WorkoutDetail } from '../../../contracts/http/workouts.ts';
import { createHeadwaterApi } from '../../../lib/adapters/http/headwater-api.ts';
import { systemClock } from '../../../lib/core/clock.ts';
import { systemRandomness } from '../../../lib/core/randomness.ts';
import { readAppleHealth } from '../../../lib/imports/apple-health.ts';
import { COUNT_NAMES, type CountName, runImport } from '../../../lib/imports/run-import.ts';
import { callApi, type RunningCloud } from '../../support/local-cloud.ts';
import { workoutInput, workoutInputs } from '../../support/workout-inputs.ts';

const SOURCE = { provider: 'health_connect', app: 'Watch' };
const YOGA = { type: 'yoga', start: '2026-11-20T18:00:00+01:00', end: '2026-11-20T18:45:00+01:00' };
const POLL_MS = 150;
/** Ten times what it takes on a quiet machine. */
const DEADLINE_MS = 20_000;

/** Workouts in, through the API. */
export const writesPart = (cloud: () => RunningCloud): void => {
  const userOf = async (externalId: string) => {
    const { body } = await callApi<{ id: string }>(cloud(), '/v1/users', { body: { externalId } });
    return `/v1/users/${body.id}/health`;
  };
  const upsert = (base: string, batch: object) =>
    callApi(cloud(), `${base}/workouts/batch-upsert`, { body: { source: SOURCE, workouts: [], ...batch } });

  test('WKT40 WKT44 WKT45 a batch is taken once, tells what it refused, and moves the anchor of its source', async () => {
    const base = await userOf('writes-batch');
    const batch = { requestId: 'b1', workouts: [workoutInput(0), {}, workoutInput(1)], anchor: 'page-2' };
    const first = await upsert(base, batch);
    expect([first.status, first.body]).toMatchObject([
      207,
      { counts: { accepted: 2, refused: 1 }, refused: [{ index: 1, reason: 'identity_required' }] },
    ]);
    expect((await upsert(base, batch)).text).toBe(first.text);
    const other = await upsert(base, { ...batch, anchor: 'page-3' });
    expect([other.status, other.body['code']]).toEqual([422, 'ingest.payload_conflict']);
    const states = await callApi<{ sources: WorkoutSyncState[] }>(cloud(), `${base}/workouts/sync-state`);
    expect(states.body).toMatchObject({
      sources: [{ source: SOURCE, anchor: 'page-2', lastStatus: 'partial', counts: { accepted: 2 } }],
      nextCursor: null,
    });
    const bad = await upsert(base, { requestId: 'b2', workouts: 'all' });
    expect([bad.status, bad.body['code']]).toEqual([400, 'request.invalid']);
  });

  test('WKT42 a history of 501 workouts is queued, and answered when it is stored', async () => {
    const base = await userOf('writes-history');
    const batch = { requestId: 'history', workouts: workoutInputs(501), anchor: 'all' };
    const deadlineMs = Date.now() + DEADLINE_MS;
    let answer = await upsert(base, batch);
    expect([answer.status, answer.body['status']]).toEqual([202, 'queued']);
    while (answer.status === 202 && Date.now() < deadlineMs) {
      await new Promise((done) => setTimeout(done, POLL_MS));
      answer = await upsert(base, batch);
    }
    expect([answer.status, answer.body]).toMatchObject([200, { counts: { accepted: 501, refused: 0 } }]);
    const list = await callApi<{ workouts: Workout[] }>(
      cloud(),
      `${base}/workouts?from=2025-01-01T00:00:00Z&to=2027-01-01T00:00:00Z&limit=1000`,
    );
    expect(list.body.workouts).toHaveLength(501);
  });

  test('WKT46 an entry by hand is made, seen among the workouts, changed by its tag, and deleted', async () => {
    const base = await userOf('writes-manual');
    const path = `${base}/workouts/yoga:2026-11-20`;
    const put = (at: string, body: object, headers: Record<string, string> = {}) =>
      callApi<WorkoutDetail>(cloud(), at, { method: 'PUT', body, headers });
    const made = await put(path, YOGA, { 'if-none-match': '*' });
    expect([made.status, made.body]).toMatchObject([
      201,
      {
        type: 'yoga',
        isManual: true,
        externalId: 'yoga:2026-11-20',
        source: { provider: 'manual' },
        version: 1,
      },
    ]);
    const byId = `${base}/workouts/${made.body.id}`;
    expect(made.headers.get('location')).toBe(byId);
    const got = await callApi<WorkoutDetail>(cloud(), byId);
    expect(got.body).toEqual(made.body);
    const tag = got.headers.get('etag') ?? '';
    expect(tag).toBe(made.headers.get('etag'));
    const changed = await put(byId, { ...YOGA, title: 'Evening' }, { 'if-match': tag });
    expect([changed.status, changed.body.version, changed.body.title]).toEqual([200, 2, 'Evening']);
    const stale = await put(byId, YOGA, { 'if-match': tag });
    expect([stale.status, stale.body]).toMatchObject([412, { code: 'entity.changed' }]);
    for (const [at, body, code] of [
      [path, { ...YOGA, end: '2026-11-20T10:00:00Z' }, 'request.invalid'],
      [path, { ...YOGA, colour: 'blue' }, 'request.invalid'],
      [`${base}/workouts/yoga%20class`, YOGA, 'request.invalid'],
    ] as const)
      expect((await put(at, body)).body).toMatchObject({ code });
    const remove = () => callApi(cloud(), byId, { method: 'DELETE' });
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 204]);
    expect((await callApi(cloud(), byId)).status).toBe(404);
    await upsert(base, { requestId: 'b', workouts: [workoutInput(0)] });
    const list = await callApi<{ workouts: Workout[] }>(
      cloud(),
      `${base}/workouts?from=2025-01-01T00:00:00Z&to=2027-01-01T00:00:00Z`,
    );
    const theirs = `${base}/workouts/${list.body.workouts[0]?.id}`;
    expect((await put(theirs, YOGA)).body).toMatchObject({ code: 'workout.not_manual' });
  });

  test('IMP9 the workout of a real export is stored beside its samples, and once however often', async () => {
    const { apiUrl, apiKey } = cloud();
    const target = createHeadwaterApi({
      ...{ apiUrl, apiKey, fetch: globalThis.fetch },
      ...{ clock: systemClock, randomness: systemRandomness },
    });
    const counts = Object.fromEntries(COUNT_NAMES.map((name) => [name, 0])) as Record<CountName, number>;
    const faults: string[] = [];
    const run = (runId: string) =>
      runImport(
        readAppleHealth(createReadStream('test/data/apple-health/export.xml')),
        { externalId: 'writes-apple', zone: undefined, split: false },
        {
          target,
          resumed: { runId, answeredBelow: 0, counts },
          observer: { onProgress: async () => undefined, onFault: (text) => void faults.push(text) },
        },
      );
    const first = await run('writes-apple-1');
    expect([first.samples, first.workouts, first.counts.accepted, faults]).toEqual([15, 1, 16, []]);
    expect((await run('writes-apple-2')).counts).toMatchObject({ accepted: 0, duplicate: 16 });
    const base = await userOf('writes-apple');
    const list = await callApi<{ workouts: Workout[] }>(
      cloud(),
      `${base}/workouts?from=2016-04-01T00:00:00Z&to=2016-05-01T00:00:00Z`,
    );
    expect(list.body.workouts).toMatchObject([
      { type: 'other', start: '2016-04-02T09:40:38.000Z', durationSec: 1_904.208, energyKcal: 139.317 },
    ]);
  });
};
