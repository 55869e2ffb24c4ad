import { expect, test, vi } from 'vitest';
import { callApi, type RunningCloud } from '../../support/local-cloud.ts';
import {
  PHONE_AND_WATCH_SOURCES,
  phoneAndWatch,
  phoneAndWatchSamples,
} from '../../support/phone-and-watch.ts';

interface Rollups {
  readonly rollups: readonly {
    readonly status: string;
    readonly sum: number | null;
    readonly sources: readonly { readonly counted: number; readonly setAside: number }[];
  }[];
}
interface Priorities {
  readonly orders: object;
  readonly seq: number;
  readonly recompute: { readonly seq: number; readonly status: string; readonly computedCount: number };
}
interface Rebuild {
  readonly rebuildId: string;
  readonly state: string;
  readonly computedCount: number;
  readonly userCount: number;
}

const WAIT = { timeout: 20_000, interval: 100 };
const { date, expected } = phoneAndWatch;

/** Priorities, their recomputation and rebuilds through the API. */
export const prioritiesPart = (cloud: () => RunningCloud): void => {
  let base = '';
  const makeUser = async () => {
    const user = await callApi<{ id: string }>(cloud(), '/v1/users', {
      body: { externalId: 'phone-and-watch' },
    });
    base = `/v1/users/${user.body.id}/health`;
    const body = {
      requestId: 'day',
      sources: PHONE_AND_WATCH_SOURCES.twoProviders,
      samples: phoneAndWatchSamples(),
    };
    expect((await callApi(cloud(), `${base}/samples/batch-upsert`, { body })).status).toBe(200);
    return user.body.id;
  };
  const day = async () => {
    const path = `${base}/rollups?metric=steps&from=${date}&to=${date}&explain=true`;
    return (await callApi<Rollups>(cloud(), path)).body.rollups[0];
  };
  const reads = (sum: number) =>
    vi.waitFor(async () => expect(await day()).toMatchObject({ status: 'READY', sum }), WAIT);
  const put = async (orders: object) => {
    const options = { method: 'PUT', body: { orders } };
    return callApi<Priorities>(cloud(), `${base}/priorities`, options);
  };
  const finished = (rebuildId: string) =>
    vi.waitFor(async () => {
      const { body } = await callApi<Rebuild>(cloud(), `/v1/admin/rebuilds/${rebuildId}`);
      expect(body.state).toBe('done');
      return body;
    }, WAIT);

  test('SRC1 a wearer with phone and watch reads 14,079 steps through the API, and the row says why', async () => {
    await makeUser();
    await reads(expected.phone);
    const changed = await put({ steps: ['device:watch'] });
    expect(changed).toMatchObject({ status: 200, body: { recompute: { seq: changed.body.seq } } });
    await reads(14_079);
    expect((await day())?.sources).toMatchObject([
      { counted: expected.watch, setAside: 0 },
      { counted: expected.truth - expected.watch, setAside: expected.phoneSetAside },
    ]);
  });

  test('RBD6 the recomputation after a change of priorities says that it is done, and of how much', async () => {
    const done = await vi.waitFor(async () => {
      const { body } = await callApi<Priorities>(cloud(), `${base}/priorities`);
      expect(body.recompute).toMatchObject({ seq: body.seq, status: 'done' });
      return body;
    }, WAIT);
    expect(done.recompute).toMatchObject({ computedCount: 1, doneCount: 3, totalCount: 3, at: null });
    const unknown = await put({ steps: ['device:shoe'] });
    expect([unknown.status, unknown.body]).toMatchObject([400, { code: 'request.invalid' }]);
    expect(JSON.stringify(unknown.body)).toContain('/orders/steps/0');
  });

  test('RBD1 a rebuild is asked for, followed and listed, and finds everything current', async () => {
    const asked = await callApi<Rebuild>(cloud(), '/v1/admin/rebuilds', {
      body: { requestId: 'again', models: ['rollups'], metrics: ['steps'] },
    });
    expect(asked.status).toBe(202);
    const done = await finished(asked.body.rebuildId);
    expect(done).toMatchObject({ computedCount: 0, unsettledCount: 0, code: null, models: ['rollups'] });
    expect(done.userCount).toBeGreaterThan(0);
    const repeated = await callApi<Rebuild>(cloud(), '/v1/admin/rebuilds', {
      body: { requestId: 'again', models: ['rollups'], metrics: ['steps'] },
    });
    expect(repeated.body).toEqual(done);
    const list = await callApi<{ rebuilds: readonly Rebuild[] }>(cloud(), '/v1/admin/rebuilds?limit=100');
    expect(list.body.rebuilds.map(({ rebuildId }) => rebuildId)).toContain(done.rebuildId);
    const refused = await Promise.all([
      callApi(cloud(), '/v1/admin/rebuilds', { body: { requestId: 'again' } }),
      callApi(cloud(), '/v1/admin/rebuilds', { body: { userId: `usr_${'0'.repeat(26)}` } }),
      callApi(cloud(), '/v1/admin/rebuilds', { body: { from: '2026-02-01', to: '2026-01-01' } }),
      callApi(cloud(), `/v1/admin/rebuilds/rbd_${'0'.repeat(26)}`),
      callApi(cloud(), '/v1/admin/rebuilds?cursor=made-up'),
    ]);
    expect(refused.map(({ status, body }) => [status, body['code']])).toEqual([
      [422, 'rebuild.request_conflict'],
      [404, 'user.not_found'],
      [400, 'request.invalid'],
      [404, 'rebuild.not_found'],
      [400, 'request.bad_cursor'],
    ]);
  });

  test('RBD9 new priorities of the workspace rebuild its users, and the user’s own still go first', async () => {
    await put({});
    await reads(expected.phone);
    const priorities = { steps: ['device:watch', 'apple_health'] };
    const patched = await callApi<{ rebuildId: string }>(cloud(), '/v1/workspace', {
      method: 'PATCH',
      body: { priorities },
    });
    expect(patched.status).toBe(200);
    await finished(patched.body.rebuildId);
    await reads(14_079);
    const again = await callApi(cloud(), '/v1/workspace', { method: 'PATCH', body: { priorities } });
    expect(again.body['rebuildId']).toBe(patched.body.rebuildId);
    await put({ steps: ['apple_health'] });
    await reads(expected.phone);
    await callApi(cloud(), '/v1/workspace', { method: 'PATCH', body: { priorities: {} } });
  });
};
