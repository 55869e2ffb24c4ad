import { glob, readdir, readFile } from 'node:fs/promises';
import { S3Client } from '@aws-sdk/client-s3';
import type { APIGatewayProxyEventV2, SQSEvent } from 'aws-lambda';
import { expect, test, vi } from 'vitest';
import { ROUTES } from '../../contracts/http/routes.ts';
import type { HttpHandler } from '../../functions/_platform/http/create-http-handler.ts';
import type { Clients, Platform } from '../../functions/_platform/platform.ts';
import { createManageConnectionsHandler } from '../../functions/http/manage-connections/handler.ts';
import { wire as wireConnections } from '../../functions/http/manage-connections/wiring.ts';
import { createManageUsersHandler } from '../../functions/http/manage-users/handler.ts';
import { wire as wireUsers } from '../../functions/http/manage-users/wiring.ts';
import { createReadHealthHandler } from '../../functions/http/read-health/handler.ts';
import { wire as wireRead } from '../../functions/http/read-health/wiring.ts';
import { createReceivePushHandler } from '../../functions/http/receive-push/handler.ts';
import { wire as wireReceive } from '../../functions/http/receive-push/wiring.ts';
import { createApplyPushHandler } from '../../functions/queue/apply-push/handler.ts';
import { wire as wireApply } from '../../functions/queue/apply-push/wiring.ts';
import { createSyncConnectionHandler } from '../../functions/queue/sync-connection/handler.ts';
import { wire as wireSync } from '../../functions/queue/sync-connection/wiring.ts';
import { createFetchPagesHandler } from '../../functions/workflow/fetch-pages/handler.ts';
import { wire as wireFetch } from '../../functions/workflow/fetch-pages/wiring.ts';
import { createFinishSyncHandler } from '../../functions/workflow/finish-sync/handler.ts';
import { wire as wireFinish } from '../../functions/workflow/finish-sync/wiring.ts';
import { createPrepareSyncHandler } from '../../functions/workflow/prepare-sync/handler.ts';
import { wire as wirePrepare } from '../../functions/workflow/prepare-sync/wiring.ts';
import { bootstrapWorkspace } from '../../lib/access/bootstrap.ts';
import { createApiKeyStore } from '../../lib/adapters/dynamo/api-key-store.ts';
import { createIssuerStore } from '../../lib/adapters/dynamo/issuer-store.ts';
import { createVaultStore } from '../../lib/adapters/dynamo/vault-store.ts';
import { createWorkspaceStore } from '../../lib/adapters/dynamo/workspace-store.ts';
import { createKmsKeyWrapper } from '../../lib/adapters/kms/key-wrapper.ts';
import type { RawRequest } from '../../lib/connections/tokens/raw-http.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso } from '../../lib/core/instants.ts';
import { silentLog } from '../../lib/observability/log.ts';
import { silentMeter } from '../../lib/observability/metrics.ts';
import { START_MS } from '../contract-suites/store-fixtures.ts';
import { createPrng, randomnessOf } from '../simulation/engine/prng.ts';
import { createSimulatedDynamo, type SdkCommand } from '../simulation/engine/simulated-dynamo.ts';
import { createSimulatedKms, createSimulatedS3 } from '../simulation/world/services.ts';
import { signedPush } from '../support/push-world.ts';
import { createSampleCloud } from '../support/sample-cloud.ts';
import { SAMPLE_SETTINGS } from '../support/sample-provider.ts';

/** The one line of docs/add-a-provider.md: a definition among those of the registry. Nothing else is replaced. */
vi.mock('../../lib/providers/registry.ts', async () => {
  const { sampleProvider } = await import('../support/sample-provider.ts');
  return { PROVIDERS: [sampleProvider] };
});

