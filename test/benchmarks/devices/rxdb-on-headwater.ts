import { randomUUID } from 'node:crypto';
import type { OpenCollection } from '../../peers/open-collection.ts';
import { replicateOnce } from '../../peers/rxdb-replication.ts';
import type { SyncDoor } from '../../peers/sync-door.ts';
import type { BenchCloud } from '../bench-cloud.ts';
import type { BenchRow } from './bench-rows.ts';
import { createPerson, ENTITY_TYPE, pushRows } from './cloud-person.ts';
import type { EditingDevice, OpenDevices } from './lost-updates.ts';
import { secondsOf } from './pouch.ts';
import { BATCH_ROWS, fillRxdb, openRxdb } from './rxdb.ts';
import { rxdbDevice } from './rxdb-devices.ts';

export interface RxdbOnHeadwater {
  readonly pullSec: number;
  readonly pushSec: number;
}

/** RxDB's own replication against `/v1/sync` of the local cloud, each into an empty side. */
export async function measureRxdbOnHeadwater(
  cloud: BenchCloud,
  rows: readonly BenchRow[],
): Promise<RxdbOnHeadwater> {
  const [from, to] = [await createPerson(cloud, 'gzip'), await createPerson(cloud, 'gzip')];
  await pushRows(from.door, rows, 'origin');
  const [pulled, source] = [await openRxdb(), await openRxdb()];
  const pullSec = await secondsOf(() => round(pulled, from.door, 'puller'));
  const pulledCount = await pulled.collection.count().exec();
  if (pulledCount !== rows.length) throw new Error(`RxDB pulled ${pulledCount} of ${rows.length} rows`);
  await fillRxdb(source, rows);
  const pushSec = await secondsOf(() => round(source, to.door, 'pusher'));
  await Promise.all([pulled.close(), source.close()]);
  return { pullSec, pushSec };
}

async function round({ collection }: OpenCollection, door: SyncDoor, deviceId: string): Promise<void> {
  const device = { deviceId, now: Date.now, entityType: ENTITY_TYPE, batchSize: BATCH_ROWS };
  const state = replicateOnce({ ...device, collection, door });
  await state.awaitInitialReplication();
  await state.cancel();
}

/** Two RxDB collections of one person on the local cloud. */
export const openRxdbOnHeadwater =
  (cloud: BenchCloud): OpenDevices =>
  async (rows) => {
    const { door } = await createPerson(cloud, 'gzip');
    await pushRows(door, rows, 'origin');
    const databases = await Promise.all([openRxdb(), openRxdb()]);
    const [left, right] = databases.map((database) => {
      const deviceId = randomUUID();
      return rxdbDevice(database, () => round(database, door, deviceId));
    }) as [EditingDevice, EditingDevice];
    await left.sync();
    await right.sync();
    return { left, right, close: () => Promise.all(databases.map((database) => database.close())) };
  };
