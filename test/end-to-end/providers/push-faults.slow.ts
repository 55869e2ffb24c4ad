import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CloudApp, pushProof } from '../../support/push-proof.ts';
import { type PushRecorder, startPushRecorder, startTrap } from '../../support/push-recorder.ts';
import { differences } from './compare.ts';
import { openProviderWorld, type ProviderWorld } from './world.ts';

const SEVEN = ['fitbit', 'garmin', 'strava', 'whoop', 'oura', 'withings', 'polar'] as const;
const PERSON = 'sparse';
const DAYS = 25;
const POLL = { timeout: 45_000, interval: 250 } as const;
const FORGED = { status: 401, code: 'push.signature_invalid' };
const STALE = { status: 401, code: 'push.stale' };

let world: ProviderWorld;
let pushes: PushRecorder;
let apps: Readonly<Record<string, CloudApp>>;
/** One user for each cloud, since the truth of a person at one cloud is compared with all that a user has. */
const users = new Map<string, string>();

const appOf = (provider: string): CloudApp => apps[provider] ?? { clientSecret: '', settings: {} };
const userOf = (provider: string): string => users.get(provider) ?? '';
const act = (provider: string, action: string, body: object = {}) =>
  world.control('POST', `/control/${provider}/people/${PERSON}/${action}`, body);
const fault = (provider: string, kind: string, options: object = {}) =>
  world.control('POST', `/control/${provider}/faults`, { kind, ...options });
const flush = () => world.control('POST', '/control/flush', {});
const advance = (advanceSec: number) => world.control('POST', '/control/clock', { advanceSec });

async function expectTruth(provider: string): Promise<void> {
  const truth = () => world.truth(provider, PERSON, DAYS);
  await expect.poll(async () => differences(world, userOf(provider), await truth()), POLL).toEqual([]);
}

const send: PushRecorder['send'] = (...push) => pushes.send(...push);
const signed = (provider: string, body: string | Buffer, nowMs?: number) =>
  send(provider, { body, ...pushProof(provider, appOf(provider), body, nowMs) });

beforeAll(async () => {
  world = await openProviderWorld();
  pushes = await startPushRecorder(world.cloud.apiUrl);
  apps = (await (await fetch(`${world.cloud.simulatorUrl}/apps`)).json()) as typeof apps;
  await world.control('PUT', '/control/webhooks', { baseUrl: pushes.url });
}, 240_000);
afterAll(async () => {
  await world?.control('PUT', '/control/webhooks', { baseUrl: world.cloud.apiUrl });
  await pushes?.[Symbol.asyncDispose]();
  await world?.stop();
}, 30_000);

test('CON20 all seven are connected and synced', async () => {
  for (const provider of SEVEN) users.set(provider, await world.newUser());
  await Promise.all(SEVEN.map((provider) => world.connect(userOf(provider), provider, PERSON)));
  await Promise.all(
    SEVEN.map(async (provider) => {
      const { id } = await world.connectionOf(userOf(provider), provider);
      expect(await world.rest(userOf(provider), id), provider).toMatchObject({ status: 'succeeded' });
    }),
  );
}, 120_000);

test('CON50 while Google’s keys cannot be had its pushes are to come again, and keys that changed meanwhile are found', async () => {
  pushes.forget();
  await fault('fitbit', 'keyset_unreachable');
  await act('fitbit', 'record');
  const { failed, pending } = await flush();
  expect([failed, pending]).not.toContain(0);
  const answers = new Set(pushes.of('fitbit').map(({ status, code }) => `${status} ${code}`));
  expect([...answers]).toEqual(['503 push.unverifiable']);
  await world.control('DELETE', '/control/fitbit/faults');
  await world.control('POST', '/control/fitbit/rotate-keys', { keepOld: false });
});

