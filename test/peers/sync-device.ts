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

/** `node test/peers/sync-device.ts <SyncDevice as JSON>`: syncs until all is done and says so. */
if (import.meta.main) {
  const device = JSON.parse(process.argv[2] ?? '') as SyncDevice;
  const client = await openSyncDevice(device, Date.now);
  for (let isDone = false; !isDone; ) {
    const report = await client.sync();
    isDone = report.outcome === 'completed';
    console.log(JSON.stringify(report));
    if (report.outcome === 'stopped') process.exit(1);
  }
  await client.close();
}
