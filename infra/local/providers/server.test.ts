import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  authorizeUrl,
  CLOUD_NAMES,
  connectAt,
  described,
  exchangeCode,
} from '../../../test/support/every-cloud.ts';
import {
  SIMULATED_NOW,
  type SimulatedClouds,
  send,
  startClouds,
} from '../../../test/support/simulated-clouds.ts';
import { startSimulator } from './server.ts';

let clouds: SimulatedClouds;
beforeEach(async () => {
  clouds = await startClouds();
});
afterEach(() => clouds[Symbol.asyncDispose]());

const redirected = async (name: string, query: Record<string, string>) => {
  const { headers, status } = await send(authorizeUrl(clouds, name, query));
  const location = headers.get('location');
  return { status, found: location === null ? undefined : new URL(location).searchParams };
};

const connect = async (name: string, person = 'runner') => (await connectAt(clouds, name, person)).access;

test('SIMP13 the configuration names every origin of seven clouds, and the people are the same everywhere', async () => {
  const apps = await send(`${clouds.simulator.url}/apps`);
  expect(Object.keys(apps.json).sort()).toEqual([...CLOUD_NAMES].sort());
  for (const name of CLOUD_NAMES) {
    const { clientId, clientSecret, origins } = apps.json[name];
    expect([clientId, clientSecret]).toEqual([expect.stringMatching(/./), expect.stringMatching(/^sim_/)]);
    for (const [origin, url] of Object.entries(origins))
      expect(url).toBe(`${clouds.simulator.url}/${name}/${origin}`);
  }
  expect(Object.keys(apps.json.fitbit.settings)).toEqual([
    'webhookAuthorization',
    'projectNumber',
    'serviceAccountKey',
  ]);
  expect(Object.keys(apps.json.garmin.settings)).toEqual(['inboundKey']);
  expect(Object.keys(apps.json.strava.settings)).toEqual(['verifyToken', 'subscriptionId']);
  expect(apps.json).toEqual(clouds.simulator.apps());
  const { json: people } = await send(`${clouds.simulator.url}/people`);
  const everyone = ['runner', 'cyclist', 'shift_worker', 'sparse', 'newcomer'];
  expect(people).toEqual(Object.fromEntries(CLOUD_NAMES.map((name) => [name, everyone])));
});

