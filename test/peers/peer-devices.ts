import { openCollection } from './open-collection.ts';
import type { PeerDevice } from './peer-writer.ts';
import { dataOf as documentData, replicateOnce } from './rxdb-replication.ts';
import type { SyncDoor } from './sync-door.ts';
import { WatermelonStore, type WatermelonSync } from './watermelon-store.ts';
import { createWatermelonSync, dataOf as recordData, VERSION_COLUMN } from './watermelon-sync.ts';

type Data = Readonly<Record<string, unknown>>;

/** A row as a device shows it, with the server's version that it rests on. */
export interface ShownRow {
  readonly id: string;
  readonly version: number;
  readonly data: Data;
}

/** Somebody else's local-first store with rows of our entities, and one way to edit them. */
export interface Peer {
  readonly deviceId: string;
  create(type: string, id: string, data: Data): Promise<unknown>;
  update(type: string, id: string, fields: Data): Promise<unknown>;
  remove(type: string, id: string): Promise<unknown>;
  list(type: string): Promise<readonly ShownRow[]>;
  sync(): Promise<unknown>;
  close(): Promise<unknown>;
}

export interface PeerOptions extends PeerDevice {
  readonly door: SyncDoor;
  /** Field names by type. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

/** RxDB with a collection per type, each with a replication of its own. */
export async function openRxdbPeer({ fields, ...device }: PeerOptions): Promise<Peer> {
  const opened = new Map(
    await Promise.all(
      Object.entries(fields).map(async ([type, names]) => [type, await openCollection(names)] as const),
    ),
  );
  const collectionOf = (type: string) => {
    const found = opened.get(type);
    if (found === undefined) throw new Error(`there is no collection ${type}`);
    return found.collection;
  };
  const find = async (type: string, id: string) => {
    const found = await collectionOf(type).findOne(id).exec();
    if (found === null) throw new Error(`there is no document ${id}`);
    return found;
  };
  return {
    deviceId: device.deviceId,
    create: (type, id, data) => collectionOf(type).insert({ ...data, id, rowVersion: 0 }),
    update: async (type, id, changed) => (await find(type, id)).incrementalPatch(changed),
    remove: async (type, id) => (await find(type, id)).incrementalRemove(),
    list: async (type) =>
      (await collectionOf(type).find().exec())
        .map((document) => document.toJSON())
        .map((document) => ({ id: document.id, version: document.rowVersion, data: documentData(document) })),
    sync: async () => {
      for (const [entityType, { collection }] of opened) {
        const round = replicateOnce({ ...device, collection, entityType, batchSize: 100 });
        await round.awaitInitialReplication();
        await round.cancel();
      }
    },
    close: () => Promise.all([...opened.values()].map((each) => each.close())),
  };
}

export function openWatermelonPeer({ fields, ...device }: PeerOptions): Peer {
  const tables = Object.keys(fields);
  const store = new WatermelonStore(tables);
  const sync = createWatermelonSync({ ...device, tables });
  return {
    deviceId: device.deviceId,
    create: async (type, id, data) => store.create(type, { ...data, id }),
    update: async (type, id, changed) => store.update(type, id, changed),
    remove: async (type, id) => store.markAsDeleted(type, id),
    list: async (type) =>
      store
        .list(type)
        .map((raw) => ({ id: raw.id, version: Number(raw[VERSION_COLUMN] ?? 0), data: recordData(raw) })),
    sync: () => synchronizeAgain(store, sync),
    close: async () => undefined,
  };
}

const MAX_ATTEMPTS = 20;

/** As applications do: WatermelonDB itself tries once. */
async function synchronizeAgain(store: WatermelonStore, sync: WatermelonSync): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await store.synchronize(sync);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw error;
    }
  }
}
