import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2, SQSEvent, SQSRecord } from 'aws-lambda';
import { type Operation, ROUTES } from '../../contracts/http/routes.ts';
import { SCOPES } from '../../contracts/http/scopes.ts';
import type { ApiKeyId } from '../../contracts/primitives/ids.ts';
import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import type { HttpHandler } from '../../functions/_platform/http/create-http-handler.ts';
import type { Platform } from '../../functions/_platform/platform.ts';
import { wireImpact } from '../../functions/_platform/wire-impact.ts';
import { wireProjection } from '../../functions/_platform/wire-projection.ts';
import { createManageEntitiesHandler } from '../../functions/http/manage-entities/handler.ts';
import { createReadImpactHandler } from '../../functions/http/read-impact/handler.ts';
import { telemetryDeps } from '../../functions/http/read-impact/wiring.ts';
import { createProjectImpactHandler } from '../../functions/queue/project-impact/handler.ts';
import type { Principal } from '../../lib/access/model.ts';
import { userPartition } from '../../lib/adapters/dynamo/core-keys.ts';
import { type Item, S } from '../../lib/adapters/dynamo/dynamo.ts';
import { createEntityStore } from '../../lib/adapters/dynamo/entity-store.ts';
import { silentMeter } from '../../lib/observability/metrics.ts';
import type { OutboundEvent } from '../../lib/outbox/event-publisher.ts';
import { toEvents } from '../../lib/outbox/to-event.ts';
import { ingestSamples } from '../../lib/samples/ingest-samples.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import {
  countingSends,
  createStores,
  manualClock,
  openSimulatedStorage,
  seededRandomness,
} from '../contract-suites/store-fixtures.ts';
import { MemorySampleStore } from './memory-sample-store.ts';

export const MINUTE_MS = 60_000;
export const PRODUCT = '019aa8e2-5f00-7a31-9c1d-2b6f4e8d0a11';
export const OTHER_PRODUCT = '019aa8e2-5f00-7a31-9c1d-2b6f4e8d0a12';
export const sessionIdOf = (index: number): string =>
  `019aa8e2-6100-7c02-8f3e-${String(index).padStart(12, '0')}`;

export interface ImpactReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape they assert.
  readonly body: any;
}

export interface Reading {
  readonly at: number;
  readonly value: number;
  readonly source?: string;
  readonly metric?: string;
  readonly durationMs?: number;
}

export type ImpactWorld = Awaited<ReturnType<typeof openImpactWorld>>;

/**
 * Samples, device sync, the projector of impact and its reader, as they ship, over simulated tables. Events are
 * those that the relay would make of the two logs; a test delivers them as it likes.
 */
