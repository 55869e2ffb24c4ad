import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differences } from './compare.ts';
import { openProviderWorld, type ProviderWorld } from './world.ts';

/** Days of the first sync that every provider can give, less the border days that its window cuts. */
const DAYS = 25;
const PERSON = 'runner';
const POLL = { timeout: 60_000, interval: 250 } as const;

const SEVEN = ['fitbit', 'strava', 'whoop', 'oura', 'polar', 'garmin', 'withings'] as const;
/** First syncs that wait longer than they work, for pushes or for a quota: they begin before all others. */
const BEGUN_EARLY: readonly string[] = ['garmin', 'withings'];
/** Polar's tokens live until they are revoked: there is nothing to refresh. */
const NEVER_REFRESHED: ReadonlySet<string> = new Set(['polar']);
/** Of types without news since the last sync Garmin sends nothing, and the sync waits five minutes for it. */
const WAITS_FOR_PUSHES: ReadonlySet<string> = new Set(['garmin']);
/** Garmin and Polar tell nobody of what was deleted. */
const TELLS_NO_DELETION: ReadonlySet<string> = new Set(['garmin', 'polar']);

let world: ProviderWorld;
const begun = new Map<string, ReturnType<typeof begin>>();

async function begin(provider: string) {
  const userId = await world.newUser();
  return { userId, arrived: await world.connect(userId, provider, PERSON) };
}

beforeAll(async () => {
  world = await openProviderWorld();
  for (const provider of BEGUN_EARLY) begun.set(provider, begin(provider));
  await Promise.all(begun.values());
}, 180_000);
afterAll(() => world?.stop());

describe.each(SEVEN)('%s, through the public API', (provider) => {
  let userId = '';
  let connectionId = '';
  const control = (path: string, body: object = {}) =>
    world.control('POST', `/control/${provider}${path}`, body);
  /** Everything that the person's data come to is there, and nothing else. */
  const expectTruth = async () => {
    await expect
      .poll(async () => differences(world, userId, await world.truth(provider, PERSON, DAYS)), POLL)
      .toEqual([]);
  };
  const statistics = async () =>
    (await world.control('GET', `/control/${provider}/stats`)) as {
      tokenRefreshes: number;
      tokenExchanges: number;
      revocations: number;
    };

  test('CON1 CON20 consent ends on the success page, and the first sync brings all that the person has', async () => {
    const { arrived, ...opened } = await (begun.get(provider) ?? begin(provider));
    userId = opened.userId;
    expect({ status: arrived.status, path: new URL(arrived.url).pathname }).toEqual({
      status: 200,
      path: `/v1/oauth/${provider}/callback`,
    });
    expect(arrived.page).toContain('connected');
    const connection = await world.connectionOf(userId, provider);
    expect(connection).toMatchObject({ status: 'connected', provider });
    connectionId = connection.id;
    const first = await world.rest(userId, connectionId);
    expect(first.types.filter(({ status }) => status !== 'succeeded' && status !== 'skipped')).toEqual([]);
    expect(first).toMatchObject({ status: 'succeeded', counts: { refused: 0 } });
    await expectTruth();
  }, 120_000);

  test('CON57 new data, late revisions and deletions arrive by push', async () => {
    for (const action of ['record', 'revise', 'delete']) {
      if (action === 'delete' && TELLS_NO_DELETION.has(provider)) continue;
      const changed = await control(`/people/${PERSON}/${action}`);
      await world.control('POST', '/control/flush', {});
      await expectTruth().catch((error: unknown) => {
        throw new Error(`after ${action} ${JSON.stringify(changed).slice(0, 600)}`, { cause: error });
      });
    }
  }, 240_000);

  test.runIf(!NEVER_REFRESHED.has(provider))(
    'CON6 CON19 an expired token is refreshed once, and what is new arrives all the same',
    async () => {
      const before = await statistics();
      await control('/tokens/expire');
      await control(`/people/${PERSON}/record`);
      await world.control('POST', '/control/flush', {});
      await expectTruth();
      const after = await statistics();
      expect(after.tokenRefreshes - before.tokenRefreshes).toBe(1);
      expect(await world.connectionOf(userId, provider)).toMatchObject({ status: 'connected' });
    },
    120_000,
  );

  test('CON8 CON9 a grant that the person ended needs a new consent, which brings the same connection back', async () => {
    await control('/tokens/revoke', { name: PERSON });
    await world.syncUntilDone(userId, connectionId);
    await expect
      .poll(() => world.connectionOf(userId, provider), POLL)
      .toMatchObject({ status: 'needs_reauth' });
    expect((await world.connectionOf(userId, provider)).reason).toBeTypeOf('string');
    const arrived = await world.connect(userId, provider, PERSON);
    expect(arrived.status).toBe(200);
    const back = await world.connectionOf(userId, provider);
    expect(back).toMatchObject({ id: connectionId, status: 'connected' });
    if (!WAITS_FOR_PUSHES.has(provider)) {
      expect(await world.rest(userId, connectionId)).toMatchObject({ status: 'succeeded' });
    }
    await expectTruth();
  }, 120_000);

  test('CON10 a disconnect ends the grant at the provider and erases the data when asked to', async () => {
    const before = await statistics();
    const path = `/v1/users/${userId}/connections/${connectionId}?data=erase`;
    expect((await world.api(path, { method: 'DELETE' })).status).toBeLessThan(300);
    expect(await world.connectionOf(userId, provider)).toMatchObject({ status: 'disconnected' });
    expect((await statistics()).revocations).toBe(before.revocations + 1);
    const range = 'from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z';
    await expect
      .poll(async () => {
        const { body } = await world.api<{ metrics: { count: number }[] }>(
          `/v1/users/${userId}/health/metrics`,
        );
        const sleeps = await world.api<{ sessions: object[] }>(
          `/v1/users/${userId}/health/records/sleep?${range}`,
        );
        const workouts = await world.api<{ workouts: object[] }>(
          `/v1/users/${userId}/health/records/workouts?${range}`,
        );
        const counted = body.metrics.reduce((sum, { count }) => sum + count, 0);
        return counted + sleeps.body.sessions.length + workouts.body.workouts.length;
      }, POLL)
      .toBe(0);
  }, 120_000);
});

test('CON11 USR6 deleting a user ends the grant at the provider, and pushes of that person reach nobody', async () => {
  const userId = await world.newUser();
  expect((await world.connect(userId, 'oura', 'cyclist')).status).toBe(200);
  const { id } = await world.connectionOf(userId, 'oura');
  await world.rest(userId, id);
  const revocations = async () => (await world.control('GET', '/control/oura/stats'))['revocations'];
  const before = Number(await revocations());
  expect((await world.api(`/v1/users/${userId}`, { method: 'DELETE' })).status).toBe(204);
  await expect.poll(revocations, POLL).toBe(before + 1);
  expect((await world.api(`/v1/users/${userId}/connections`)).status).toBe(404);
}, 120_000);

test('CON5 nothing that the clouds gave, and nothing that was measured, is in a log', async () => {
  expect(await world.leaks()).toEqual([]);
});
