import type { OpenCollection } from '../../peers/open-collection.ts';
import { dataOf } from '../../peers/rxdb-replication.ts';
import type { EditingDevice, OpenDevices } from './lost-updates.ts';
import { fillRxdb, masterOf, openRxdb, replicateRxdb } from './rxdb.ts';

/** A collection whose rounds are `sync`. */
export function rxdbDevice(database: OpenCollection, sync: () => Promise<unknown>): EditingDevice {
  const find = async (id: string) => {
    const found = await database.collection.findOne(id).exec();
    if (found === null) throw new Error(`RxDB has no row ${id}`);
    return found;
  };
  return {
    edit: async (id, fields) => (await find(id)).incrementalPatch(fields),
    sync,
    read: async (id) => dataOf((await find(id)).toJSON()),
  };
}

/** Two collections that replicate with a third, with RxDB's default conflict handler, which keeps the master's. */
export const openRxdbDevices: OpenDevices = async (rows) => {
  const hub = await openRxdb();
  await fillRxdb(hub, rows);
  const master = masterOf(hub.collection);
  const databases = await Promise.all([openRxdb(), openRxdb()]);
  const [left, right] = databases.map((database) =>
    rxdbDevice(database, () => replicateRxdb(database, master)),
  ) as [EditingDevice, EditingDevice];
  await left.sync();
  await right.sync();
  return { left, right, close: () => Promise.all([...databases, hub].map((each) => each.close())) };
};
