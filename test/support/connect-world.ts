import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Operation } from '../../contracts/http/routes.ts';
import { ROUTES } from '../../contracts/http/routes.ts';
import { SCOPES } from '../../contracts/http/scopes.ts';
import type { ApiKeyId } from '../../contracts/primitives/ids.ts';
import {
  createManageConnectionsHandler,
  type ManageConnectionsDependencies,
} from '../../functions/http/manage-connections/handler.ts';
import type { Principal } from '../../lib/access/model.ts';
import { createConnectionStore } from '../../lib/adapters/dynamo/connection-store.ts';
import { createConsentStore } from '../../lib/adapters/dynamo/consent-store.ts';
import type { Dynamo } from '../../lib/adapters/dynamo/dynamo.ts';
import { createQuarantineStore } from '../../lib/adapters/dynamo/quarantine-store.ts';
import { createRunStore } from '../../lib/adapters/dynamo/run-store.ts';
import { createSyncStore } from '../../lib/adapters/dynamo/sync-store.ts';
import { createTokenStore } from '../../lib/adapters/dynamo/token-store.ts';
import { createProviderDirectory } from '../../lib/adapters/http/provider-directory.ts';
import { openGate } from '../../lib/connections/gate/call-gate.ts';
import type { DataOutcome } from '../../lib/connections/syncs/data-writer.ts';
import { requestSync } from '../../lib/connections/syncs/request-sync.ts';
import { createFlowOf } from '../../lib/connections/tokens/flow-of.ts';
import { createUserHttp } from '../../lib/connections/tokens/user-http.ts';
import type { EpochMs } from '../../lib/core/instants.ts';
import { fail, ok } from '../../lib/core/result.ts';
import { silentMeter } from '../../lib/observability/metrics.ts';
import type { ProviderDefinition } from '../../lib/providers/definition.ts';
import { standardFault } from '../../lib/providers/standard-faults.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import {
  createStores,
  type ManualClock,
  openSimulatedStorage,
  START_MS,
  seededRandomness,
} from '../contract-suites/store-fixtures.ts';
import { memoryRaw } from './memory-raw.ts';
import { createSampleCloud } from './sample-cloud.ts';
import { SAMPLE_SETTINGS, sampleProvider } from './sample-provider.ts';

const APP = {
  clientId: 'client',
  clientSecret: 'client-secret-of-the-sample-cloud',
  settings: SAMPLE_SETTINGS,
};
/** Short waits are between attempts and pass at once; long ones are limits, and pass with `advance` alone. */
const SHORT_WAIT_MS = 1_000;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The JSON of the body, loosely: tests name what they look for. */
  readonly body: Record<string, never>;
}

