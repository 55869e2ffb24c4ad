import { S3Client } from '@aws-sdk/client-s3';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { HttpFunction } from '../../contracts/http/route.ts';
import { type Operation, ROUTES } from '../../contracts/http/routes.ts';
import { type ConnectionId, UserId } from '../../contracts/primitives/ids.ts';
import type { HttpHandler } from '../../functions/_platform/http/create-http-handler.ts';
import { wireVault } from '../../functions/_platform/http/wire-access.ts';
import type { Clients, Platform } from '../../functions/_platform/platform.ts';
import { wireConnections } from '../../functions/_platform/wire-connections.ts';
import { createIngestSamplesHandler } from '../../functions/http/ingest-samples/handler.ts';
import { wire as wireIngest } from '../../functions/http/ingest-samples/wiring.ts';
import { createManageAccessHandler } from '../../functions/http/manage-access/handler.ts';
import { wire as wireAccess } from '../../functions/http/manage-access/wiring.ts';
import { createManageConnectionsHandler } from '../../functions/http/manage-connections/handler.ts';
import { wire as wireManageConnections } from '../../functions/http/manage-connections/wiring.ts';
import { createManageEntitiesHandler } from '../../functions/http/manage-entities/handler.ts';
import { wire as wireEntities } from '../../functions/http/manage-entities/wiring.ts';
import { createManageRebuildsHandler } from '../../functions/http/manage-rebuilds/handler.ts';
import { wire as wireRebuilds } from '../../functions/http/manage-rebuilds/wiring.ts';
import { createManageUsersHandler } from '../../functions/http/manage-users/handler.ts';
import { wire as wireUsers } from '../../functions/http/manage-users/wiring.ts';
import { createManageWorkoutsHandler } from '../../functions/http/manage-workouts/handler.ts';
import { wire as wireWorkouts } from '../../functions/http/manage-workouts/wiring.ts';
import { createReadHealthHandler } from '../../functions/http/read-health/handler.ts';
import { wire as wireRead } from '../../functions/http/read-health/wiring.ts';
import { createReadImpactHandler } from '../../functions/http/read-impact/handler.ts';
import { wire as wireImpact } from '../../functions/http/read-impact/wiring.ts';
import { createSyncDevicesHandler } from '../../functions/http/sync-devices/handler.ts';
import { wire as wireSync } from '../../functions/http/sync-devices/wiring.ts';
import { bootstrapWorkspace } from '../../lib/access/bootstrap.ts';
import { createApiKeyStore } from '../../lib/adapters/dynamo/api-key-store.ts';
import type { Dynamo, Item } from '../../lib/adapters/dynamo/dynamo.ts';
import { createIssuerStore } from '../../lib/adapters/dynamo/issuer-store.ts';
import { createVaultStore } from '../../lib/adapters/dynamo/vault-store.ts';
import { createWorkspaceStore } from '../../lib/adapters/dynamo/workspace-store.ts';
import { createKmsKeyWrapper } from '../../lib/adapters/kms/key-wrapper.ts';
import { keepGrant } from '../../lib/connections/consent/keep-grant.ts';
import { openGate } from '../../lib/connections/gate/call-gate.ts';
import type { EpochMs } from '../../lib/core/instants.ts';
import { silentLog } from '../../lib/observability/log.ts';
import { silentMeter } from '../../lib/observability/metrics.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import { createPrng, randomnessOf } from '../simulation/engine/prng.ts';
import { createSimulatedDynamo, type SdkCommand } from '../simulation/engine/simulated-dynamo.ts';
import { createSimulatedKms, createSimulatedS3 } from '../simulation/world/services.ts';

export const NOW_MS = 1_795_262_400_000 as EpochMs;
const TABLES = { core: 'core', samples: 'samples', vault: 'vault' };
const ENV = {
  STAGE: 'dev',
  CORE_TABLE_NAME: TABLES.core,
  SAMPLES_TABLE_NAME: TABLES.samples,
  VAULT_TABLE_NAME: TABLES.vault,
  WORKSPACE_KMS_KEY_ID: 'workspace-key',
  USER_POOL_ID: 'eu-central-1_Abc',
  USER_POOL_CLIENT_ID: 'client',
  PAYLOAD_BUCKET_NAME: 'payloads',
  LARGE_INGEST_QUEUE_URL: 'http://127.0.0.1/large-ingests',
  ACTIVITY_IMPORT_QUEUE_URL: 'http://127.0.0.1/activity-imports',
  WORKOUT_WRITE_QUEUE_URL: 'http://127.0.0.1/workout-writes',
  PROVIDER_SECRET_ARN: 'providers',
  REBUILD_QUEUE_URL: 'http://127.0.0.1/rebuilds',
  PROVIDER_SYNC_QUEUE_URL: 'http://127.0.0.1/provider-syncs',
  PUBLIC_URL: 'https://api.example.com',
};

