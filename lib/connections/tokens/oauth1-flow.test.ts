import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type OAuth1Cloud, startOAuth1Cloud } from '../../../infra/local/providers/oauth1/cloud.ts';
import {
  createStores,
  manualClock,
  openSimulatedStorage,
  seededRandomness,
} from '../../../test/contract-suites/store-fixtures.ts';
import { sampleProvider } from '../../../test/support/sample-provider.ts';
import { createConnectionStore } from '../../adapters/dynamo/connection-store.ts';
import { createConsentStore } from '../../adapters/dynamo/consent-store.ts';
import { createTokenStore } from '../../adapters/dynamo/token-store.ts';
import { createProviderDirectory } from '../../adapters/http/provider-directory.ts';
import { createRawHttp } from '../../adapters/http/provider-http.ts';
import type { ProviderApp, ProviderDefinition } from '../../providers/definition.ts';
import { standardFault } from '../../providers/standard-faults.ts';
import type { UserScope } from '../../samples/model.ts';
import { beginConsent } from '../consent/begin-consent.ts';
import { finishConsent } from '../consent/finish-consent.ts';
import { createFlowOf } from './flow-of.ts';
import { createUserHttp } from './user-http.ts';

const Steps = z.object({
  person: z.string(),
  steps: z.array(z.object({ day: z.string(), count: z.number() })),
});

/** A provider of the old kind, as its folder would describe it. */
const oldProvider: ProviderDefinition = {
  ...sampleProvider,
  name: 'old',
  title: 'Old',
  auth: {
    kind: 'oauth1',
    requestToken: { origin: 'api', path: '/oauth/request_token' },
    authorize: { origin: 'web', path: '/oauth/authorize' },
    accessToken: { origin: 'api', path: '/oauth/access_token' },
    realm: 'Old',
  },
  identify: async (http, grant) => {
    const { payload } = await http.json({ origin: 'api', path: '/v1/steps' });
    const { person } = Steps.parse(payload);
    return { providerUserId: person, otherUserIds: [`user:${grant.userId}`] };
  },
};

async function open(cloud: OAuth1Cloud, app: Partial<ProviderApp> = {}) {
  const clock = manualClock();
  const storage = await openSimulatedStorage();
  const stores = createStores(storage, clock);
  const randomness = seededRandomness(3);
  const common = {
    dynamo: storage.dynamo,
    coreTable: storage.tables.core,
    dataKeys: stores.vault,
    clock,
    randomness,
  };
  const configured = { ...cloud.app, origins: { web: cloud.url, api: cloud.url }, ...app };
  const apps = { load: async () => new Map([['old', configured]]) };
  const deps = {
    consents: createConsentStore(common),
    connections: createConnectionStore(common),
    tokens: createTokenStore({ ...common, vaultTable: storage.tables.vault }),
    providers: createProviderDirectory([oldProvider], apps, createRawHttp()),
    returnAddresses: { list: async () => [] },
    heads: stores.headStore,
    flowOf: createFlowOf({ clock, randomness }),
    gate: { beforeCall: async () => undefined, afterCall: async () => undefined },
    standardFault,
    startSync: () => Promise.reject(new Error('no sync in this test')),
    clock,
    randomness,
    publicUrl: 'https://headwater.test',
  };
  const scope = await stores.createUser();
  return { deps, scope, clock };
}

type World = Awaited<ReturnType<typeof open>>;

/** A browser that goes where it is sent, up to our callback; answers what it brings there. */
async function consentAs({ deps, scope }: World, extra: string): Promise<Record<string, string>> {
  const { url } = await beginConsent(deps, scope, { provider: 'old', returnTo: undefined });
  const response = await fetch(`${url}&${extra}`, { redirect: 'manual' });
  const back = new URL(response.headers.get('location') ?? '');
  expect(`${back.origin}${back.pathname}`).toBe('https://headwater.test/v1/oauth/old/callback');
  return Object.fromEntries(back.searchParams);
}

const finish = ({ deps }: World, query: Record<string, string>) =>
  finishConsent(
    { ...deps, startSync: async () => 'syn_00000000000000000000000001' as never },
    { provider: 'old', query, correlationId: 'c-1' },
  );

const httpFor = async ({ deps }: World, scope: UserScope) => {
  const [connection] = await deps.connections.list(scope);
  if (connection === undefined) throw new Error('not connected');
  return createUserHttp(deps)(scope, connection, await deps.providers.get('old'));
};

let cloud: OAuth1Cloud;
beforeEach(async () => {
  cloud = await startOAuth1Cloud(() => manualClock().now());
});
afterEach(() => cloud.stop());

