import { ScanCommand, type TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import type { PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import type { APIGatewayProxyEventV2, DynamoDBStreamEvent } from 'aws-lambda';
import { MAX_REQUESTS_PER_MINUTE } from '../../../contracts/limits.ts';
import { wireVault } from '../../../functions/_platform/http/wire-access.ts';
import type { Clients, Platform } from '../../../functions/_platform/platform.ts';
import { createIngestSamplesHandler } from '../../../functions/http/ingest-samples/handler.ts';
import { wire as wireIngest } from '../../../functions/http/ingest-samples/wiring.ts';
import { createRelayOutboxHandler } from '../../../functions/stream/relay-outbox/handler.ts';
import { wire as wireRelay } from '../../../functions/stream/relay-outbox/wiring.ts';
import { bootstrapWorkspace } from '../../../lib/access/bootstrap.ts';
import { createApiKeyStore } from '../../../lib/adapters/dynamo/api-key-store.ts';
import type { Dynamo, Item } from '../../../lib/adapters/dynamo/dynamo.ts';
import { createIssuerStore } from '../../../lib/adapters/dynamo/issuer-store.ts';
import { createUserStore } from '../../../lib/adapters/dynamo/user-store.ts';
import { createWorkspaceStore } from '../../../lib/adapters/dynamo/workspace-store.ts';
import { systemClock } from '../../../lib/core/clock.ts';
import { systemRandomness } from '../../../lib/core/randomness.ts';
import { silentMeter } from '../../../lib/observability/metrics.ts';
import { findOrCreateUser } from '../../../lib/users/create-user.ts';
import { EMPTY_PROFILE } from '../../../lib/users/model.ts';
import { createPrng } from '../../simulation/engine/prng.ts';
import { createSimulatedKms } from '../../simulation/world/services.ts';
import { type DynamoEngine, dynoxide } from '../../support/engines/dynamo-engines.ts';
import { type ConsumedUnits, countUnits, itemBytes } from './consumed-units.ts';
import { EVENT_METER_BYTES } from './prices.ts';

const KMS_SEED = 1;

export interface ShippedFunctions {
  readonly consumed: ConsumedUnits;
  readonly counts: { eventUnits: number };
  createUser(externalId: string): Promise<string>;
  /** One request as API Gateway hands it over; its status. */
  ingest(userId: string, body: Buffer): Promise<number>;
  /** Change entries committed since the last call, as stream records. */
  takeChanges(): DynamoDBStreamEvent['Records'];
  relay(records: DynamoDBStreamEvent['Records']): Promise<void>;
  /** Of all block items, as DynamoDB counts them. */
  storedBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** The shipped ingest and relay functions, unchanged, over dynoxide in memory; what they send is counted. */
export async function startShippedFunctions(): Promise<ShippedFunctions> {
  const engine = await dynoxide.start();
  const { dynamo, consumed } = countUnits(engine.client);
  const changes: DynamoDBStreamEvent['Records'] = [];
  const counts = { eventUnits: 0 };
  const platform = platformOf(watchChanges(dynamo, changes), counts);
  const env = environmentOf(engine);
  const handler = createIngestSamplesHandler(wireIngest(env, platform));
  const relay = createRelayOutboxHandler(wireRelay({ STAGE: 'dev', EVENT_BUS_NAME: 'bus' }, platform));
  const { createUser, apiKey } = await prepareWorkspace(engine, env, platform);
  return {
    consumed,
    counts,
    createUser,
    ingest: async (userId, body) => {
      const { statusCode } = await handler(eventOf(userId, apiKey, body), {});
      return statusCode ?? 0;
    },
    takeChanges: () => changes.splice(0),
    relay: async (records) => {
      const { batchItemFailures } = await relay({ Records: [...records] }, {});
      if (batchItemFailures.length > 0) throw new Error('the relay reports failures');
    },
    storedBytes: () => storedBytes(engine),
    stop: () => engine.stop(),
  };
}

async function storedBytes({ client, tables }: DynamoEngine): Promise<number> {
  let bytes = 0;
  let from: Item | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName: tables.samples, ExclusiveStartKey: from }));
    for (const item of page.Items ?? []) bytes += itemBytes(item);
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return bytes;
}

