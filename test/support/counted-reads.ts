import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { MAX_REQUESTS_PER_MINUTE } from '../../contracts/limits.ts';
import { UserId } from '../../contracts/primitives/ids.ts';
import { wireVault } from '../../functions/_platform/http/wire-access.ts';
import type { Clients, Platform } from '../../functions/_platform/platform.ts';
import { wireRebuilders } from '../../functions/_platform/wire-rebuilders.ts';
import { createIngestSamplesHandler } from '../../functions/http/ingest-samples/handler.ts';
import { wire as wireIngest } from '../../functions/http/ingest-samples/wiring.ts';
import { createReadHealthHandler } from '../../functions/http/read-health/handler.ts';
import { wire as wireReadHealth } from '../../functions/http/read-health/wiring.ts';
import { bootstrapWorkspace } from '../../lib/access/bootstrap.ts';
import { createApiKeyStore } from '../../lib/adapters/dynamo/api-key-store.ts';
import type { Dynamo, TableNames } from '../../lib/adapters/dynamo/dynamo.ts';
import { createIssuerStore } from '../../lib/adapters/dynamo/issuer-store.ts';
import { createUserStore } from '../../lib/adapters/dynamo/user-store.ts';
import { createWorkspaceStore } from '../../lib/adapters/dynamo/workspace-store.ts';
import { systemClock } from '../../lib/core/clock.ts';
import { systemRandomness } from '../../lib/core/randomness.ts';
import { silentLog } from '../../lib/observability/log.ts';
import { silentMeter } from '../../lib/observability/metrics.ts';
import { findOrCreateUser } from '../../lib/users/create-user.ts';
import { EMPTY_PROFILE } from '../../lib/users/model.ts';
import { createPrng } from '../simulation/engine/prng.ts';
import { createSimulatedKms } from '../simulation/world/services.ts';

export interface CountedReads {
  /** One batch at the door of ingestion. */
  ingest(body: object): Promise<number>;
  /** Every row of every read model of the user. */
  compute(): Promise<void>;
  /** One read of `/v1/users/<user>/health/<path>`, and the calls of DynamoDB that it took, by their names. */
  read(operation: 'rollups' | 'sleep', query: string): Promise<CountedRead>;
}

export interface CountedRead {
  readonly status: number;
  readonly body: string;
  readonly calls: Readonly<Record<string, number>>;
}

/** One user behind the shipped functions, in this process, on the engine given; what they send is counted. */
export async function openCountedReads(engine: {
  readonly dynamo: Dynamo;
  readonly tables: TableNames;
}): Promise<CountedReads> {
  const calls = new Map<string, number>();
  const platform = platformOf(counted(engine.dynamo, calls));
  const env = environmentOf(engine.tables);
  const { apiKey, scope } = await prepareUser(engine, env, platform);
  const ingest = createIngestSamplesHandler(wireIngest(env, platform));
  const read = createReadHealthHandler(wireReadHealth(env, platform));
  const { rebuilders } = wireRebuilders(env, platform);
  const eventOf = (routeKey: string, rest: Partial<APIGatewayProxyEventV2>) =>
    ({
      version: '2.0',
      routeKey,
      headers: { authorization: `Bearer ${apiKey}` },
      pathParameters: { userId: scope.userId },
      requestContext: { requestId: 'counted' },
      isBase64Encoded: false,
      ...rest,
    }) as APIGatewayProxyEventV2;
  return {
    ingest: async (body) => {
      const event = eventOf('POST /v1/users/{userId}/health/samples/batch-upsert', {
        body: JSON.stringify(body),
      });
      event.headers['content-type'] = 'application/json';
      return (await ingest(event, {})).statusCode ?? 0;
    },
    compute: async () => {
      for (const rebuilder of rebuilders) for await (const _ of rebuilder.rebuild(scope, {}));
    },
    read: async (operation, query) => {
      calls.clear();
      const queryStringParameters = Object.fromEntries(new URLSearchParams(query));
      const event = eventOf(`GET /v1/users/{userId}/health/${operation}`, { queryStringParameters });
      const { statusCode = 0, body = '' } = await read(event, {});
      return { status: statusCode, body, calls: Object.fromEntries([...calls].sort()) };
    },
  };
}

function counted(dynamo: Dynamo, calls: Map<string, number>): Dynamo {
  const send = (...parameters: Parameters<Dynamo['send']>) => {
    const name = parameters[0].constructor.name.replace(/Command$/, '');
    calls.set(name, (calls.get(name) ?? 0) + 1);
    return dynamo.send(...parameters);
  };
  return { send: send as Dynamo['send'] };
}

const environmentOf = (tables: TableNames) => ({
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

function platformOf(dynamo: Dynamo): Platform {
  const kms = createSimulatedKms(createPrng(1));
  const absent = (name: string) => ({ send: () => Promise.reject(new Error(`nothing needs ${name} here`)) });
  const clients = {
    dynamo,
    kms: { send: async (command: Parameters<typeof kms>[0]) => kms(command) },
    s3: absent('S3'),
    sqs: absent('SQS'),
    jwks: () => Promise.reject(new Error('no issuers here')),
  } as unknown as Clients;
  return {
    client: (name) => clients[name],
    clock: systemClock,
    randomness: systemRandomness,
    log: silentLog,
    meter: silentMeter,
  };
}

async function prepareUser(
  { dynamo, tables }: { readonly dynamo: Dynamo; readonly tables: TableNames },
  env: ReturnType<typeof environmentOf>,
  platform: Platform,
) {
  const { clock, randomness } = platform;
  const vault = wireVault(env, platform);
  const { workspaceId, apiKey } = await bootstrapWorkspace(
    {
      workspaces: createWorkspaceStore(dynamo, tables.core),
      workspaceKeys: vault.workspaces,
      keys: createApiKeyStore(dynamo, tables.core),
      issuers: createIssuerStore(dynamo, tables.core),
      clock,
      randomness,
    },
    { name: 'reads', mode: 'test', requestsPerMinute: MAX_REQUESTS_PER_MINUTE, pool: undefined },
  );
  const users = createUserStore({ dynamo, coreTable: tables.core, vault, clock, randomness });
  const wanted = { externalId: 'reader', profile: EMPTY_PROFILE, timeZone: 'UTC' };
  const { user } = await findOrCreateUser({ users, clock, randomness }, workspaceId, wanted);
  return { apiKey, scope: { workspaceId, userId: UserId.parse(user.userId) } };
}