export interface CallOptions {
  /** `key`: of the workspace; a scope: a user's token; undefined: nobody. */
  readonly as?: 'key' | UserScope | undefined;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a dry run of nothing comes to: the data itself is not these tests' business. */
const NOTHING: DataOutcome = {
  counts: { accepted: 0, updated: 0, duplicate: 0, deleted: 0, refused: 0 },
  refused: [],
  moves: [],
};

export type ConnectWorld = Awaited<ReturnType<typeof createConnectWorld>>;

/** manage-connections on simulated tables, the sample provider under two names, and a third without application. */
export async function createConnectWorld(wrap: (dynamo: Dynamo) => Dynamo = (dynamo) => dynamo) {
  const storage = await openSimulatedStorage();
  const clock = limitClock();
  const stores = createStores(storage, clock);
  const cloud = createSampleCloud(APP);
  const scope = await stores.createUser();
  const lines: string[] = [];
  const wakes: string[] = [];
  const redirects: string[] = [];
  const randomness = seededRandomness(23);
  const definitions: readonly ProviderDefinition[] = ['sample', 'other', 'unconfigured'].map((name) => ({
    ...sampleProvider,
    name,
    title: `The ${name} cloud`,
    // The second subscribes people one by one, and its data can be read with a scope alone.
    push: {
      ...sampleProvider.push,
      ...(name === 'other' ? { subscribeUser: async () => undefined } : {}),
    },
    dataTypes: sampleProvider.dataTypes.map((type) => ({
      ...type,
      scopes: name === 'other' ? ['steps'] : [],
    })),
  }));
  const apps = new Map(['sample', 'other'].map((name) => [name, APP]));
  const dynamo = wrap(storage.dynamo);
  const stored = { dynamo, coreTable: storage.tables.core, dataKeys: stores.vault, clock, randomness };
  const tokens = createTokenStore({ ...stored, vaultTable: storage.tables.vault });
  const calls = { tokens, gate: openGate, flowOf: createFlowOf(stored), standardFault, clock, randomness };
  const base = {
    ...calls,
    providers: createProviderDirectory(definitions, { load: async () => apps }, cloud),
    connections: createConnectionStore(stored),
    consents: createConsentStore(stored),
    runs: createRunStore(stored),
    syncs: createSyncStore(stored),
    quarantine: createQuarantineStore(dynamo, storage.tables.core),
    heads: stores.headStore,
    queue: { wake: async (_: UserScope, id: string) => void wakes.push(id) },
    openUserHttp: createUserHttp(calls),
    raw: memoryRaw(),
    writer: { preview: async () => NOTHING },
  };
  const deps: ManageConnectionsDependencies = {
    ...base,
    returnAddresses: { list: async () => redirects },
    publicUrl: 'https://api.example.com',
    startSync: (of, { connectionId }, { trigger, correlationId }) =>
      requestSync(base, { scope: of, connectionId, correlationId }, trigger),
  };
  const handler = createManageConnectionsHandler({
    deps,
    access: {
      authenticator: { authenticate: async (credential) => principalOf(credential, scope) },
      rateLimiter: { take: async () => ({ allowed: true, limit: 600, remaining: 599, resetSec: 1 }) },
    },
    settings: {
      clock,
      randomness,
      meter: silentMeter,
      log: { write: (code, fields) => void lines.push(JSON.stringify([code, fields])) },
    },
  });
  const call = async (operation: Operation, options: CallOptions = {}): Promise<Answer> => {
    const { statusCode = 0, headers = {}, body = '' } = await handler(toEvent(operation, options, scope), {});
    const isJson = String(headers['content-type']).includes('json');
    return { status: statusCode, headers, text: body, body: isJson ? JSON.parse(body) : {} };
  };
  /** Begins a consent, has the person give it, and comes back to the callback. */
  const connect = async (
    person: string,
    parts: { readonly as?: UserScope; readonly provider?: string } = {},
  ) => {
    const path = { provider: parts.provider ?? 'sample', userId: (parts.as ?? scope).userId };
    const { body } = await call('authorizeConnection', { as: parts.as ?? 'key', path });
    return call('finishConsent', { path, query: cloud.consent(String(body['url']), person) });
  };
  return {
    ...stores,
    storage,
    deps,
    runs: base.runs,
    cloud,
    scope,
    clock,
    call,
    connect,
    lines,
    wakes,
    redirects,
    tokens,
  };
}

function principalOf(credential: string, scope: UserScope) {
  const rest = { scopes: [...SCOPES], requestsPerMinute: 600 };
  if (credential === 'key') {
    const principal: Principal = {
      kind: 'key',
      workspaceId: scope.workspaceId,
      apiKeyId: 'key_00000000000000000000000001' as ApiKeyId,
      ...rest,
    };
    return ok(principal);
  }
  const [workspaceId, userId] = credential.split('~');
  if (userId === undefined) return fail({ kind: 'invalid', reason: 'unknown' } as const);
  const user = { workspaceId, userId } as UserScope;
  const principal: Principal = { kind: 'user', ...user, ...rest };
  return ok(principal);
}

function toEvent(
  operation: Operation,
  { as, path = {}, query, body, headers = {} }: CallOptions,
  scope: UserScope,
): APIGatewayProxyEventV2 {
  const route = ROUTES.find((one) => one.operation === operation);
  const credential = as === 'key' || as === undefined ? as : `${as.workspaceId}~${as.userId}`;
  const event = {
    routeKey: `${route?.method} ${route?.path}`,
    pathParameters: { userId: scope.userId, ...path },
    queryStringParameters: query,
    headers: { ...headers, ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  return event as unknown as APIGatewayProxyEventV2;
}

function limitClock(): ManualClock {
  let nowMs: number = START_MS;
  const waiting: { readonly atMs: number; readonly done: () => void }[] = [];
  return {
    now: () => nowMs as EpochMs,
    sleep: (durationMs) =>
      durationMs < SHORT_WAIT_MS
        ? Promise.resolve()
        : new Promise((done) => waiting.push({ atMs: nowMs + durationMs, done })),
    advance: (durationMs) => {
      nowMs += durationMs;
      for (const { atMs, done } of waiting) if (atMs <= nowMs) done();
    },
  };
}