describe('a consent over OAuth 1.0a', () => {
  test('CON63 it runs from the request token to signed calls, and keeps token and secret in the vault', async () => {
    const world = await open(cloud);
    const query = await consentAs(world, 'sim_user=runner');
    expect(query['state']).toMatch(/^[0-9A-Za-z]{43}$/);
    const end = await finish(world, query);
    expect(end).toMatchObject({ kind: 'connected', connection: { provider: 'old', status: 'connected' } });
    const [connection] = await world.deps.connections.list(world.scope);
    expect(connection?.account).toEqual({ providerUserId: 'runner', otherUserIds: ['user:runner'] });
    if (connection === undefined) throw new Error('not connected');
    const stored = await world.deps.tokens.load(world.scope, connection.connectionId);
    expect(stored?.accessToken).toMatch(/^sim_access_/);
    expect(stored?.tokenSecret).toMatch(/^sim_/);
    expect([stored?.refreshToken, stored?.expiresAtMs]).toEqual([undefined, undefined]);
    expect(cloud.log.map(({ path, status }) => `${status} ${path}`)).toEqual([
      '200 /oauth/request_token',
      '302 /oauth/authorize',
      '200 /oauth/access_token',
      '200 /v1/steps',
    ]);
  });

  test('CON63 calls are signed with all they carry: query, form and odd characters', async () => {
    const world = await open(cloud);
    await finish(world, await consentAs(world, 'sim_user=cyclist'));
    const http = await httpFor(world, world.scope);
    const query = { day: "1 + 2 = 3 & 'x'*(~)", other: 'é/ü?#%25', z: undefined, n: 7 };
    expect((await http.json({ origin: 'api', path: '/v1/steps', query })).payload).toMatchObject({
      person: 'cyclist',
      steps: [{ day: "1 + 2 = 3 & 'x'*(~)" }],
    });
    const path = '/v1/steps?day=a%20b&day=c+d';
    const { payload } = await http.json({ origin: 'api', path });
    expect(Steps.parse(payload).steps.map(({ day }) => day)).toEqual(['a b', 'c d']);
    const form = { text: 'a b+c', 'na me': '' };
    expect((await http.send({ origin: 'api', path: '/v1/steps', form })).status).toBe(200);
    const json = { not: 'signed' };
    expect((await http.send({ origin: 'api', path: '/v1/steps', json })).status).toBe(200);
  });

  test('CON63 who took the access back is unauthorized, and nothing is refreshed', async () => {
    const world = await open(cloud);
    await finish(world, await consentAs(world, 'sim_user=runner'));
    const http = await httpFor(world, world.scope);
    cloud.revoke('runner');
    await expect(http.json({ origin: 'api', path: '/v1/steps' })).rejects.toMatchObject({
      kind: 'unauthorized',
    });
  });
});

describe('a consent over OAuth 1.0a that fails', () => {
  const codeOf = async (world: World, query: Record<string, string>) => {
    const end = await finish(world, query);
    return end.kind === 'failed' ? end.error.code : end.kind;
  };

  test('CON63 a person who declines is told apart from one whose verifier is wrong', async () => {
    const world = await open(cloud);
    expect(await codeOf(world, await consentAs(world, 'sim_deny=1'))).toBe('oauth.denied');
    const guessed = { ...(await consentAs(world, 'sim_user=runner')), oauth_verifier: 'guessed' };
    expect(await codeOf(world, guessed)).toBe('oauth.code_refused');
    const { oauth_verifier: _, ...without } = await consentAs(world, 'sim_user=runner');
    expect(await codeOf(world, without)).toBe('oauth.code_refused');
  });

  test('CON63 the request token of another consent is worth nothing with our state', async () => {
    const world = await open(cloud);
    const theirs = await consentAs(world, 'sim_user=cyclist');
    const ours = await consentAs(world, 'sim_user=runner');
    const mixed = { ...theirs, state: ours['state'] ?? '' };
    expect(await codeOf(world, mixed)).toBe('oauth.code_refused');
  });

  test('CON63 a state is good once', async () => {
    const world = await open(cloud);
    const query = await consentAs(world, 'sim_user=runner');
    expect(await codeOf(world, query)).toBe('connected');
    expect(await codeOf(world, query)).toBe('oauth.state_invalid');
  });

  test('CON63 credentials that the cloud refuses, and a clock that is off, are refused at the beginning', async () => {
    const wrong = await open(cloud, { clientSecret: 'another' });
    await expect(
      beginConsent(wrong.deps, wrong.scope, { provider: 'old', returnTo: undefined }),
    ).rejects.toMatchObject({ code: 'provider.refused' });
    const late = await open(cloud);
    late.clock.advance(600_000);
    await expect(
      beginConsent(late.deps, late.scope, { provider: 'old', returnTo: undefined }),
    ).rejects.toMatchObject({ code: 'provider.refused' });
  });

  test('CON63 a cloud that is gone is unavailable', async () => {
    const world = await open(cloud, { origins: { web: 'http://127.0.0.1:1', api: 'http://127.0.0.1:1' } });
    await expect(
      beginConsent(world.deps, world.scope, { provider: 'old', returnTo: undefined }),
    ).rejects.toMatchObject({ code: 'provider.unavailable' });
  });
});
