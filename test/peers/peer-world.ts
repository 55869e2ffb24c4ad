import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { ApiKeyId } from '../../contracts/primitives/ids.ts';
import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import { createSyncDevicesHandler } from '../../functions/http/sync-devices/handler.ts';
import { createEntityStore } from '../../lib/adapters/dynamo/entity-store.ts';
import { createLeaseStore } from '../../lib/adapters/dynamo/lease-store.ts';
import { silentLog } from '../../lib/observability/log.ts';
import { silentMeter } from '../../lib/observability/metrics.ts';
import {
  createStores,
  type ManualClock,
  manualClock,
  openSimulatedStorage,
  seededRandomness,
} from '../contract-suites/store-fixtures.ts';
import type { SyncDoor } from './sync-door.ts';

export interface PeerWorld {
  readonly door: SyncDoor;
  readonly clock: ManualClock;
}

/** The function that devices sync with, as it ships, over simulated tables, and one user's door to it. */
export async function createPeerWorld(seed: number): Promise<PeerWorld> {
  const storage = await openSimulatedStorage();
  const clock = manualClock();
  const stores = createStores(storage, clock);
  const scope = await stores.createUser();
  const randomness = seededRandomness(seed);
  const { core: coreTable, samples: rowsTable } = storage.tables;
  const stored = { dynamo: storage.dynamo, coreTable, rowsTable, dataKeys: stores.vault };
  const rate = { allowed: true, limit: 600, remaining: 599, resetSec: 60 };
  const principal = {
    kind: 'key',
    workspaceId: scope.workspaceId,
    apiKeyId: 'key_00000000000000000000000001' as ApiKeyId,
    scopes: ['sync:read', 'sync:write'],
    requestsPerMinute: 600,
  } as const;
  const handler = createSyncDevicesHandler({
    store: createEntityStore({ ...stored, clock, randomness }),
    leases: createLeaseStore(storage.dynamo, storage.tables.core),
    schema: SYNC_SCHEMA,
    access: {
      authenticator: { authenticate: async () => ({ ok: true, value: principal }) },
      rateLimiter: { take: async () => rate },
    },
    settings: { clock, randomness, log: silentLog, meter: silentMeter },
  });
  return { clock, door: doorTo(handler, scope.userId) };
}

const doorTo =
  (handler: ReturnType<typeof createSyncDevicesHandler>, userId: string): SyncDoor =>
  async ({ method, path, query = {}, body }) => {
    const event = {
      version: '2.0',
      routeKey: `${method} ${path}`,
      rawPath: path,
      rawQueryString: new URLSearchParams(query).toString(),
      headers: {
        authorization: 'Bearer x',
        'content-type': 'application/json',
        'x-headwater-user': userId,
      },
      queryStringParameters: query,
      pathParameters: {},
      requestContext: { http: { method } },
      isBase64Encoded: false,
      ...(body === undefined ? {} : { body }),
    };
    const answer = await handler(event as unknown as APIGatewayProxyEventV2, {});
    return { status: answer.statusCode ?? 0, body: answer.body ?? '', headers: answer.headers ?? {} };
  };