/** What a storage call named: the partition it reads or writes, or the object, or the queue's message. */
export interface Touch {
  readonly kind: 'read' | 'write' | 'object' | 'message';
  readonly name: string;
  /** Of a written item that says whose it is. */
  readonly workspaceId: string | undefined;
}

export interface Tenant {
  readonly workspaceId: string;
  readonly apiKey: string;
  readonly keyId: string;
  readonly issuerId: string;
  readonly userId: string;
  readonly userToken: string;
  readonly provider: string;
  readonly connectionId: string;
  readonly syncId: string;
  readonly rebuildId: string;
  readonly workoutId: string;
  readonly groupId: string;
  readonly importId: string;
}

/** Their operations have no principal. */
type PublicFunction = 'describe-api' | 'receive-push';

/** Two workspaces behind the shipped HTTP functions, with every storage call of them written down. */
export async function openTenantWorld(seed: number) {
  const prng = createPrng(seed);
  const touches: Touch[] = [];
  const changed: string[] = [];
  const simulated = createSimulatedDynamo({
    tableNames: Object.values(TABLES),
    now: () => NOW_MS,
    onChange: ({ key }) => changed.push(key.pk),
  });
  const signing = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(signing.publicKey)), kid: 'k1' };
  const clients = openClients(simulated.client, prng, touches, { keys: [jwk] });
  const platform: Platform = {
    client: (name) => clients[name],
    clock: { now: () => NOW_MS, sleep: async () => undefined },
    randomness: randomnessOf(prng.fork()),
    log: silentLog,
    meter: silentMeter,
  };
  const handlers: Readonly<Record<Exclude<HttpFunction, PublicFunction>, HttpHandler>> = {
    'manage-access': createManageAccessHandler(wireAccess(ENV, platform)),
    'manage-rebuilds': createManageRebuildsHandler(wireRebuilds(ENV, platform)),
    'manage-users': createManageUsersHandler(wireUsers(ENV, platform)),
    'ingest-samples': createIngestSamplesHandler(wireIngest(ENV, platform)),
    'read-health': createReadHealthHandler(wireRead(ENV, platform)),
    'read-impact': createReadImpactHandler(wireImpact(ENV, platform)),
    'manage-workouts': createManageWorkoutsHandler(wireWorkouts(ENV, platform)),
    'manage-connections': createManageConnectionsHandler(wireManageConnections(ENV, platform)),
    'sync-devices': createSyncDevicesHandler(wireSync(ENV, platform)),
    'manage-entities': createManageEntitiesHandler(wireEntities(ENV, platform)),
  };
  const call = async (route: (typeof ROUTES)[number], event: Partial<APIGatewayProxyEventV2>) => {
    if (route.function === 'describe-api' || route.function === 'receive-push')
      throw new Error('public operations have no principal');
    const whole = { version: '2.0', routeKey: `${route.method} ${route.path}`, requestContext: {}, ...event };
    return handlers[route.function](whole as APIGatewayProxyEventV2, {});
  };
  const sign = (audience: string) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer('https://id.example.com/')
      .setAudience(audience)
      .setSubject('same-subject')
      .setExpirationTime(NOW_MS / 1_000 + 600)
      .sign(signing.privateKey);
  const tenants = {
    mine: await addTenant('mine', platform, call, sign),
    theirs: await addTenant('theirs', platform, call, sign),
  };
  touches.length = 0;
  changed.length = 0;
  return { ...tenants, call, touches, changed };
}

