import { expect, test } from 'vitest';
import { START_MS } from '../../../test/contract-suites/store-fixtures.ts';
import { createConnectWorld } from '../../../test/support/connect-world.ts';
import { pullProvider, ScriptedCloud } from '../../../test/support/scripted-cloud.ts';
import { openSyncWorld } from '../../../test/support/sync-world.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/instants.ts';
import type { ProviderDefinition } from '../../providers/definition.ts';
import { ProviderFault } from '../../providers/model.ts';

/** A cloud that subscribes each person, with the addresses that it was told. */
function subscribingProvider() {
  const told: string[] = [];
  const definition: ProviderDefinition = {
    ...pullProvider,
    push: {
      ...pullProvider.push,
      subscribeUser: async (_http, { url }) => {
        told.push(url);
        throw new ProviderFault('unavailable');
      },
    },
  };
  return { told, definition };
}

test('CON65 every sync that was asked for or is due sees to the person’s notifications, and brings its data whatever comes of it', async () => {
  const { told, definition } = subscribingProvider();
  const cloud = new ScriptedCloud();
  cloud.put('pulse', { id: 'one', atMs: START_MS - HOUR_MS, value: 61 });
  const world = await openSyncWorld(definition, cloud);
  const inboundUrl = 'https://health.example.com/v1/inbound/scripted';
  await world.changeConnection({ account: { providerUserId: 'person', inboundUrl } });
  const syncId = await world.requestSync('connect');
  await world.runFor(10 * MINUTE_MS);
  expect(await world.sync(syncId)).toMatchObject({ status: 'succeeded', counts: { accepted: 1 } });
  expect(told).toEqual([inboundUrl]);
  await world.push({ kind: 'window', dataType: 'pulse', window: lastHour(), replaces: false });
  await world.requestBackfill({ window: lastHour(), types: ['pulse'] });
  await world.runFor(10 * MINUTE_MS);
  expect(told).toHaveLength(1);
  await world.requestSync('silence');
  await world.runFor(10 * MINUTE_MS);
  expect(told).toHaveLength(2);
});

const lastHour = () => ({ fromMs: (START_MS - 2 * HOUR_MS) as typeof START_MS, toMs: START_MS });

test('CON65 a consent notes where the person’s notifications are to go, where people are subscribed one by one', async () => {
  const world = await createConnectWorld();
  await world.connect('runner');
  await world.connect('runner', { provider: 'other' });
  const addresses = (await world.deps.connections.list(world.scope)).map(({ provider, account }) => [
    provider,
    account.inboundUrl,
  ]);
  expect(addresses).toEqual([
    ['sample', undefined],
    ['other', 'https://api.example.com/v1/inbound/other'],
  ]);
});

test('CON65 a connection that was told no address of ours is synced and not subscribed', async () => {
  const { told, definition } = subscribingProvider();
  const world = await openSyncWorld(definition, new ScriptedCloud());
  const syncId = await world.requestSync('connect');
  await world.runFor(10 * MINUTE_MS);
  expect(await world.sync(syncId)).toMatchObject({ status: 'succeeded' });
  expect(told).toEqual([]);
});
