import { expect, test } from 'vitest';
import { START_MS } from '../../../test/contract-suites/store-fixtures.ts';
import { pullProvider, ScriptedCloud } from '../../../test/support/scripted-cloud.ts';
import { openSyncWorld } from '../../../test/support/sync-world.ts';
import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import type { DataType, ProviderDefinition } from '../../providers/definition.ts';

const ago = (minutes: number) => (START_MS - minutes * MINUTE_MS) as EpochMs;
const reading = (id: string, minutesAgo: number, value: number) => ({ id, atMs: ago(minutesAgo), value });

/** The type, with readings that are known by their times. */
const timed = (type: DataType): DataType => ({
  ...type,
  map: (payload, context) => {
    const page = type.map(payload, context);
    const records = page.records.map((record) => {
      if (record.kind !== 'sample') return record;
      const { recordId: _, ...rest } = record;
      return rest;
    });
    return { ...page, records };
  },
});
const withoutIds: ProviderDefinition = { ...pullProvider, dataTypes: pullProvider.dataTypes.map(timed) };

async function walked(definition: ProviderDefinition) {
  const cloud = new ScriptedCloud();
  cloud.put(
    'walk',
    reading('w1', 50, 10),
    reading('w2', 40, 20),
    reading('w3', 30, 30),
    reading('w4', 20, 40),
  );
  const world = await openSyncWorld(definition, cloud);
  await world.requestSync('connect');
  await world.runFor(MINUTE_MS);
  const push = async (replaces: boolean, fromMinutes = 45, toMinutes = 25) => {
    const window = { fromMs: ago(fromMinutes), toMs: ago(toMinutes) };
    await world.push({ kind: 'window', dataType: 'walk', window, replaces });
    await world.runFor(MINUTE_MS);
  };
  const values = async () => (await world.stored('steps')).map((text) => Number(text.split('=')[1]));
  return { cloud, world, push, values };
}

test('CON65 what a window that replaces no longer offers is removed, and nothing beside it', async () => {
  const { cloud, push, values, world } = await walked(withoutIds);
  expect(await values()).toEqual([10, 20, 30, 40]);
  for (const id of ['w1', 'w2']) cloud.remove('walk', id);
  await push(false);
  expect(await values()).toEqual([10, 20, 30, 40]);
  await push(true);
  expect(await values()).toEqual([10, 30, 40]);
  const [row] = await world.history();
  expect(row?.counts).toMatchObject({ fetched: 1, deleted: 1, duplicate: 1 });
  await push(true);
  expect(await values()).toEqual([10, 30, 40]);
  expect(await world.inbox()).toEqual([]);
});

test('CON65 a window that is empty now becomes empty', async () => {
  const { cloud, push, values } = await walked(withoutIds);
  for (const id of ['w2', 'w3']) cloud.remove('walk', id);
  await push(true);
  expect(await values()).toEqual([10, 40]);
});

test('CON65 readings with a record id wait for the deletion that names it', async () => {
  const { cloud, push, values } = await walked(pullProvider);
  cloud.remove('walk', 'w2');
  await push(true);
  expect(await values()).toEqual([10, 20, 30, 40]);
});

test('CON65 a metric that another type of the provider gives too is left alone', async () => {
  const [first, ...rest] = withoutIds.dataTypes;
  if (first === undefined) throw new Error('no types');
  const shared = { ...first, produces: { metrics: [...first.produces.metrics, 'steps'], records: [] } };
  const { cloud, push, values } = await walked({ ...withoutIds, dataTypes: [shared, ...rest] });
  cloud.remove('walk', 'w2');
  await push(true);
  expect(await values()).toEqual([10, 20, 30, 40]);
});