const environmentOf = ({ tables }: DynamoEngine) => ({
  STAGE: 'dev',
  CORE_TABLE_NAME: tables.core,
  SAMPLES_TABLE_NAME: tables.samples,
  VAULT_TABLE_NAME: tables.vault,
  WORKSPACE_KMS_KEY_ID: 'workspace-key',
  USER_POOL_ID: 'none',
  USER_POOL_CLIENT_ID: 'none',
  PAYLOAD_BUCKET_NAME: 'payloads',
  LARGE_INGEST_QUEUE_URL: 'http://127.0.0.1/large-ingests',
});

/** Log lines go nowhere: a benchmark prints its table. */
function platformOf(dynamo: Dynamo, counts: { eventUnits: number }): Platform {
  const kms = createSimulatedKms(createPrng(KMS_SEED));
  const clients = {
    dynamo,
    kms: { send: async (command: Parameters<typeof kms>[0]) => kms(command) },
    eventBridge: {
      send: async ({ input: { Entries = [] } }: { readonly input: PutEventsCommandInput }) => {
        for (const { Detail = '' } of Entries)
          counts.eventUnits += Math.ceil(Buffer.byteLength(Detail) / EVENT_METER_BYTES);
        return { Entries: Entries.map(() => ({ EventId: 'taken' })) };
      },
    },
    s3: { send: () => Promise.reject(new Error('no inline request needs S3')) },
    sqs: { send: () => Promise.reject(new Error('no inline request needs SQS')) },
    jwks: () => Promise.reject(new Error('no issuers here')),
  } as unknown as Clients;
  return {
    client: (name) => clients[name],
    clock: systemClock,
    randomness: systemRandomness,
    log: { write: () => {} },
    meter: silentMeter,
  };
}

/** Keeps each change entry that passes through in the form in which the stream hands it to Lambda. */
function watchChanges(dynamo: Dynamo, changes: DynamoDBStreamEvent['Records']): Dynamo {
  const send = async (command: { readonly input: Partial<TransactWriteItemsCommandInput> }) => {
    const answer = await (dynamo.send as (sent: unknown) => Promise<object>)(command);
    for (const { Put } of command.input.TransactItems ?? []) {
      if (Put?.Item?.['sk']?.S?.startsWith('CHANGE#')) changes.push(toRecord(Put.Item, changes.length));
    }
    return answer;
  };
  return { send } as unknown as Dynamo;
}

function toRecord(item: Item, index: number): DynamoDBStreamEvent['Records'][number] {
  const image = JSON.stringify(item, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  const { pk, sk, ...rest } = JSON.parse(image);
  return {
    eventName: 'INSERT',
    eventSource: 'aws:dynamodb',
    dynamodb: { SequenceNumber: String(index + 1), Keys: { pk, sk }, NewImage: { pk, sk, ...rest } },
  };
}

async function prepareWorkspace(
  { client, tables }: DynamoEngine,
  env: ReturnType<typeof environmentOf>,
  platform: Platform,
) {
  const { clock, randomness } = platform;
  const vault = wireVault(env, platform);
  const { workspaceId, apiKey } = await bootstrapWorkspace(
    {
      workspaces: createWorkspaceStore(client, tables.core),
      workspaceKeys: vault.workspaces,
      keys: createApiKeyStore(client, tables.core),
      issuers: createIssuerStore(client, tables.core),
      clock,
      randomness,
    },
    { name: 'benchmark', mode: 'test', requestsPerMinute: MAX_REQUESTS_PER_MINUTE, pool: undefined },
  );
  const users = createUserStore({ dynamo: client, coreTable: tables.core, vault, clock, randomness });
  const createUser = async (externalId: string): Promise<string> => {
    const wanted = { externalId, profile: EMPTY_PROFILE, timeZone: 'America/New_York' };
    const { user } = await findOrCreateUser({ users, clock, randomness }, workspaceId, wanted);
    return user.userId;
  };
  return { createUser, apiKey };
}

const eventOf = (userId: string, apiKey: string, body: Buffer): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: 'POST /v1/users/{userId}/health/samples/batch-upsert',
  rawPath: `/v1/users/${userId}/health/samples/batch-upsert`,
  rawQueryString: '',
  headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
  pathParameters: { userId },
  requestContext: { requestId: 'benchmark' } as APIGatewayProxyEventV2['requestContext'],
  body: body.toString(),
  isBase64Encoded: false,
});