describe.each(CLOUD_NAMES)('%s', (name) => {
  test('SIMP13 approves at once as the person named, with the state untouched', async () => {
    const state = 'a/state+with =signs&';
    const { status, found } = await redirected(name, { sim_user: 'runner', state });
    expect([status, found?.get('state'), found?.get('error')]).toEqual([302, state, null]);
    const { status: exchanged } = await exchangeCode(name, clouds.app(name), found?.get('code') ?? '');
    expect(exchanged).toBe(200);
    expect((await clouds.control('GET', `${name}/stats`)).json.tokenExchanges).toBe(1);
  });

  test('SIMP13 denies when it is asked to, and refuses a wrong client, redirect or response type', async () => {
    expect((await redirected(name, { sim_deny: '1' })).found?.get('error')).toBe('access_denied');
    for (const wrong of [
      { client_id: 'other' },
      { redirect_uri: 'nowhere' },
      { redirect_uri: 'javascript:alert(1)' },
      { sim_user: 'nobody' },
    ]) {
      const refused = await redirected(name, { sim_user: 'runner', ...wrong });
      expect([refused.status, refused.found]).toEqual([400, undefined]);
    }
    const { found } = await redirected(name, { sim_user: 'runner', response_type: 'token' });
    expect([found?.get('error'), found?.get('code')]).toEqual(['unsupported_response_type', null]);
  });

  test('SIMP13 has a page on which a person is chosen, and nothing of the request is markup there', async () => {
    const page = await send(authorizeUrl(clouds, name, { state: '"><script>alert(1)</script>' }));
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    for (const person of ['runner', 'cyclist', 'shift_worker', 'sparse', 'newcomer'])
      expect(page.text).toContain(`value="${person}"`);
    expect(page.text).not.toContain('<script>alert');
    expect(page.text).toContain('&quot;&gt;&lt;script&gt;');
  });

  test('SIMP13 takes a code once, from the right client alone', async () => {
    const { found } = await redirected(name, { sim_user: 'runner' });
    const code = found?.get('code') ?? '';
    const app = clouds.app(name);
    const secret = await exchangeCode(name, { ...app, clientSecret: 'guessed' }, code);
    expect(secret.json?.access_token ?? secret.json?.body?.access_token).toBeUndefined();
    const good = await exchangeCode(name, app, code);
    expect(good.json.access_token ?? good.json.body.access_token).toMatch(/^sim_/);
    const again = await exchangeCode(name, app, code);
    expect(again.json?.access_token ?? again.json?.body?.access_token).toBeUndefined();
  });

  test('SIMP14 answers whatever is asked without failing', async () => {
    const token = await connect(name);
    const cloud = described.get(name);
    const routes = cloud?.routes ?? [];
    const junk = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('-1', '0', '1e99', '2026-02-31', 'null', '~', '9'.repeat(30)),
    );
    const names = [
      'filter',
      'pageSize',
      'pageToken',
      'start',
      'end',
      'start_date',
      'end_date',
      'next_token',
      'nextToken',
      'limit',
      'page',
      'per_page',
      'after',
      'from',
      'to',
      'offset',
      'action',
      'token',
      'keys',
      'summaryStartTimeInSeconds',
      'summaryEndTimeInSeconds',
      'startdate',
      'enddate',
      'startdateymd',
      'enddateymd',
      'lastupdate',
      'data_fields',
      'meastypes',
    ];
    const asked = fc.record({
      route: fc.constantFrom(...routes),
      fields: fc.dictionary(fc.constantFrom(...names), junk, { maxKeys: 4 }),
      id: junk,
      body: fc.oneof(fc.json(), fc.string()),
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ route, fields, id, body }) => {
        const path = route.path.replaceAll(/\{\w+\}/g, encodeURIComponent(id || 'x'));
        const url = `${clouds.app(name).origins[route.origin]}${path}?${new URLSearchParams(fields)}`;
        const form = name === 'withings';
        const sent = route.method === 'GET' ? {} : { body: form ? new URLSearchParams(fields) : body };
        const response = await fetch(url, {
          method: route.method,
          headers: { authorization: `Bearer ${token}` },
          ...sent,
        });
        await response.arrayBuffer();
        expect(response.status).toBeLessThan(500);
      }),
      { numRuns: 60, seed: 20261118 },
    );
  });

  test('SIMP11 tells the same truth for the same seed, and lets nothing happen after the horizon', async () => {
    const truth = async (at: SimulatedClouds, person: string) =>
      (await at.control('GET', `${name}/people/${person}/truth`)).json;
    await using other = await startClouds();
    for (const person of ['cyclist', 'sparse'])
      expect(await truth(clouds, person)).toEqual(await truth(other, person));
    const latest = async (person: string) => {
      const { sleeps, workouts } = await truth(clouds, person);
      return Math.max(...[...sleeps, ...workouts].map(({ end }: { end: string }) => Date.parse(end)));
    };
    for (const person of ['runner', 'shift_worker'])
      expect(await latest(person)).toBeLessThanOrEqual(SIMULATED_NOW);
    await clouds.control('POST', 'clock', { advanceSec: 86_400 });
    expect(await latest('runner')).toBeLessThanOrEqual(SIMULATED_NOW);
    await clouds.control('POST', `${name}/people/runner/record`);
    expect(await latest('runner')).toBeGreaterThan(SIMULATED_NOW);
  });
});

test('SIMP11 another seed gives other values', async () => {
  const other = await startSimulator({ seed: 'other', clock: () => SIMULATED_NOW });
  const steps = async (url: string) => {
    const { json } = await send(`${url}/control/fitbit/people/cyclist/truth?from=2026-11-16&to=2026-11-17`);
    return Object.values(json.daily).map((day) => (day as { steps: number }).steps);
  };
  const [mine, theirs] = [await steps(clouds.simulator.url), await steps(other.url)];
  await other.stop();
  expect([mine.length, theirs.length]).toEqual([2, 2]);
  expect(mine).not.toEqual(theirs);
});

