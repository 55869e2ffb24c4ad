import { expect, test } from 'vitest';
import { type ConnectWorld, createConnectWorld } from '../../../test/support/connect-world.ts';
import { SECOND_MS } from '../../core/instants.ts';
import { type DisconnectDependencies, disconnect } from './disconnect.ts';

const GONE = { correlationId: 'corr', forgetsData: false };

/** Lets everything go on that waits for no clock. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise<void>((done) => setImmediate(done));
};

/** The first connection of the world's user, being disconnected at a provider that does not answer. */
async function leaving(world: ConnectWorld, onRevoke: () => Promise<unknown> = async () => undefined) {
  await world.connect('runner');
  const [connection] = await world.deps.connections.list(world.scope);
  if (connection === undefined) throw new Error('nothing is connected');
  const never = async (): Promise<never> => {
    await onRevoke();
    return new Promise<never>(() => undefined);
  };
  const deps: DisconnectDependencies = {
    ...world.deps,
    openUserHttp: () => ({ send: never, json: never, jsonAt: never }),
  };
  const { connectionId } = connection;
  const work = disconnect(deps, world.scope, connectionId, GONE);
  await settle();
  return { connectionId, work };
}

test('CON10 who consents again while the provider is still being told keeps the new tokens', async () => {
  const world = await createConnectWorld();
  const { connectionId, work } = await leaving(world);
  await world.connect('runner');
  const fresh = await world.tokens.load(world.scope, connectionId);
  expect(fresh).toBeDefined();
  world.clock.advance(8 * SECOND_MS);
  expect((await work).grant).toBe('unconfirmed');
  expect(await world.deps.connections.load(world.scope, connectionId)).toMatchObject({ status: 'connected' });
  expect(await world.tokens.load(world.scope, connectionId)).toEqual(fresh);
});

test('CON10 tokens that ending the grant had to refresh are removed all the same', async () => {
  const world = await createConnectWorld();
  const refresh = async () => {
    const [{ connectionId } = { connectionId: undefined }] = await world.deps.connections.list(world.scope);
    const stored = connectionId && (await world.tokens.load(world.scope, connectionId));
    if (connectionId && stored) await world.tokens.save(world.scope, connectionId, stored.version, stored);
  };
  const { connectionId, work } = await leaving(world, refresh);
  world.clock.advance(8 * SECOND_MS);
  await work;
  expect(await world.tokens.load(world.scope, connectionId)).toBeUndefined();
});
