import { expect, test } from 'vitest';
import { createConnectWorld } from '../../../test/support/connect-world.ts';
import { MINUTE_MS } from '../../core/instants.ts';
import { keepGrant, MAX_CONNECTION_COUNT } from './keep-grant.ts';

const granted = (providerUserId: string, otherUserIds?: readonly string[]) => ({
  provider: 'sample',
  grant: { accessToken: `access-${providerUserId}` },
  account: { providerUserId, ...(otherUserIds === undefined ? {} : { otherUserIds }) },
  correlationId: 'corr-1',
});

test('CON9 a consent keeps what was fetched, and every id by which the person was known', async () => {
  const { deps, scope, clock } = await createConnectWorld();
  const first = await keepGrant(deps, scope, granted('runner', ['old-1']));
  const syncedTo = { steps: clock.now() };
  await deps.connections.save(scope, { ...first, version: 2, syncedTo }, undefined);
  clock.advance(MINUTE_MS);
  const second = await keepGrant(deps, scope, granted('runner', ['old-2']));
  expect(second).toMatchObject({
    connectionId: first.connectionId,
    version: 3,
    syncedTo,
    connectedAtMs: clock.now(),
  });
  for (const id of ['runner', 'old-1', 'old-2'])
    expect(await deps.connections.findByProviderUser('sample', id)).toHaveLength(1);
});

test('CON9 a new connection is looked at by the schedule, should nobody ask for its first sync', async () => {
  const { deps, scope, clock } = await createConnectWorld();
  const { dueAtMs } = await keepGrant(deps, scope, granted('runner'));
  expect((dueAtMs ?? 0) - clock.now()).toBe(2 * MINUTE_MS);
});

test('CON9 a user has a largest number of connections, and may still renew those there are', async () => {
  const { deps, scope } = await createConnectWorld();
  for (let count = 0; count < MAX_CONNECTION_COUNT; count += 1)
    await keepGrant(deps, scope, granted(`person-${count}`));
  await expect(keepGrant(deps, scope, granted('one-more'))).rejects.toMatchObject({
    code: 'connection.limit_reached',
  });
  expect((await keepGrant(deps, scope, granted('person-99'))).version).toBe(2);
});

test('CON11 nothing is kept for a user who was erased meanwhile', async () => {
  const world = await createConnectWorld();
  await world.eraseUser(world.scope);
  await expect(keepGrant(world.deps, world.scope, granted('runner'))).rejects.toMatchObject({
    code: 'user.not_found',
  });
  expect((await world.rawItems(world.scope)).some((item) => item['tokens'] !== undefined)).toBe(false);
});
