import { randomUUID } from 'node:crypto';
import PouchDB from 'pouchdb-core';
import type { BenchCloud } from '../bench-cloud.ts';
import { createPerson, ENTITY_TYPE } from './cloud-person.ts';
import { serveCouch } from './couch-server.ts';
import { openPouch, replicatePouch } from './pouch.ts';
import { masterOf, openRxdb, remoteMaster, replicateRxdb, serveMaster } from './rxdb.ts';
import { openSdkClient, syncAll, transportOf } from './sdk-device.ts';

/** What one engine does of a turn; `read` is undefined when the row is not there. */
interface Turn {
  write(id: string): Promise<unknown>;
  push(): Promise<unknown>;
  pull(): Promise<unknown>;
  read(id: string): Promise<unknown>;
}

/** Milliseconds from a write on one device to its being read on another, sorted. */
async function timeTurns(count: number, { write, push, pull, read }: Turn): Promise<readonly number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    const id = randomUUID();
    const startedMs = performance.now();
    await write(id);
    await push();
    await pull();
    if ((await read(id)) === undefined) throw new Error('a write did not arrive');
    times.push(performance.now() - startedMs);
  }
  return times.sort((left, right) => left - right);
}

export async function sdkTurns(cloud: BenchCloud, count: number): Promise<readonly number[]> {
  const { userId } = await createPerson(cloud, 'gzip');
  const writer = await openSdkClient(cloud, transportOf(cloud, userId));
  const reader = await openSdkClient(cloud, transportOf(cloud, userId));
  await syncAll(writer);
  await syncAll(reader);
  const times = await timeTurns(count, {
    write: (id) => writer.create(ENTITY_TYPE, { title: 'a turn' }, { id }),
    push: () => syncAll(writer),
    pull: () => syncAll(reader),
    read: (id) => reader.get(ENTITY_TYPE, id),
  });
  await Promise.all([writer.close(), reader.close()]);
  return times;
}

export async function pouchTurns(count: number): Promise<readonly number[]> {
  const [writer, hub, reader] = [openPouch(), openPouch(), openPouch()];
  const server = await serveCouch(hub);
  const remote = new PouchDB(server.url);
  const times = await timeTurns(count, {
    write: (id) => writer.put({ _id: id, title: 'a turn' }),
    push: () => replicatePouch(writer, remote),
    pull: () => replicatePouch(remote, reader),
    read: (id) => reader.get(id),
  });
  await server.stop();
  for (const database of [writer, hub, reader]) await database.destroy();
  return times;
}

export async function rxdbTurns(count: number): Promise<readonly number[]> {
  const [writer, hub, reader] = await Promise.all([openRxdb(), openRxdb(), openRxdb()]);
  const server = await serveMaster(masterOf(hub.collection));
  const remote = remoteMaster(server);
  const times = await timeTurns(count, {
    write: (id) => writer.collection.insert({ id, rowVersion: 0, title: 'a turn' }),
    push: () => replicateRxdb(writer, remote),
    pull: () => replicateRxdb(reader, remote),
    read: async (id) => (await reader.collection.findOne(id).exec()) ?? undefined,
  });
  await server.stop();
  for (const database of [writer, hub, reader]) await database.close();
  return times;
}
