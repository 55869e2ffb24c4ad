import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Operation, ROUTES } from '../../contracts/http/routes.ts';
import { SCOPES } from '../../contracts/http/scopes.ts';
import type { ApiKeyId } from '../../contracts/primitives/ids.ts';
import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import { createSyncDevicesHandler } from '../../functions/http/sync-devices/handler.ts';
import type { Principal } from '../../lib/access/model.ts';
import { createEntityStore } from '../../lib/adapters/dynamo/entity-store.ts';
import { createLeaseStore } from '../../lib/adapters/dynamo/lease-store.ts';
import { fail, ok } from '../../lib/core/result.ts';
import type { MetricName } from '../../lib/observability/metrics.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import {
  createStores,
  manualClock,
  openSimulatedStorage,
  seededRandomness,
} from '../contract-suites/store-fixtures.ts';

export interface SyncReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape they assert.
  readonly body: any;
}

export interface SyncCall {
  /** A scope: a user's token; left out: the key of the workspace, for its first user. */
  readonly as?: UserScope | 'key without user' | 'key' | 'nobody';
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Instead of `body`, byte for byte. */
  readonly text?: string;
}

export type DeviceSyncWorld = Awaited<ReturnType<typeof createDeviceSyncWorld>>;

/** sync-devices on simulated tables with the entities that there are, a key of the workspace and users' tokens. */
export async function createDeviceSyncWorld() {
  const clock = manualClock();
  const storage = await openSimulatedStorage();
  const stores = createStores(storage, clock);
  const scope = await stores.createUser();
  const randomness = seededRandomness(29);
  const lines: string[] = [];
  const counted: Partial<Record<MetricName, number>> = {};
  const coreTable = storage.tables.core;
  const handler = createSyncDevicesHandler({
    store: createEntityStore({
      dynamo: storage.dynamo,
      coreTable,
      rowsTable: storage.tables.samples,
      dataKeys: stores.vault,
      clock,
      randomness,
    }),
    leases: createLeaseStore(storage.dynamo, coreTable),
    schema: SYNC_SCHEMA,
    access: {
      authenticator: { authenticate: async (credential) => principalOf(credential, scope) },
      rateLimiter: { take: async () => ({ allowed: true, limit: 600, remaining: 599, resetSec: 1 }) },
    },
    settings: {
      clock,
      randomness,
      meter: {
        add: (name, value) => {
          counted[name] = (counted[name] ?? 0) + value;
        },
        flush: () => undefined,
      },
      log: { write: (code, fields) => void lines.push(JSON.stringify([code, fields])) },
    },
  });
  const call = async (operation: Operation, sent: SyncCall = {}): Promise<SyncReply> => {
    const { statusCode = 0, headers = {}, body = '' } = await handler(toEvent(operation, sent, scope), {});
    return { status: statusCode, headers, text: body, body: body === '' ? undefined : JSON.parse(body) };
  };
  return { clock, stores, storage, scope, call, lines, counted };
}

function principalOf(credential: string, scope: UserScope) {
  const rest = { scopes: [...SCOPES], requestsPerMinute: 600 };
  const [workspaceId, userId] = credential.split('~');
  if (credential === 'nobody') return fail({ kind: 'invalid', reason: 'unknown' } as const);
  const principal: Principal =
    userId === undefined
      ? {
          kind: 'key',
          workspaceId: scope.workspaceId,
          apiKeyId: 'key_00000000000000000000000001' as ApiKeyId,
          ...rest,
        }
      : { kind: 'user', ...({ workspaceId, userId } as UserScope), ...rest };
  return ok(principal);
}

function toEvent(operation: Operation, sent: SyncCall, scope: UserScope): APIGatewayProxyEventV2 {
  const {
    as = 'key',
    query,
    headers = {},
    body,
    text = body === undefined ? undefined : JSON.stringify(body),
  } = sent;
  const route = ROUTES.find((one) => one.operation === operation);
  const credential = typeof as === 'string' ? as : `${as.workspaceId}~${as.userId}`;
  const event = {
    routeKey: `${route?.method} ${route?.path}`,
    queryStringParameters: query,
    headers: {
      authorization: `Bearer ${credential === 'key without user' ? 'key' : credential}`,
      ...(as === 'key' ? { 'X-Headwater-User': scope.userId } : {}),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
  };
  return event as unknown as APIGatewayProxyEventV2;
}
