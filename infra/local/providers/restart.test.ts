import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  askForTokens,
  CLOUD_NAMES,
  connectAt,
  readAt,
  type Tokens,
} from '../../../test/support/every-cloud.ts';
import {
  clientFields,
  type Received,
  type SimulatedClouds,
  send,
  startClouds,
  startReceiver,
} from '../../../test/support/simulated-clouds.ts';

let room = '';
const running: SimulatedClouds[] = [];
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'restart-'));
});
afterEach(async () => {
  for (const clouds of running.splice(0)) await clouds.simulator.stop();
  await rm(room, { recursive: true, force: true });
});

async function start(name = 'state'): Promise<SimulatedClouds> {
  const clouds = await startClouds({ stateFile: join(room, name) });
  running.push(clouds);
  return clouds;
}

async function restart(clouds: SimulatedClouds): Promise<SimulatedClouds> {
  await clouds.simulator.stop();
  return start();
}

/** What a client can tell one start from another by, but for the port. */
async function known(clouds: SimulatedClouds) {
  const apps = CLOUD_NAMES.map((name) => ({ ...clouds.app(name), origins: undefined }));
  const truths = await Promise.all(
    CLOUD_NAMES.map(async (name) => (await clouds.control('GET', `${name}/people/runner/truth`)).json),
  );
  return { apps, truths, clock: (await clouds.control('GET', 'clock')).json };
}

test('SIMP16 a restart forgets neither applications, tokens, what people changed nor the clock', async () => {
  const first = await start();
  const fresh = await known(first);
  await first.control('POST', 'clock', { advanceSec: 7200 });
  const tokens = new Map<string, Tokens>();
  for (const name of CLOUD_NAMES) {
    tokens.set(name, await connectAt(first, name));
    if (name === 'polar') await register(first, tokens.get(name)?.access ?? '');
    for (const action of ['record', 'revise', 'delete'])
      await first.control('POST', `${name}/people/runner/${action}`, { days: 2 });
  }
  const before = await known(first);
  expect(before.truths.every((truth, at) => JSON.stringify(truth) !== JSON.stringify(fresh.truths[at]))).toBe(
    true,
  );
  const second = await restart(first);
  expect(await known(second)).toEqual(before);
  for (const name of CLOUD_NAMES) {
    const { access = '', refresh = '' } = tokens.get(name) ?? {};
    expect([name, (await readAt(second, name, access)).status]).toEqual([name, 200]);
    if (refresh === '') continue;
    const again = await askForTokens(name, second.app(name), {
      grant_type: 'refresh_token',
      refresh_token: refresh,
    });
    const { access_token: renewed } = again.json.body ?? again.json;
    expect([name, renewed === access]).toEqual([name, name === 'strava']);
    expect((await readAt(second, name, renewed)).status).toBe(200);
  }
});

const register = (clouds: SimulatedClouds, token: string) =>
  send(`${clouds.app('polar').origins['api']}/v3/users`, {
    token,
    method: 'POST',
    json: { 'member-id': 'one' },
  });

test('SIMP16 after a restart, those who are connected still wait to be read out, and the others are', async () => {
  const first = await start();
  await connectAt(first, 'garmin', 'runner');
  await first.control('POST', 'clock', { advanceSec: 2 * 86_400 });
  const days = async (clouds: SimulatedClouds, person: string) =>
    Object.keys((await clouds.control('GET', `garmin/people/${person}/truth`)).json.daily).length;
  const before = [await days(first, 'runner'), await days(first, 'cyclist')];
  const second = await restart(first);
  expect(await days(second, 'runner')).toBe(before[0]);
  expect(await days(second, 'cyclist')).toBeGreaterThan(before[1] ?? 0);
});

test('SIMP16 what a client was told is kept before it is told: a kill takes nothing back', async () => {
  const first = await start();
  const { refresh: spent } = await connectAt(first, 'whoop');
  const renew = (clouds: SimulatedClouds, token: string) =>
    askForTokens('whoop', clouds.app('whoop'), { grant_type: 'refresh_token', refresh_token: token });
  const { refresh_token: refresh, access_token: access } = (await renew(first, spent)).json;
  // What a kill leaves behind at this moment.
  await copyFile(join(room, 'state'), join(room, 'left'));
  const second = await start('left');
  expect((await readAt(second, 'whoop', access)).status).toBe(200);
  expect((await renew(second, spent)).status).toBe(400);
  const next = await renew(second, refresh);
  expect(next.status).toBe(200);
  expect([spent, refresh]).not.toContain(next.json.refresh_token);
});

/** Passes the handshake of every cloud. */
function client({ method, url, headers, body }: Received) {
  const challenge = url.searchParams.get('challenge') ?? url.searchParams.get('hub.challenge');
  const answer = challenge === null ? '' : JSON.stringify({ challenge, 'hub.challenge': challenge });
  if (!url.pathname.endsWith('/fitbit')) return { status: 200, body: answer };
  const isProof = method === 'POST' && body.includes('verification');
  return { status: isProof ? (headers['authorization'] === undefined ? 401 : 201) : 204 };
}

test('SIMP16 subscriptions and signing keys outlive a restart, and pushes go where they went', async () => {
  await using receiver = await startReceiver(client);
  const first = await start();
  for (const name of CLOUD_NAMES) {
    const { access } = await connectAt(first, name);
    if (name === 'polar') await register(first, access);
  }
  const states = (await first.control('PUT', 'webhooks', { baseUrl: receiver.url })).json;
  expect(Object.values(states)).toEqual(CLOUD_NAMES.map(() => 'active'));
  const listed = async (clouds: SimulatedClouds) => {
    const [oura, strava, fitbit] = [clouds.app('oura'), clouds.app('strava'), clouds.app('fitbit')];
    const { client_id: id, client_secret: secret } = clientFields(oura);
    const headers = { 'x-client-id': id, 'x-client-secret': secret };
    return [
      await send(`${oura.origins['api']}/v2/webhook/subscription`, { headers }),
      await send(
        `${strava.origins['web']}/api/v3/push_subscriptions?${new URLSearchParams(clientFields(strava))}`,
      ),
      await send(`${fitbit.origins['keys']}${KEYSET_PATH}`),
    ].map(({ status, json }) => ({ status, json }));
  };
  const before = await listed(first);
  expect(before.map(({ status }) => status)).toEqual([200, 200, 200]);
  const second = await restart(first);
  expect(await listed(second)).toEqual(before);
  receiver.received.length = 0;
  for (const name of CLOUD_NAMES) await second.control('POST', `${name}/people/runner/revise`, {});
  await second.control('POST', 'flush');
  const told = new Set(receiver.received.map(({ url }) => url.pathname.split('/').at(-1)));
  expect([...told].sort()).toEqual([...CLOUD_NAMES].sort());
});

const KEYSET_PATH = '/googlehealthapi/webhooks/webhooks_public_keyset.json';

test('SIMP16 a stop takes less than a second, whatever has not been answered yet', async () => {
  const clouds = await start();
  const { access } = await connectAt(clouds, 'whoop');
  await clouds.control('POST', 'whoop/faults', { kind: 'slow', ms: 60_000 });
  await clouds.control('POST', 'whoop/faults', { kind: 'timeout' });
  const waiting = [readAt(clouds, 'whoop', access), readAt(clouds, 'whoop', access)];
  const ends = Promise.allSettled(waiting);
  await expect.poll(async () => (await clouds.control('GET', 'whoop/faults')).json.faults).toEqual([]);
  const startedMs = performance.now();
  await clouds.simulator.stop();
  expect(performance.now() - startedMs).toBeLessThan(1000);
  expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