describe('CON54 handshakes', () => {
  test('CON54 every cloud that looks before it sends finds what it documents', async () => {
    const states = await world.control('PUT', '/control/webhooks', { baseUrl: pushes.url });
    expect(states).toEqual(Object.fromEntries(SEVEN.map((provider) => [provider, 'active'])));
  });

  test('CON54 who does not know the secret is told no, and what is no handshake is none', async () => {
    const get = (provider: string, query: string) => send(provider, { method: 'GET', query });
    const { verifyToken } = appOf('strava').settings;
    const { verificationToken } = appOf('oura').settings;
    const strava = '?hub.mode=subscribe&hub.challenge=abc&hub.verify_token=';
    expect((await get('strava', `${strava}${verifyToken}`)).status).toBe(200);
    expect((await get('strava', `${strava}wrong`)).status).toBe(403);
    expect((await get('oura', `?challenge=abc&verification_token=${verificationToken}`)).status).toBe(200);
    expect((await get('oura', '?challenge=abc&verification_token=wrong')).status).toBe(401);
    const verification = JSON.stringify({ type: 'verification' });
    const authorization = appOf('fitbit').settings['webhookAuthorization'] ?? '';
    expect((await send('fitbit', { body: verification, headers: { authorization } })).status).toBe(201);
    expect(
      (await send('fitbit', { body: verification, headers: { authorization: 'Bearer no' } })).status,
    ).toBe(401);
    for (const provider of SEVEN) {
      expect(await get(provider, ''), provider).toEqual({ status: 400, code: 'push.malformed' });
      const head = await fetch(`${world.cloud.apiUrl}/v1/inbound/${provider}`, { method: 'HEAD' });
      expect([head.status, await head.text()], provider).toEqual([provider === 'withings' ? 200 : 400, '']);
    }
  });
});

describe('CON50 what is not genuine', () => {
  test.each(['whoop', 'oura', 'polar'])(
    'CON50 %s: unsigned, forged, altered and old ones are refused',
    async (provider) => {
      const body = JSON.stringify({ user_id: 10_129, id: 'x', type: 'workout.updated' });
      const { headers = {} } = pushProof(provider, appOf(provider), body);
      expect(await send(provider, { body })).toEqual(FORGED);
      expect(await send(provider, { body: `${body} `, headers })).toEqual(FORGED);
      for (const name of Object.keys(headers).filter((each) => each !== 'polar-webhook-event')) {
        const others = Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));
        expect(await send(provider, { body, headers: others }), name).toEqual(FORGED);
        for (const wrong of ['', '0', 'é'.repeat(9), 'A'.repeat(4_000)])
          expect(await send(provider, { body, headers: { ...headers, [name]: encodeURI(wrong) } })).toEqual(
            FORGED,
          );
      }
      if (provider === 'polar') return;
      for (const offMs of [-360_000, 360_000, -86_400_000])
        expect(await signed(provider, body, Date.now() + offMs)).toEqual(STALE);
    },
  );

  test('CON50 clouds that cannot sign are known by the key in their address and what names our subscription', async () => {
    const body = JSON.stringify({
      dailies: [{ userId: 'nobody', callbackURL: 'https://apis.garmin.com/x' }],
    });
    for (const provider of ['garmin', 'withings'])
      for (const query of ['', '?key=', '?key=wrong', `?key=${appOf('whoop').clientSecret}`])
        expect(await send(provider, { body, query })).toEqual(FORGED);
    const headers = { 'garmin-client-id': 'another-application' };
    expect(await send('garmin', { body, headers, ...pushProof('garmin', appOf('garmin'), body) })).toEqual(
      FORGED,
    );
    const event = { object_type: 'athlete', object_id: 1, aspect_type: 'update', owner_id: 1, event_time: 1 };
    const foreign = JSON.stringify({ ...event, subscription_id: 999, updates: { authorized: 'false' } });
    expect(await send('strava', { body: foreign })).toEqual(FORGED);
    const authorization = appOf('fitbit').settings['webhookAuthorization'] ?? '';
    expect(await send('fitbit', { body: '[]' })).toEqual(FORGED);
    expect(await send('fitbit', { body: '[]', headers: { authorization } })).toEqual(FORGED);
    const signature = Buffer.from('garbage').toString('base64');
    const google = { authorization, 'google-health-api-signature': signature };
    expect(await send('fitbit', { body: '[]', headers: google })).toEqual(FORGED);
  });

  test('CON52 bodies above the limit are refused, large ones below it are taken', async () => {
    for (const provider of ['whoop', 'oura', 'polar', 'withings'])
      expect(await signed(provider, ' '.repeat(20_000))).toEqual({ status: 413, code: 'request.too_large' });
    for (const provider of ['strava', 'fitbit'])
      expect((await send(provider, { body: ' '.repeat(2_000_000) })).status).toBe(413);
    // The gateway answers 413 and hangs up, whichever the sender sees first.
    const huge = await signed('garmin', ' '.repeat(10 * 1_024 * 1_024 + 1)).catch(() => undefined);
    expect([413, undefined]).toContain(huge?.status);
    const entry = { userId: 'nobody', summaryId: 'x', calendarDate: '2026-11-20', note: 'x'.repeat(400) };
    const large = JSON.stringify({ dailies: Array.from({ length: 4_000 }, () => entry) });
    expect(large.length).toBeGreaterThan(1_500_000);
    expect(await signed('garmin', large)).toEqual({ status: 200, code: undefined });
  });

  test('CON53 genuine ones that nobody can read are taken, and so are those of people whom nobody connected', async () => {
    const odd = ['', '{', 'null', '[]', '"text"', '[[[[', '{"user_id":{}}', '\u0000\ufffe', '1e999'];
    for (const provider of ['whoop', 'oura', 'polar', 'garmin', 'withings'])
      for (const body of odd) expect((await signed(provider, body)).status, `${provider} ${body}`).toBe(200);
    // Strava signs nothing: what does not name our subscription is nobody's.
    for (const body of odd) expect((await send('strava', { body })).status).toBe(401);
    const stranger = {
      user_id: 987_654_321,
      id: 'ecfc6a15-4661-442f-a9a4-f160dd7afae8',
      type: 'sleep.updated',
    };
    expect((await signed('whoop', JSON.stringify(stranger))).status).toBe(200);
    expect(
      (await signed('garmin', JSON.stringify({ deregistrations: [{ userId: 'stranger' }] }))).status,
    ).toBe(200);
    expect((await signed('withings', 'userid=987654321&appli=46&action=unlink')).status).toBe(200);
  });
});

