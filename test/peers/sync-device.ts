import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import { createHeadwaterClient, type HeadwaterClient } from '../../lib/client/headwater-client.ts';
import { createNodeSqlite } from '../../lib/client/storage/node-sqlite.ts';
import { createSqlStore } from '../../lib/client/store/sql-store.ts';
import { createFetchTransport } from '../../lib/client/transport.ts';
import { systemRandomness } from '../../lib/core/randomness.ts';

/** A device of the SDK over a SQLite file, which another process may have left as it is. */
export interface SyncDevice {
  readonly databasePath: string;
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly userId: string;
}

export function openSyncDevice(
  { databasePath, apiUrl, apiKey, userId }: SyncDevice,
  now: () => number,
): Promise<HeadwaterClient> {
  return createHeadwaterClient({
    storage: createSqlStore(createNodeSqlite(databasePath)),
    transport: createFetchTransport({
      baseUrl: apiUrl,
      fetch,
      authorization: async () => `Bearer ${apiKey}`,
      userId,
    }),
    schema: SYNC_SCHEMA,
    deviceId: 'offline-phone',
    clock: { now },
    randomness: systemRandomness,
  });
}

/** Longer waits than this are none of a server that works. */
const LONGEST_WAIT_MS = 10_000;

/** Runs until all is done, waiting as long as the server asks for. */
export async function syncUntilDone(client: HeadwaterClient): Promise<void> {
  for (;;) {
    const { outcome, error } = await client.sync();
    if (outcome === 'completed') return;
    const waitMs = error?.retryAfterMs ?? 0;
    if (outcome === 'stopped' && (error?.retryable !== true || waitMs > LONGEST_WAIT_MS))
      throw new Error(`a sync stopped with ${error?.code}, ${error?.serverCode}, to go on in ${waitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** `node test/peers/sync-device.ts <SyncDevice as JSON>`: syncs until all is done. */
if (import.meta.main) {
  const device = JSON.parse(process.argv[2] ?? '') as SyncDevice;
  const client = await openSyncDevice(device, Date.now);
  await syncUntilDone(client);
  await client.close();
}