function openClients(
  dynamo: Dynamo,
  prng: ReturnType<typeof createPrng>,
  touches: Touch[],
  keySet: object,
): Clients {
  const spied = {
    send: (command: SdkCommand) => {
      touches.push(...touchesOf(command));
      return (dynamo as unknown as { send(command: SdkCommand): Promise<object> }).send(command);
    },
  };
  const storeObjects = createSimulatedS3();
  const s3 = new S3Client({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const sendToS3 = async (command: SdkCommand) => {
    const { Key } = command.input as { Key: string };
    touches.push({ kind: 'object', name: Key, workspaceId: undefined });
    return storeObjects(command);
  };
  const callKms = createSimulatedKms(prng.fork());
  const fakes = {
    dynamo: spied,
    s3: Object.assign(s3, { send: sendToS3 }),
    kms: { send: async (command: SdkCommand) => callKms(command) },
    sqs: {
      send: async ({ input }: SdkCommand) => {
        const { MessageBody } = input as { MessageBody: string };
        touches.push({ kind: 'message', name: JSON.parse(MessageBody).workspaceId, workspaceId: undefined });
        return { MessageId: '1' };
      },
    },
    secrets: { send: async () => ({ SecretString: PROVIDER_SECRET }) },
    providerHttp: { exchange: async () => ({ status: 200, headers: {}, body: Buffer.from('{}') }) },
    jwks: { fetchJson: async () => keySet },
    eventBridge: { send: () => Promise.reject(new Error('no HTTP function publishes')) },
  };
  return fakes as unknown as Clients;
}

/** A session that ended; its id is the same in both workspaces. */
export const SESSION_ID = '019aa8e2-6100-7c02-8f3e-5d7a9b1c3e23';
const SESSION = {
  startedAt: '2026-11-20T09:00:00.000Z',
  endedAt: '2026-11-20T10:00:00.000Z',
  status: 'COMPLETED',
};

const PROVIDER = 'whoop';
const PROVIDER_SECRET = JSON.stringify({ [PROVIDER]: { clientId: 'client', clientSecret: 'secret' } });

/** What the commands of the adapters have in common, as far as it names items. */
interface StorageInput {
  readonly Key?: Item;
  readonly Item?: Item;
  readonly ExpressionAttributeValues?: Item;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Item[] }>>;
  readonly TransactItems?: readonly Readonly<Record<string, { readonly Item?: Item; readonly Key?: Item }>>[];
}

/** Every partition that a command names. A command that this does not know fails the test. */
function touchesOf(command: SdkCommand): readonly Touch[] {
  const input = command.input as StorageInput;
  const read = (key: Item | undefined): Touch => touch('read', key);
  switch (command.constructor.name) {
    case 'GetItemCommand':
      return [read(input.Key)];
    case 'QueryCommand':
      return [
        touch(
          'read',
          input.ExpressionAttributeValues?.[':pk'] && { pk: input.ExpressionAttributeValues[':pk'] },
        ),
      ];
    case 'BatchGetItemCommand':
      return Object.values(input.RequestItems ?? {}).flatMap(({ Keys }) => Keys.map((key) => read(key)));
    case 'PutItemCommand':
      return [touch('write', input.Item)];
    case 'UpdateItemCommand':
    case 'DeleteItemCommand':
      return [touch('write', input.Key)];
    case 'TransactWriteItemsCommand':
      return (input.TransactItems ?? [])
        .flatMap((each) => Object.values(each))
        .map(({ Item, Key }) => touch('write', Item ?? Key));
    default:
      throw new Error(`the spy does not know ${command.constructor.name}`);
  }
}

function touch(kind: 'read' | 'write', item: Item | undefined): Touch {
  const name = item?.['pk']?.S;
  if (name === undefined) throw new Error('a storage call names no partition');
  return { kind, name, workspaceId: item?.['workspaceId']?.S ?? ownerOf(item) };
}

/** Consents say whose they are in `owner`, lookups by a provider's user in their sort key. */
function ownerOf(item: Item | undefined): string | undefined {
  const owner = item?.['owner']?.S;
  if (owner !== undefined) return owner.split('#')[1];
  return item?.['pk']?.S?.startsWith('PROVIDERUSER#') ? item['sk']?.S?.split('#')[0] : undefined;
}

async function addTenant(
  name: string,
  platform: Platform,
  call: (route: (typeof ROUTES)[number], event: Partial<APIGatewayProxyEventV2>) => ReturnType<HttpHandler>,
  sign: (audience: string) => Promise<string>,
): Promise<Tenant> {
  const { client, clock, randomness } = platform;
  const dynamo = client('dynamo', unused);
  const wrapper = createKmsKeyWrapper(client('kms', unused), ENV.WORKSPACE_KMS_KEY_ID);
  const keys = createApiKeyStore(dynamo, TABLES.core);
  const issuers = createIssuerStore(dynamo, TABLES.core);
  const { workspaceId, apiKey } = await bootstrapWorkspace(
    {
      workspaces: createWorkspaceStore(dynamo, TABLES.core),
      workspaceKeys: createVaultStore({ dynamo, vaultTable: TABLES.vault, wrapper, clock, randomness })
        .workspaces,
      keys,
      issuers,
      clock,
      randomness,
    },
    {
      name,
      mode: 'test',
      pool: {
        issuer: 'https://id.example.com/',
        jwksUri: 'https://id.example.com/jwks',
        clientId: `app-${name}`,
      },
    },
  );
  const [issuer] = await issuers.list(workspaceId, { limit: 1, after: undefined });
  if (issuer === undefined) throw new Error('no issuer');
  await issuers.remove(issuer);
  await issuers.create({ ...issuer, algorithms: ['ES256'] });
  const headers = { authorization: `Bearer ${apiKey}` };
  const body = JSON.stringify({ externalId: 'same-subject', displayName: name });
  const createUser = routeOf('createUser');
  const user = JSON.parse((await call(createUser, { headers, body })).body ?? '{}') as { id: string };
  const connectionId = await connectUser(name, platform, { workspaceId, userId: UserId.parse(user.id) });
  const pathParameters = { userId: user.id, connectionId };
  const started = await call(routeOf('startSync'), { headers, pathParameters });
  const rebuild = await call(routeOf('startRebuild'), { headers, body: '{}' });
  const workouts = await addWorkouts(call, { headers, userId: user.id });
  await call(routeOf('putEntity'), {
    headers,
    pathParameters: { userId: user.id, entityType: 'sessions', entityId: SESSION_ID },
    body: JSON.stringify({ data: SESSION }),
  });
  const [key] = await keys.list(workspaceId, { limit: 1, after: undefined });
  return {
    workspaceId,
    apiKey,
    keyId: key?.apiKeyId ?? '',
    issuerId: issuer.issuerId,
    userId: user.id,
    userToken: await sign(`app-${name}`),
    provider: PROVIDER,
    connectionId,
    syncId: (JSON.parse(started.body ?? '{}') as { syncId: string }).syncId,
    rebuildId: (JSON.parse(rebuild.body ?? '{}') as { rebuildId: string }).rebuildId,
    ...workouts,
  };
}

/** A ride by hand, a cloud's copy of it, and the place of an activity's file. */
async function addWorkouts(
  call: (route: (typeof ROUTES)[number], event: Partial<APIGatewayProxyEventV2>) => ReturnType<HttpHandler>,
  { headers, userId }: { readonly headers: Record<string, string>; readonly userId: string },
): Promise<Pick<Tenant, 'workoutId' | 'groupId' | 'importId'>> {
  const ask = async (operation: Operation, pathParameters: object, body: object) => {
    const event = { headers, pathParameters: { userId, ...pathParameters }, body: JSON.stringify(body) };
    return JSON.parse((await call(routeOf(operation), event)).body ?? '{}') as Record<string, unknown>;
  };
  const ride = { type: 'cycling', start: '2026-11-20T09:00:12Z', end: '2026-11-20T10:00:12Z' };
  const workoutId = String((await ask('putWorkout', { workoutId: 'ride' }, ride))['id']);
  const copy = { source: { provider: 'copies' }, workouts: [{ ...ride, externalId: 'ride' }] };
  await ask('upsertWorkouts', {}, { requestId: 'copy', ...copy });
  const { importId } = await ask('createActivityImport', {}, {});
  const queryStringParameters = { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' };
  const event = { headers, pathParameters: { userId }, queryStringParameters };
  const listed = await call(routeOf('listDuplicateWorkouts'), event);
  const { groups } = JSON.parse(listed.body ?? '{}') as { groups: readonly { id: string }[] };
  return { workoutId, groupId: groups[0]?.id ?? '', importId: String(importId) };
}

function routeOf(operation: Operation): (typeof ROUTES)[number] {
  const route = ROUTES.find((one) => one.operation === operation);
  if (route === undefined) throw new Error(`there is no ${operation}`);
  return route;
}

/** As a consent leaves it: tokens in the vault and a connection of an account of one's own. */
async function connectUser(name: string, platform: Platform, scope: UserScope): Promise<ConnectionId> {
  const vault = wireVault(ENV, platform);
  const { connections, tokens, ...rest } = wireConnections(ENV, platform, { vault, gate: openGate });
  const { clock, randomness } = platform;
  const { connectionId } = await keepGrant({ ...rest, connections, tokens, clock, randomness }, scope, {
    provider: PROVIDER,
    grant: { accessToken: `access-${name}`, refreshToken: `refresh-${name}` },
    account: { providerUserId: `account-${name}` },
    correlationId: 'corr',
  });
  return connectionId;
}

const unused = (): never => {
  throw new Error('the platform has this client');
};
