import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runOps } from '../../support/operate.ts';
import { type Consents, openConsents, type Problem } from './consents.ts';
import { openProviderWorld, type ProviderWorld } from './world.ts';

const RETURN_TO = 'https://app.example.com/connected?from=headwater';

let world: ProviderWorld;
let consents: Consents;

beforeAll(async () => {
  world = await openProviderWorld();
  consents = await openConsents(world);
}, 180_000);
afterAll(async () => {
  consents?.close();
  await world?.stop();
}, 30_000);

const begin: Consents['begin'] = (...wish) => consents.begin(...wish);
const decide: Consents['decide'] = (url, what) => consents.decide(url, what);
const open: Consents['open'] = (address) => consents.open(address);
const callbackOf: Consents['callbackOf'] = (provider, query) => consents.callbackOf(provider, query);
const exchangesOf = async (provider: string): Promise<unknown> =>
  (await world.control('GET', `/control/${provider}/stats`))['tokenExchanges'];

describe('CON3 a consent that does not end well', () => {
  test('CON3 a person who declines is told so, nothing is connected, and the state is used up', async () => {
    const userId = await world.newUser();
    const { url } = await begin(userId, 'strava');
    const back = await decide(url, 'sim_deny=1');
    const page = await fetch(back, { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('oauth.denied');
    expect(await open(back)).toMatchObject({ status: 400, code: 'oauth.state_invalid' });
    expect(await world.connections(userId)).toEqual([]);
  });

  test('CON3 unknown, used, expired and foreign states are refused in the same words, and nothing is exchanged', async () => {
    const userId = await world.newUser();
    const before = await exchangesOf('whoop');
    const expired = await decide((await begin(userId, 'whoop')).url, 'sim_user=runner');
    await consents.expire('state', expired.searchParams.get('state') ?? '');
    const foreign = await decide((await begin(userId, 'strava')).url, 'sim_user=runner');
    foreign.pathname = '/v1/oauth/whoop/callback';
    const code = expired.searchParams.get('code') ?? '';
    const answers = [
      await open(expired),
      await open(foreign),
      // A state that was brought to another provider's door is used up: it may have been stolen.
      await open(callbackOf('strava', Object.fromEntries(foreign.searchParams))),
      await open(callbackOf('whoop', { code, state: 'A'.repeat(43) })),
      await open(callbackOf('whoop', { code, state: '' })),
      await open(callbackOf('whoop', { code })),
      await open(callbackOf('whoop', { code, state: "'; DROP TABLE\u0000" })),
      await open(callbackOf('no-such-cloud', { code, state: 'A'.repeat(43) })),
    ];
    const [first] = answers;
    expect(first).toMatchObject({ status: 400, code: 'oauth.state_invalid' });
    for (const answer of answers) expect(answer).toEqual(first);
    expect(await open(callbackOf('whoop', { code, state: 'A'.repeat(4_097) }))).toMatchObject({
      status: 400,
    });
    expect(await exchangesOf('whoop')).toBe(before);
    expect(await world.connections(userId)).toEqual([]);
  });

  test('CON3 a consent that succeeded cannot be repeated, and its code connects nobody else', async () => {
    const [userId, thief] = [await world.newUser(), await world.newUser()];
    const back = await decide((await begin(userId, 'oura')).url, 'sim_user=runner');
    expect(await open(back)).toMatchObject({ status: 200 });
    expect(await open(back)).toMatchObject({ status: 400, code: 'oauth.state_invalid' });
    const own = await begin(thief, 'oura');
    const code = back.searchParams.get('code') ?? '';
    expect(await open(callbackOf('oura', { code, state: own.state }))).toMatchObject({
      status: 400,
      code: 'oauth.code_refused',
    });
    expect(await world.connections(thief)).toEqual([]);
    expect(await world.connectionOf(userId, 'oura')).toMatchObject({ status: 'connected' });
  });

  test('CON2 a code that was never used is no good without the verifier of its own consent', async () => {
    const [userId, thief] = [await world.newUser(), await world.newUser()];
    for (const provider of ['garmin', 'fitbit']) {
      const stolen = await decide((await begin(userId, provider)).url, 'sim_user=cyclist');
      const own = await begin(thief, provider);
      expect(new URL(own.url).searchParams.get('code_challenge_method')).toBe('S256');
      const code = stolen.searchParams.get('code') ?? '';
      expect(await open(callbackOf(provider, { code, state: own.state }))).toMatchObject({
        status: 400,
        code: 'oauth.code_refused',
      });
    }
    expect(await world.connections(thief)).toEqual([]);
  });

  test('CON3 an outage of the provider at the exchange is an outage, and a new consent then succeeds', async () => {
    const userId = await world.newUser();
    const fault = { kind: 'server_error', count: 3, on: '/oauth/oauth2/token' };
    await world.control('POST', '/control/whoop/faults', fault);
    const back = await decide((await begin(userId, 'whoop')).url, 'sim_user=cyclist');
    expect(await open(back)).toMatchObject({ status: 503, code: 'provider.unavailable' });
    await world.control('DELETE', '/control/whoop/faults');
    expect((await world.connect(userId, 'whoop', 'cyclist')).status).toBe(200);
  });
});

describe('CON1 who may begin a consent', () => {
  test('CON1 neither another user’s token nor another workspace’s key begins or sees anything', async () => {
    const { userToken, userId: tokenUser } = world.cloud;
    const userId = await world.newUser();
    const made = await runOps([
      'bootstrap',
      '--name',
      'other',
      '--mode',
      'test',
      '--data-dir',
      world.dataDir,
    ]);
    const foreignKey = /^API key {4}(hw_test_[0-9A-Za-z]{32})$/m.exec(made.output)?.[1] ?? '';
    expect(foreignKey, made.notes).not.toBe('');
    world.remember('a key', foreignKey);
    const calls = [
      ['POST', '/strava/authorize'],
      ['POST', '/strava/ticket'],
      ['GET', ''],
    ] as const;
    for (const [method, path] of calls) {
      const ask = (user: string, token: string) =>
        world.api<Problem>(`/v1/users/${user}/connections${path}`, {
          method,
          headers: { authorization: `Bearer ${token}` },
        });
      expect((await ask(tokenUser, userToken)).status).toBeLessThan(300);
      // That the user exists is nobody else's to know.
      for (const token of [userToken, foreignKey])
        expect(await ask(userId, token)).toMatchObject({ status: 404, body: { code: 'user.not_found' } });
      const nobody = await world.api(`/v1/users/${userId}/connections${path}`, {
        method,
        headers: { authorization: '' },
      });
      expect(nobody.status).toBe(401);
    }
  });

  test('CON1 a provider that there is not is unknown at every door', async () => {
    const userId = await world.newUser();
    for (const path of ['authorize', 'ticket'])
      expect(
        await world.api<Problem>(`/v1/users/${userId}/connections/no-such-cloud/${path}`, { method: 'POST' }),
      ).toMatchObject({ status: 404, body: { code: 'provider.unknown' } });
    const inbound = `${world.cloud.apiUrl}/v1/inbound/no-such-cloud`;
    for (const method of ['POST', 'GET', 'HEAD']) expect((await fetch(inbound, { method })).status).toBe(404);
  });

  test('CON1 a ticket opens one consent, of its provider, for a minute', async () => {
    const userId = await world.newUser();
    const ticketOf = async (provider: string) => {
      const path = `/v1/users/${userId}/connections/${provider}/ticket`;
      const answer = await world.api<{ ticket: string; url: string; expiresAt: string }>(path, {
        method: 'POST',
      });
      expect(answer.status).toBe(201);
      world.remember('a ticket', answer.body.ticket);
      const lifeMs = Date.parse(answer.body.expiresAt) - Date.now();
      expect(lifeMs).toBeGreaterThan(50_000);
      expect(lifeMs).toBeLessThanOrEqual(60_000);
      return answer.body;
    };
    const good = await ticketOf('withings');
    const both = await Promise.all([open(good.url), open(good.url)]);
    expect(both.map(({ status }) => status).sort()).toEqual([303, 400]);
    const reply = await fetch(`${both.find(({ status }) => status === 303)?.location}&sim_user=sparse`);
    expect(reply.status).toBe(200);
    expect(await world.connectionOf(userId, 'withings')).toMatchObject({ status: 'connected' });
    const [other, late] = [await ticketOf('withings'), await ticketOf('strava')];
    await consents.expire('ticket', late.ticket);
    const refused = [
      await open(good.url),
      await open(other.url.replace('/withings/', '/strava/')),
      await open(other.url),
      await open(late.url),
      await open(good.url.replace(good.ticket, 'B'.repeat(43))),
    ];
    for (const answer of refused)
      expect(answer).toEqual({ ...refused[0], status: 400, code: 'oauth.ticket_invalid' });
    expect(await open(good.url.replace(/\?.*$/, ''))).toMatchObject({ status: 400, code: 'request.invalid' });
  });
});

describe('CON4 where a person goes afterwards', () => {
  test('CON4 an address is taken as it stands on the list, and no other', async () => {
    const userId = await world.newUser();
    const patched = await world.api('/v1/workspace', {
      method: 'PATCH',
      body: { oauthRedirectUris: [RETURN_TO] },
    });
    expect(patched.status, patched.text).toBe(200);
    const ask = (redirectUri: string, path = 'authorize') =>
      world.api<Problem>(`/v1/users/${userId}/connections/strava/${path}`, {
        method: 'POST',
        body: { redirectUri },
      });
    const others = [
      'https://app.example.com/connected',
      'https://app.example.com/connected?from=headwater&x=1',
      'https://APP.example.com/connected?from=headwater',
      'https://app.example.com:443/connected?from=headwater',
      'https://app.example.com.evil.example/connected?from=headwater',
      'https://app.example.com/connected/../connected?from=headwater',
    ];
    for (const path of ['authorize', 'ticket'])
      for (const address of others)
        expect(await ask(address, path), address).toMatchObject({
          status: 400,
          body: { code: 'oauth.redirect_not_allowed' },
        });
    const unsafe = ['javascript:alert(1)', 'http://app.example.com/', `${RETURN_TO}#x`, '//evil.example'];
    for (const address of unsafe)
      expect(await ask(address), address).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    const asked = new URL((await begin(userId, 'strava', RETURN_TO)).url);
    expect(asked.searchParams.get('redirect_uri')).toBe(callbackOf('strava', {}).replace('?', ''));
  });

  test('CON13 success and refusal both come back there, with the state and nothing secret', async () => {
    const userId = await world.newUser();
    const denied = await begin(userId, 'strava', RETURN_TO);
    const refusal = await open(await decide(denied.url, 'sim_deny=1'));
    expect(refusal.status).toBe(303);
    const told = { from: 'headwater', provider: 'strava' };
    const queryOf = (location: string | null) => Object.fromEntries(new URL(location ?? '').searchParams);
    expect(queryOf(refusal.location)).toEqual({ ...told, error: 'oauth.denied', state: denied.state });
    const granted = await begin(userId, 'strava', RETURN_TO);
    const success = await open(await decide(granted.url, 'sim_user=cyclist'));
    const { id: connectionId } = await world.connectionOf(userId, 'strava');
    const said = { ...told, status: 'connected', connectionId, state: granted.state };
    expect(queryOf(success.location)).toEqual(said);
  });
});

describe('CON22 less is granted than was asked', () => {
  test('CON22 types without their scope are skipped, the others are synced', async () => {
    const userId = await world.newUser();
    const { url } = await begin(userId, 'oura');
    expect(
      await open(await decide(url, 'sim_user=cyclist&sim_scopes=extapi:personal,extapi:workout')),
    ).toMatchObject({
      status: 200,
    });
    const connection = await world.connectionOf(userId, 'oura');
    expect(connection).toMatchObject({ status: 'connected', scopes: ['personal', 'workout'] });
    const { status, types } = await world.rest(userId, connection.id);
    expect(status).toBe('succeeded');
    const synced = types.filter((type) => type.status === 'succeeded').map(({ type }) => type);
    expect(synced.sort()).toEqual(['personal_info', 'workout']);
    expect(types.filter((type) => type.status !== 'succeeded' && type.status !== 'skipped')).toEqual([]);
  });

  test('CON22 a grant that no data can be read with connects nothing', async () => {
    const userId = await world.newUser();
    const { url } = await begin(userId, 'strava');
    expect(await open(await decide(url, 'sim_user=sparse&sim_scopes=read'))).toMatchObject({
      status: 403,
      code: 'oauth.scope_missing',
    });
    expect(await world.connections(userId)).toEqual([]);
  });
});

describe('CON3 later', () => {
  test('CON3 a code that went stale at the provider connects nothing', async () => {
    const userId = await world.newUser();
    const back = await decide((await begin(userId, 'garmin')).url, 'sim_user=runner');
    await world.control('POST', '/control/clock', { advanceSec: 3_600 });
    expect(await open(back)).toMatchObject({ status: 400, code: 'oauth.code_refused' });
    expect(await world.connections(userId)).toEqual([]);
  });

  test('CON5 no state, code, ticket or key is in a log', async () => {
    expect(await world.leaks()).toEqual([]);
  });
});