describe('CON59 how pushes arrive', () => {
  test.each(SEVEN.filter((provider) => provider !== 'fitbit'))(
    'CON59 %s: altered, twice, out of order and again: once the clouds have tried as they do, all is there once',
    async (provider) => {
      pushes.forget();
      const isSigned = ['whoop', 'oura', 'polar'].includes(provider);
      // What is not signed is taken as it comes; nobody alters it on the way but us.
      if (isSigned) await fault(provider, 'tampered_push');
      if (provider !== 'strava') await fault(provider, 'unsigned_push');
      await fault(provider, 'duplicate_push', { count: 3 });
      await fault(provider, 'reorder_push', { count: 2 });
      for (const action of ['record', 'revise']) await act(provider, action);
      await flush();
      const refused = pushes.of(provider).filter(({ status }) => status !== 200);
      for (const { status, code } of refused) expect({ status, code }).toEqual(FORGED);
      if (isSigned) expect(refused.length).toBeGreaterThan(0);
      await world.control('DELETE', `/control/${provider}/faults`);
      await advance(provider === 'garmin' || provider === 'strava' ? 61 : 40);
      await flush();
      await expectTruth(provider);
      const genuine = pushes.of(provider).filter(({ method, status }) => method === 'POST' && status === 200);
      expect(genuine.length).toBeGreaterThan(0);
      for (const push of genuine.slice(0, 5)) expect((await pushes.repeat(push)).status).toBe(200);
      await expectTruth(provider);
    },
    90_000,
  );

  test.each(['whoop', 'oura'])('CON50 %s: what was signed an hour ago is refused', async (provider) => {
    pushes.forget();
    await fault(provider, 'stale_push_timestamp');
    await act(provider, 'record');
    await flush();
    expect(pushes.of(provider).filter(({ status }) => status !== 200)).toMatchObject([STALE]);
  });
});