const ENV = {
  STAGE: 'dev',
  CORE_TABLE_NAME: 'core',
  SAMPLES_TABLE_NAME: 'samples',
  VAULT_TABLE_NAME: 'vault',
  WORKSPACE_KMS_KEY_ID: 'workspace-key',
  USER_POOL_ID: 'none',
  USER_POOL_CLIENT_ID: 'client',
  PAYLOAD_BUCKET_NAME: 'payloads',
  PROVIDER_SECRET_ARN: 'providers',
  PROVIDER_SYNC_QUEUE_URL: 'http://127.0.0.1/provider-syncs',
  INBOUND_PUSH_QUEUE_URL: 'http://127.0.0.1/inbound-pushes',
  PROVIDER_SYNC_STATE_MACHINE_ARN: 'arn:provider-sync',
  PUBLIC_URL: 'https://headwater.test',
};
const APP = { clientId: 'sample-client', clientSecret: 'sample-secret' };

interface Reading {
  readonly id: string;
  readonly start: string;
  readonly end: string;
  readonly count: number;
}

interface Outside {
  readonly queues: Map<string, string[]>;
  readonly executions: string[];
  readonly exchange: Clients['providerHttp']['exchange'];
}

/** Storage, keys, queues and the state machine's door, simulated in this process on a clock that stands still. */
function platformOf({ queues, executions, exchange }: Outside): Platform {
  const prng = createPrng(5);
  const tables = [ENV.CORE_TABLE_NAME, ENV.SAMPLES_TABLE_NAME, ENV.VAULT_TABLE_NAME];
  const dynamo = createSimulatedDynamo({ tableNames: tables, now: () => START_MS }).client;
  const objects = createSimulatedS3();
  const keys = createSimulatedKms(prng.fork());
  const s3 = new S3Client({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const secret = JSON.stringify({ sample: { ...APP, settings: SAMPLE_SETTINGS } });
  const clients = {
    dynamo,
    s3: Object.assign(s3, { send: async (command: SdkCommand) => objects(command) }),
    kms: { send: async (command: SdkCommand) => keys(command) },
    sqs: {
      send: async ({ input }: SdkCommand) => {
        const { QueueUrl, MessageBody } = input as { QueueUrl: string; MessageBody: string };
        queues.set(QueueUrl, [...(queues.get(QueueUrl) ?? []), MessageBody]);
        return { MessageId: '1' };
      },
    },
    sfn: {
      send: async ({ input }: SdkCommand) => {
        executions.push((input as { input: string }).input);
        return {};
      },
    },
    secrets: { send: async () => ({ SecretString: secret }) },
    providerHttp: { exchange },
    jwks: { fetchJson: () => Promise.reject(new Error('no user tokens in this test')) },
    eventBridge: { send: () => Promise.reject(new Error('nothing here publishes')) },
  } as unknown as Clients;
  return {
    client: (name) => clients[name],
    clock: { now: () => START_MS, sleep: async () => undefined },
    randomness: randomnessOf(prng.fork()),
    log: silentLog,
    meter: silentMeter,
  };
}

/** The shipped functions, and the sample cloud behind them, whose people walked these steps. */
function openWorld(walked: readonly Reading[]) {
  const outside = { queues: new Map<string, string[]>(), executions: [] as string[] };
  const cloud = createSampleCloud(APP);
  const exchange = async (request: RawRequest) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== '/steps') return cloud.exchange(request);
    const [from, to] = [Number(searchParams.get('from')), Number(searchParams.get('to'))];
    const steps = walked.filter(({ start }) => Date.parse(start) >= from && Date.parse(start) < to);
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ steps })) };
  };
  const platform = platformOf({ ...outside, exchange });
  const http: Readonly<Record<string, HttpHandler>> = {
    'manage-users': createManageUsersHandler(wireUsers(ENV, platform)),
    'manage-connections': createManageConnectionsHandler(wireConnections(ENV, platform)),
    'read-health': createReadHealthHandler(wireRead(ENV, platform)),
    'receive-push': createReceivePushHandler(wireReceive(ENV, platform)),
  };
  const call = async (operation: string, event: Partial<APIGatewayProxyEventV2> = {}) => {
    const route = ROUTES.find((one) => one.operation === operation);
    const handler = http[route?.function ?? ''];
    if (route === undefined || handler === undefined) throw new Error(`no operation ${operation}`);
    const routeKey = `${route.method} ${route.path}`;
    const whole = { version: '2.0', routeKey, requestContext: {}, headers: {}, ...event };
    const { statusCode, body } = await handler(whole as APIGatewayProxyEventV2, {});
    return { status: statusCode, text: body ?? '' };
  };
  return { cloud, call, platform, drain: createDrain(platform, outside) };
}

