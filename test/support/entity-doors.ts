import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { SyncSchema } from '../../contracts/sync/entity.ts';
import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import type { HttpHandler } from '../../functions/_platform/http/create-http-handler.ts';
import { createManageEntitiesHandler } from '../../functions/http/manage-entities/handler.ts';
import { createSyncDevicesHandler } from '../../functions/http/sync-devices/handler.ts';
import type { Principal } from '../../lib/access/model.ts';
import { createEntityStore } from '../../lib/adapters/dynamo/entity-store.ts';
import { createLeaseStore } from '../../lib/adapters/dynamo/lease-store.ts';
import { silentLog } from '../../lib/observability/log.ts';
import type { MetricName } from '../../lib/observability/metrics.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import {
  createStores,
  manualClock,
  openSimulatedStorage,
  seededRandomness,
} from '../contract-suites/store-fixtures.ts';

export interface DoorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field.
  readonly body: any;
}

interface DoorCall {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: UserScope;
}

/** Both doors to what devices sync, as they ship, over one simulated store; the route's key is `METHOD path`. */
export async function openEntityDoors(schema: SyncSchema = SYNC_SCHEMA) {
  const storage = await openSimulatedStorage();
  const clock = manualClock();
  const stores = createStores(storage, clock);
  const scope = await stores.createUser();
  const randomness = seededRandomness(7);
  const counted = new Map<MetricName, number>();
  const meter = {
    add: (name: MetricName, value: number) => void counted.set(name, (counted.get(name) ?? 0) + value),
    flush: () => undefined,
  };
  const principal: Principal = {
    kind: 'key',
    workspaceId: scope.workspaceId,
    apiKeyId: 'key_00000000000000000000000001' as never,
    scopes: ['sync:read', 'sync:write'],
    requestsPerMinute: 600,
  };
  const access = {
    authenticator: { authenticate: async () => ({ ok: true, value: principal }) as const },
    rateLimiter: { take: async () => ({ allowed: true, limit: 600, remaining: 599, resetSec: 60 }) },
  };
  const settings = { clock, randomness, log: silentLog, meter };
  const { core: coreTable, samples: rowsTable } = storage.tables;
  const store = createEntityStore({
    dynamo: storage.dynamo,
    coreTable,
    rowsTable,
    dataKeys: stores.vault,
    clock,
    randomness,
  });
  const leases = createLeaseStore(storage.dynamo, coreTable);
  const devices = createSyncDevicesHandler({ store, leases, schema, access, settings });
  const entities = createManageEntitiesHandler({
    sync: { store, schema, clock, randomness },
    access,
    settings,
  });

  const sync = (route: string, call: DoorCall = {}) =>
    send(devices, route, {
      ...call,
      headers: { 'x-headwater-user': (call.as ?? scope).userId, ...call.headers },
    });
  /** `GET goals/<id>`: below the user. */
  const entity = (line: string, call: DoorCall = {}) => {
    const [method = '', path = ''] = line.split(' ');
    const [entityType = '', entityId] = path.split('/');
    const route = `${method} /v1/users/{userId}/{entityType}${entityId === undefined ? '' : '/{entityId}'}`;
    const pathParameters = {
      userId: (call.as ?? scope).userId,
      entityType,
      ...(entityId === undefined ? {} : { entityId }),
    };
    return send(entities, route, { ...call, pathParameters });
  };
  return {
    sync,
    entity,
    clock,
    scope,
    counted,
    createUser: () => stores.createUserIn(scope.workspaceId),
    store,
  };
}

async function send(
  handler: HttpHandler,
  routeKey: string,
  {
    body,
    query,
    headers,
    pathParameters = {},
  }: DoorCall & { readonly pathParameters?: Record<string, string> },
): Promise<DoorAnswer> {
  const event = {
    version: '2.0',
    routeKey,
    headers: { authorization: 'Bearer x', 'content-type': 'application/json', ...headers },
    queryStringParameters: query,
    pathParameters,
    requestContext: {},
    isBase64Encoded: false,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
  const answer = await handler(event as unknown as APIGatewayProxyEventV2, {});
  const text = answer.body ?? '';
  return {
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(
      Object.entries(answer.headers ?? {}).map(([name, value]) => [name, String(value)]),
    ),
    text,
    body: text === '' ? undefined : JSON.parse(text),
  };
}