describe('CON29 what a push says of the connection', () => {
  test('CON16 an address in a notification that is not the cloud’s own is never asked', async () => {
    const trap = await startTrap();
    const { host } = trap;
    const garmin = `${world.cloud.simulatorUrl}/garmin/api`;
    const urls = [
      `http://${host}/wellness-api/rest/dailies?token=x`,
      `http://${new URL(garmin).host}@${host}/garmin/api/wellness-api/rest/dailies`,
      `//${host}/wellness-api/rest/dailies`,
      `${garmin}.${host}/dailies`,
      `http://${host}#${garmin}`,
      `http:\\\\${host}\\x`,
      `${garmin}/../../strava/web/api/v3/athlete?from=garmin`,
      `${garmin}/%2e%2e/%2e%2e/strava/web/api/v3/athlete`,
      'file:///etc/passwd',
      'http://169.254.169.254/latest/meta-data/',
      'garmin',
    ];
    const changed = await act('garmin', 'permissions', { add: [] });
    const [{ id: userId } = { id: '' }] = changed['changes'] as { id: string }[];
    const asks = async () => (await world.control('GET', '/control/strava/stats'))['requests'];
    const before = await asks();
    const body = JSON.stringify({ dailies: urls.map((callbackURL) => ({ userId, callbackURL })) });
    expect((await signed('garmin', body)).status).toBe(200);
    await act('garmin', 'record');
    await flush();
    await expectTruth('garmin');
    const { id } = await world.connectionOf(userOf('garmin'), 'garmin');
    await world.rest(userOf('garmin'), id);
    await trap.close();
    expect([trap.askedCount(), await asks()]).toEqual([0, before]);
    expect(await world.connectionOf(userOf('garmin'), 'garmin')).toMatchObject({ status: 'connected' });
  }, 90_000);

  test('CON29 permissions that a person takes back are gone, and none at all asks for a new consent', async () => {
    const status = () => world.connectionOf(userOf('garmin'), 'garmin');
    await act('garmin', 'permissions', { remove: ['ACTIVITY_EXPORT'] });
    await expect.poll(async () => (await status()).scopes, POLL).not.toContain('ACTIVITY_EXPORT');
    expect(await status()).toMatchObject({ status: 'connected' });
    await act('garmin', 'permissions', { remove: ['HEALTH_EXPORT'] });
    await expect.poll(status, POLL).toMatchObject({ status: 'needs_reauth', reason: 'scope_missing' });
  }, 90_000);

  test('CON29 a removal that is not true is not believed; a true one is', async () => {
    pushes.forget();
    await act('strava', 'record');
    await flush();
    const told = JSON.parse(pushes.of('strava')[0]?.body.toString() ?? '{}') as Record<string, number>;
    const { owner_id, subscription_id } = told;
    const removal = { object_type: 'athlete', object_id: owner_id, owner_id, subscription_id };
    const event = { ...removal, aspect_type: 'update', event_time: 1, updates: { authorized: 'false' } };
    expect(await send('strava', { body: JSON.stringify(event) })).toMatchObject({ status: 200 });
    const { id } = await world.connectionOf(userOf('strava'), 'strava');
    await act('strava', 'revise');
    await flush();
    await expectTruth('strava');
    expect(await world.sync(userOf('strava'), id)).toMatchObject({ status: 'succeeded' });
    expect(await world.connectionOf(userOf('strava'), 'strava')).toMatchObject({ status: 'connected' });
    for (const provider of ['strava', 'withings']) {
      await act(provider, 'deauthorize');
      await flush();
      await expect
        .poll(() => world.connectionOf(userOf(provider), provider), POLL)
        .toMatchObject({ status: 'needs_reauth' });
    }
  }, 90_000);

  test('CON55 the keys are there again a minute later, and what Google kept for us arrives', async () => {
    const waiting = async () => {
      await advance(600);
      return (await flush())['pending'];
    };
    await expect.poll(waiting, { timeout: 75_000, interval: 4_000 }).toBe(0);
    await expectTruth('fitbit');
  }, 130_000);

  test('CON56 no key, signature or value of all this is in a log', async () => {
    expect(await world.leaks()).toEqual([]);
  });
});