export async function openImpactWorld() {
  const clock = manualClock();
  const storage = await openSimulatedStorage();
  const counting = countingSends(storage.dynamo);
  const stores = createStores({ ...storage, dynamo: counting.dynamo }, clock);
  const scope = await stores.createUser();
  const randomness = seededRandomness(11);
  const lines: string[] = [];
  const log = { write: (code: string, fields: object) => void lines.push(JSON.stringify([code, fields])) };
  const settings = { clock, randomness, log, meter: silentMeter };
  const platform: Platform = {
    ...settings,
    client: ((name: string) => {
      if (name !== 'dynamo') throw new Error(`no client ${name} in this world`);
      return counting.dynamo;
    }) as Platform['client'],
  };
  const { core, samples, vault } = storage.tables;
  const env = { CORE_TABLE_NAME: core, SAMPLES_TABLE_NAME: samples, VAULT_TABLE_NAME: vault };
  const withKey = { ...env, WORKSPACE_KMS_KEY_ID: 'none' };
  const impact = wireImpact(withKey, platform, stores.vault);
  const store = createEntityStore({
    dynamo: counting.dynamo,
    coreTable: core,
    rowsTable: samples,
    dataKeys: stores.vault,
    clock,
    randomness,
  });
  const access = accessOf(scope);
  const reader = createReadImpactHandler({
    impact,
    telemetry: telemetryDeps(impact, wireProjection(withKey, platform, stores.vault)),
    access,
    settings,
  });
  const sync = { store, schema: SYNC_SCHEMA, clock, randomness };
  const entities = createManageEntitiesHandler({ sync, access, settings });
  const projector = createProjectImpactHandler({ impact, settings });

  let requestCount = 0;
  const ingest = async (readings: readonly Reading[]): Promise<void> => {
    requestCount += 1;
    const sources = { watch: { provider: 'garmin' }, phone: { provider: 'fitbit' } };
    const sent = Buffer.from(
      JSON.stringify({ requestId: `request-${requestCount}`, sources, samples: readings.map(toSample) }),
    );
    const memory = new MemorySampleStore();
    const answer = await ingestSamples(
      {
        store: stores.samples,
        reader: stores.blocks,
        payloads: memory,
        queue: memory,
        clock,
        randomness,
        meter: silentMeter,
      },
      { scope, body: sent, json: JSON.parse(sent.toString()), correlationId: 'c', nowMs: clock.now() },
    );
    if (answer.status !== 200) throw new Error(`readings were not taken: ${answer.body}`);
  };
  const entity = async (line: string, data?: object): Promise<ImpactReply> => {
    const [method = '', path = ''] = line.split(' ');
    const [entityType = '', entityId = ''] = path.split('/');
    return send(entities, `${method} /v1/users/{userId}/{entityType}/{entityId}`, {
      pathParameters: { userId: scope.userId, entityType, entityId },
      ...(data === undefined ? {} : { body: JSON.stringify({ data }) }),
    });
  };
  const get = (
    operation: Operation,
    query: Record<string, string> = {},
    path: Record<string, string> = {},
  ) => {
    const route = ROUTES.find((one) => one.operation === operation);
    return send(reader, `${route?.method} ${route?.path}`, {
      queryStringParameters: query,
      pathParameters: { userId: scope.userId, ...path },
    });
  };
  /** Events of both logs after the numbers given, in the order of each log. */
  const events = async (after: { samples: number; sync: number } = { samples: 0, sync: 0 }) => {
    const changes = await stores.headStore.loadAfter(scope, after.samples, 1_000);
    const entries = await store.readEntries(scope, after.sync, 1_000);
    return [
      ...changes.flatMap((entry) => toEvents(scope, entry)),
      ...entries.flatMap((entry) => toEvents(scope, { kind: 'sync', ...entry })),
    ].filter(({ type }) => type === 'samples.changed.v1' || type === 'sync.changed.v1');
  };
  /** Delivers a batch; the ids of the events that are to come again. */
  const project = async (batch?: readonly OutboundEvent[]): Promise<readonly string[]> => {
    const chosen = batch ?? (await events());
    const answer = await projector({ Records: chosen.map(toRecord) } as SQSEvent, {});
    return answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  /** What lies in a partition of the user, as it is stored. */
  const itemsOf = async (table: string, suffix: string): Promise<readonly Item[]> => {
    const query = new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': S(userPartition(scope) + suffix) },
      ConsistentRead: true,
    });
    return (await storage.dynamo.send(query)).Items ?? [];
  };
  return {
    itemsOf,
    clock,
    storage,
    stores,
    scope,
    store,
    impact,
    ingest,
    entity,
    get,
    events,
    project,
    lines,
    ...counting,
  };
}

const toSample = ({ at, value, source = 'watch', metric = 'heart_rate', durationMs = 0 }: Reading) => ({
  source,
  metric,
  start: new Date(at).toISOString(),
  end: new Date(at + durationMs).toISOString(),
  value,
  unit: '/min',
  zoneOffsetMinutes: 0,
});

const toRecord = ({ type, detail }: OutboundEvent): SQSRecord =>
  ({
    messageId: detail.id,
    body: JSON.stringify({ 'detail-type': type, detail }),
    attributes: { ApproximateReceiveCount: '1' },
  }) as SQSRecord;

function accessOf(scope: UserScope) {
  const principal: Principal = {
    kind: 'key',
    workspaceId: scope.workspaceId,
    apiKeyId: 'key_00000000000000000000000001' as ApiKeyId,
    scopes: [...SCOPES],
    requestsPerMinute: 600,
  };
  return {
    authenticator: { authenticate: async () => ({ ok: true, value: principal }) as const },
    rateLimiter: { take: async () => ({ allowed: true, limit: 600, remaining: 599, resetSec: 60 }) },
  };
}

async function send(
  handler: HttpHandler,
  routeKey: string,
  event: Partial<APIGatewayProxyEventV2>,
): Promise<ImpactReply> {
  const whole = {
    version: '2.0',
    routeKey,
    headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
    requestContext: {},
    isBase64Encoded: false,
    ...event,
  };
  const { statusCode = 0, headers = {}, body = '' } = await handler(whole as APIGatewayProxyEventV2, {});
  return { status: statusCode, headers, body: body === '' ? undefined : JSON.parse(body) };
}