test('SIMP14 the statistics count each request once, by its documented path', async () => {
  const access = await connect('strava');
  const web = clouds.app('strava').origins['web'];
  for (const id of ['1', '2']) await send(`${web}/api/v3/activities/${id}`, { token: access });
  const { requests, tokenExchanges } = (await clouds.control('GET', 'strava/stats')).json;
  expect(requests).toEqual({
    'GET /oauth/authorize': 1,
    'POST /oauth/token': 1,
    'GET /api/v3/activities/{id}': 2,
  });
  expect(tokenExchanges).toBe(1);
  const all = (await clouds.control('GET', 'stats')).json;
  expect(Object.keys(all).sort()).toEqual([...CLOUD_NAMES].sort());
});

test('SIMP14 tokens can be expired and revoked by control', async () => {
  const access = await connect('strava');
  const status = async () =>
    (await send(`${clouds.app('strava').origins['web']}/api/v3/athlete`, { token: access })).status;
  expect(await status()).toBe(200);
  expect((await clouds.control('POST', 'strava/tokens/expire')).json).toEqual({ expired: 1 });
  expect(await status()).toBe(401);
  const second = await connect('strava');
  expect((await clouds.control('POST', 'strava/tokens/revoke', { name: 'runner' })).json).toEqual({
    revoked: true,
  });
  expect(
    (await send(`${clouds.app('strava').origins['web']}/api/v3/athlete`, { token: second })).status,
  ).toBe(401);
  expect((await clouds.control('POST', 'strava/tokens/revoke', { name: 'nobody' })).status).toBe(400);
});

test.each([
  ['POST', 'clock', { advanceSec: -1 }, 400],
  ['POST', 'clock', { advanceSec: 'soon' }, 400],
  ['PUT', 'webhooks', { baseUrl: 'nowhere' }, 400],
  ['POST', 'garmin/faults', { kind: 'other' }, 400],
  ['POST', 'garmin/people/nobody/record', {}, 404],
  ['POST', 'garmin/people/runner/fly', {}, 404],
  ['PUT', 'fitbit/people/runner/load', { records: -5 }, 400],
  ['GET', 'elsewhere/stats', undefined, 404],
  ['POST', 'garmin/mode', { mode: 'pull' }, 404],
])('SIMP14 %s /control/%s %j is answered with %i', async (method, path, body, status) => {
  expect((await clouds.control(method, path, body)).status).toBe(status);
});

test('SIMP14 unknown addresses are 404, and a body of more than ten megabytes is 413', async () => {
  expect((await send(`${clouds.simulator.url}/nowhere`)).status).toBe(404);
  expect((await send(`${clouds.simulator.url}/garmin/moon/x`)).status).toBe(404);
  expect((await send(`${clouds.app('garmin').origins['api']}/wellness-api/rest/other`)).status).toBe(404);
  const huge = await fetch(`${clouds.app('garmin').origins['auth']}/di-oauth2-service/oauth/token`, {
    method: 'POST',
    body: 'x'.repeat(11 * 1024 * 1024),
  });
  expect(huge.status).toBe(413);
});

test('SIMP15 the page shows the clouds, who is connected, and what was asked last', async () => {
  await connect('garmin', 'cyclist');
  await send(`${clouds.app('garmin').origins['api']}/wellness-api/rest/<img src=x>`);
  const { text, headers } = await send(clouds.simulator.url);
  expect(headers.get('content-type')).toMatch(/^text\/html/);
  for (const cloud of described.values()) expect(text).toContain(`<h2>${cloud.title}</h2>`);
  expect(text.match(/>connected</g)).toHaveLength(1);
  expect(text).toContain('<b>cyclist</b> <span class="badge good">connected</span>');
  expect(text).toContain('GET /oauth2Confirm');
  expect(text).not.toContain('<img');
  expect(text).toContain('data-ask="/control/garmin/people/cyclist/deauthorize"');
});