/** Hands out what lies in the queues and runs the executions that were started, until nothing is left. */
function createDrain(platform: Platform, { queues, executions }: Omit<Outside, 'exchange'>) {
  const applyPush = createApplyPushHandler(wireApply(ENV, platform));
  const syncConnection = createSyncConnectionHandler(wireSync(ENV, platform));
  const prepare = createPrepareSyncHandler(wirePrepare(ENV, platform));
  const fetchPages = createFetchPagesHandler(wireFetch(ENV, platform));
  const finish = createFinishSyncHandler(wireFinish(ENV, platform));
  const consume = async (queueUrl: string, handler: typeof applyPush): Promise<number> => {
    const bodies = queues.get(queueUrl) ?? [];
    queues.delete(queueUrl);
    for (const [index, body] of bodies.entries()) {
      const event = { Records: [{ messageId: String(index), body }] } as SQSEvent;
      expect(await handler(event, {})).toEqual({ batchItemFailures: [] });
    }
    return bodies.length;
  };
  const execute = async (): Promise<number> => {
    const inputs = executions.splice(0);
    for (const text of inputs) {
      const input = JSON.parse(text);
      if ((await prepare(input, {})).outcome === 'stop') continue;
      while ((await fetchPages(input, {})).outcome === 'more');
      await finish({ ...input, outcome: 'done' }, {});
    }
    return inputs.length;
  };
  return async (): Promise<{ readonly executionCount: number }> => {
    let executionCount = 0;
    for (let round = 0; round < 50; round += 1) {
      const applied = await consume(ENV.INBOUND_PUSH_QUEUE_URL, applyPush);
      const synced = await consume(ENV.PROVIDER_SYNC_QUEUE_URL, syncConnection);
      const executed = await execute();
      executionCount += executed;
      if (applied + synced + executed === 0) return { executionCount };
    }
    throw new Error('the queues do not become empty');
  };
}

async function newWorkspaceKey({ client, clock, randomness }: Platform): Promise<string> {
  const dynamo = client('dynamo', unused);
  const wrapper = createKmsKeyWrapper(client('kms', unused), ENV.WORKSPACE_KMS_KEY_ID);
  const vault = createVaultStore({ dynamo, vaultTable: ENV.VAULT_TABLE_NAME, wrapper, clock, randomness });
  const { apiKey } = await bootstrapWorkspace(
    {
      workspaces: createWorkspaceStore(dynamo, ENV.CORE_TABLE_NAME),
      workspaceKeys: vault.workspaces,
      keys: createApiKeyStore(dynamo, ENV.CORE_TABLE_NAME),
      issuers: createIssuerStore(dynamo, ENV.CORE_TABLE_NAME),
      clock,
      randomness,
    },
    { name: 'test', mode: 'test', pool: undefined },
  );
  return apiKey;
}

const unused = (): never => {
  throw new Error('the platform has this client');
};

/** Ten minutes of walking that began so long ago. */
const walk = (id: string, agoMs: number, count: number): Reading => ({
  id,
  start: toIso((START_MS - agoMs) as typeof START_MS),
  end: toIso((START_MS - agoMs + 10 * MINUTE_MS) as typeof START_MS),
  count,
});

