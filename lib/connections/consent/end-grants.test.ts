import { beforeEach, describe, expect, test } from 'vitest';
import { ConnectionId } from '../../../contracts/primitives/ids.ts';
import { type ConnectWorld, createConnectWorld } from '../../../test/support/connect-world.ts';
import { createCrashes } from '../../../test/support/crashes.ts';
import { SECOND_MS } from '../../core/instants.ts';
import { endGrants } from './end-grants.ts';

let world: ConnectWorld;
beforeEach(async () => {
  world = await createConnectWorld();
});

const end = (of: ConnectWorld = world) => endGrants(of.deps, of.scope, 'corr-erase');

test('CON11 every grant of the user is ended, and the tokens are gone; a repeat does nothing', async () => {
  for (const person of ['runner', 'cyclist']) await world.connect(person);
  await end();
  await end();
  expect(world.cloud.revoked.toSorted()).toEqual(['cyclist', 'runner']);
  const all = await world.deps.connections.list(world.scope);
  expect(all.map(({ status }) => status)).toEqual(['disconnected', 'disconnected']);
  for (const { connectionId } of all)
    expect(await world.tokens.load(world.scope, connectionId)).toBeUndefined();
});

test('CON11 what another user of the deployment connected goes on', async () => {
  const neighbour = await world.createUserIn(world.scope.workspaceId);
  await world.connect('runner');
  await world.connect('runner', { as: neighbour });
  await end();
  expect(world.cloud.revoked).toEqual([]);
  expect(await world.deps.connections.list(neighbour)).toMatchObject([{ status: 'connected' }]);
});

test('CON11 a consent that came back before the head was marked is ended after it', async () => {
  await world.connect('runner');
  await world.eraseUser(world.scope);
  await end();
  expect(world.cloud.revoked).toEqual(['runner']);
  const [connection] = await world.deps.connections.list(world.scope);
  expect(connection?.status).toBe('connected');
  expect(await world.tokens.load(world.scope, ConnectionId.parse(connection?.connectionId))).toBeUndefined();
});

test('CON11 a provider that never answers is waited for 8 s, and all of them for 10 s', async () => {
  await world.connect('runner');
  const hanging = new Promise<never>(() => undefined);
  const deps = {
    ...world.deps,
    openUserHttp: () => ({ send: () => hanging, json: () => hanging, jsonAt: () => hanging }),
  };
  let isOver = false;
  const work = endGrants(deps, world.scope, 'corr-erase').then(() => {
    isOver = true;
  });
  await settle();
  world.clock.advance(8 * SECOND_MS - 1);
  await settle();
  expect(isOver).toBe(false);
  world.clock.advance(1);
  await work;
  expect(await world.deps.connections.list(world.scope)).toMatchObject([{ status: 'disconnected' }]);
});

test('CON11 an outage of the store or of the secrets keeps nobody from being erased', async () => {
  await world.connect('runner');
  const down = () => Promise.reject(new Error('down'));
  await endGrants(
    { ...world.deps, connections: { ...world.deps.connections, list: down } },
    world.scope,
    'c',
  );
  await endGrants({ ...world.deps, tokens: { ...world.tokens, load: down } }, world.scope, 'c');
  await endGrants({ ...world.deps, providers: { list: down, get: down } }, world.scope, 'c');
  expect(world.cloud.revoked).toEqual([]);
});

/** Pending work goes on until it waits for something that does not come. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const CRASHES = Array.from({ length: 9 }, (_, index) => index + 1).flatMap((at) =>
  (['before', 'after'] as const).map((when) => ({ at, when })),
);

describe.each(CRASHES)('a container that ends $when its call $at of the database', ({ at, when }) => {
  test('CON9 leaves a consent that can be given again, and one connection that works', async () => {
    const crashes = createCrashes();
    const crashing = await createConnectWorld(crashes.wrap);
    const { body } = await crashing.call('authorizeConnection', { as: 'key', path: { provider: 'sample' } });
    const query = crashing.cloud.consent(String(body['url']), 'runner');
    crashes.arm(at, when);
    void crashing.call('finishConsent', { path: { provider: 'sample' }, query });
    await settle();
    crashes.disarm();
    expect((await crashing.connect('runner')).status).toBe(200);
    const [connection, ...others] = await crashing.deps.connections.list(crashing.scope);
    expect([connection?.status, others]).toEqual(['connected', []]);
    if (connection === undefined) throw new Error('unreachable');
    const provider = await crashing.deps.providers.get('sample');
    const http = crashing.deps.openUserHttp(crashing.scope, connection, provider);
    expect((await http.json({ origin: 'api', path: '/me' })).payload).toEqual({ id: 'runner' });
    const found = await crashing.deps.connections.findByProviderUser('sample', 'runner');
    expect(found).toEqual([{ scope: crashing.scope, connectionId: connection.connectionId }]);
  });

  test('CON10 leaves a disconnect that a repeat completes', async () => {
    const crashes = createCrashes();
    const crashing = await createConnectWorld(crashes.wrap);
    await crashing.connect('runner');
    const [connection] = await crashing.deps.connections.list(crashing.scope);
    const connectionId = ConnectionId.parse(connection?.connectionId);
    const disconnect = () => crashing.call('disconnect', { as: 'key', path: { connectionId } });
    crashes.arm(at, when);
    void disconnect();
    await settle();
    crashes.disarm();
    expect((await disconnect()).status).toBe(200);
    expect(new Set(crashing.cloud.revoked)).toEqual(new Set(['runner']));
    expect(await crashing.tokens.load(crashing.scope, connectionId)).toBeUndefined();
    expect(await crashing.deps.connections.load(crashing.scope, connectionId)).toMatchObject({
      status: 'disconnected',
    });
  });
});
