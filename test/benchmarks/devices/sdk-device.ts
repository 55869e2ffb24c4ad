import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { createHeadwaterClient, type HeadwaterClient } from '../../../lib/client/headwater-client.ts';
import { createNodeSqlite } from '../../../lib/client/storage/node-sqlite.ts';
import { createSqlStore } from '../../../lib/client/store/sql-store.ts';
import { createFetchTransport, type Transport } from '../../../lib/client/transport.ts';
import { systemRandomness } from '../../../lib/core/randomness.ts';
import type { BenchCloud } from '../bench-cloud.ts';
import { createPerson, ENTITY_TYPE, pushRows } from './cloud-person.ts';
import type { EditingDevice, OpenDevices } from './lost-updates.ts';

export const transportOf = (cloud: BenchCloud, userId: string): Transport =>
  createFetchTransport({
    baseUrl: cloud.apiUrl,
    fetch,
    authorization: async () => `Bearer ${cloud.apiKey}`,
    userId,
  });

/** The SDK as an app has it, over a new SQLite file of Node's own driver. */
export const openSdkClient = (cloud: BenchCloud, transport: Transport): Promise<HeadwaterClient> =>
  createHeadwaterClient({
    storage: createSqlStore(createNodeSqlite(join(cloud.directory, `${randomUUID()}.sqlite`))),
    transport,
    schema: SYNC_SCHEMA,
    deviceId: randomUUID(),
    clock: { now: () => Date.now() },
    randomness: systemRandomness,
  });

/** As many runs as it takes: each is bounded. */
export async function syncAll(client: HeadwaterClient): Promise<void> {
  for (;;) {
    const { outcome, error } = await client.sync();
    if (outcome === 'stopped') throw new Error(`a sync stopped: ${error?.code}`);
    if (outcome === 'completed') return;
  }
}

export interface RecordedTransport {
  readonly transport: Transport;
  /** The same answers again, without a network, to the same questions. */
  replay(): Transport;
}

/** Keeps what was answered, so that what a device does with it can be measured alone. */
export function recorded(inner: Transport): RecordedTransport {
  const answers = new Map<string, Awaited<ReturnType<Transport['send']>>>();
  const keyOf = ({ method, path, query }: Parameters<Transport['send']>[0]): string =>
    JSON.stringify([method, path, query]);
  return {
    transport: {
      send: async (request) => {
        const answer = await inner.send(request);
        answers.set(keyOf(request), answer);
        return answer;
      },
    },
    replay: () => ({
      send: async (request) => {
        const answer = answers.get(keyOf(request));
        if (answer === undefined) throw new Error(`nobody asked ${keyOf(request)} before`);
        return answer;
      },
    }),
  };
}

/** Two devices of one person on the local cloud. */
export const openSdkDevices =
  (cloud: BenchCloud): OpenDevices =>
  async (rows) => {
    const person = await createPerson(cloud, 'gzip');
    await pushRows(person.door, rows, 'origin');
    const clients = [
      await openSdkClient(cloud, transportOf(cloud, person.userId)),
      await openSdkClient(cloud, transportOf(cloud, person.userId)),
    ];
    for (const client of clients) await syncAll(client);
    const [left, right] = clients.map(editing) as [EditingDevice, EditingDevice];
    return { left, right, close: () => Promise.all(clients.map((client) => client.close())) };
  };

const editing = (client: HeadwaterClient): EditingDevice => ({
  edit: (id, fields) => client.update(ENTITY_TYPE, id, fields),
  sync: () => syncAll(client),
  read: async (id) => (await client.get(ENTITY_TYPE, id))?.data ?? {},
});