test('CON64 a definition in the registry is enough: consent, sync, push, deletion and the end of it', async () => {
  const walked = [walk('first', 20 * DAY_MS, 700), walk('second', DAY_MS, 900)];
  const { cloud, call, platform, drain } = openWorld(walked);
  const headers = { authorization: `Bearer ${await newWorkspaceKey(platform)}` };
  const made = await call('createUser', {
    headers,
    body: '{"externalId":"runner","timeZone":"Europe/Berlin"}',
  });
  const userId: string = JSON.parse(made.text).id;
  const as = (pathParameters: Record<string, string> = {}, more: Partial<APIGatewayProxyEventV2> = {}) => ({
    headers,
    pathParameters: { userId, provider: 'sample', ...pathParameters },
    ...more,
  });
  const counts = async (): Promise<readonly number[]> => {
    const queryStringParameters = {
      metric: 'steps',
      from: '2026-10-01T00:00:00Z',
      to: '2026-11-30T00:00:00Z',
    };
    const { text } = await call('listSamples', as({}, { queryStringParameters }));
    return JSON.parse(text).samples.map(({ value }: { value: number }) => value);
  };
  const push = (notifications: unknown) => {
    const request = signedPush(notifications);
    const body = Buffer.from(request.body).toString('base64');
    return call('receivePush', as({}, { headers: { ...request.headers }, body, isBase64Encoded: true }));
  };

  const listed = JSON.parse((await call('listProviders', as())).text);
  expect(listed.providers).toMatchObject([{ name: 'sample', title: 'Sample', configured: true }]);

  const { url } = JSON.parse((await call('authorizeConnection', as())).text);
  const queryStringParameters = cloud.consent(url, 'runner');
  const end = await call('finishConsent', as({}, { headers: {}, queryStringParameters }));
  expect([end.status, end.text.includes('Sample is connected')]).toEqual([200, true]);
  expect(await drain()).toEqual({ executionCount: 1 });
  expect(await counts()).toEqual([700, 900]);

  walked.push(walk('third', HOUR_MS, 400));
  const window = { fromMs: START_MS - 2 * HOUR_MS, toMs: START_MS };
  expect((await push([{ kind: 'steps', person: 'runner', ...window }])).status).toBe(204);
  expect(await drain()).toEqual({ executionCount: 0 });
  expect(await counts()).toEqual([700, 900, 400]);

  const payload = { steps: [walk('fourth', 30 * MINUTE_MS, 100)] };
  await push([
    { kind: 'data', person: 'runner', payload },
    { kind: 'deleted', person: 'runner', id: 'third' },
  ]);
  expect(await drain()).toEqual({ executionCount: 0 });
  expect(await counts()).toEqual([700, 900, 100]);

  const [connection] = JSON.parse((await call('listConnections', as())).text).connections;
  expect(connection).toMatchObject({ provider: 'sample', status: 'connected' });
  const gone = await call('disconnect', as({ connectionId: connection.id }));
  expect(gone.status).toBeLessThan(300);
  expect(cloud.revoked).toEqual(['runner']);
  expect((await push([{ kind: 'steps', person: 'runner', ...window }])).status).toBe(204);
  expect(await drain()).toEqual({ executionCount: 0 });
});

/** Where names of providers are examples of the documentation, a default that others fall behind, or a file's own. */
const MAY_NAME =
  /^(?:contracts\/(?:description|http)\/|lib\/projections\/priorities\.ts$|lib\/imports\/|lib\/activity-files\/fit\/)/;

test('CON64 nothing that runs names a provider outside its folder and the registry', async () => {
  const names = (await readdir('lib/providers', { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(names.length).toBeGreaterThanOrEqual(7);
  const named = new RegExp(`['"\`/](?:${names.join('|')})['"\`/]`);
  const sources: string[] = [];
  for await (const path of glob('{contracts,functions,lib,infra}/**/*.ts')) sources.push(path);
  expect(sources.length).toBeGreaterThan(300);
  const ours = sources.filter(
    (path) =>
      !path.endsWith('.test.ts') &&
      !/^(?:lib\/providers|infra\/local\/providers)\//.test(path) &&
      !MAY_NAME.test(path),
  );
  const texts = await Promise.all(ours.map((path) => readFile(path, 'utf8')));
  expect(ours.filter((_, index) => named.test(texts[index] ?? ''))).toEqual([]);
});
