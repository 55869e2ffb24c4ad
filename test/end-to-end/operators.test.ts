import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Operation, ROUTES } from '../../contracts/http/routes.ts';
import { SCOPES } from '../../contracts/http/scopes.ts';
import type { IssuerId, UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { QueueState } from '../../infra/local/console/flow.ts';
import { rollupKey } from '../../lib/adapters/dynamo/core-keys.ts';
import { createIssuerStore } from '../../lib/adapters/dynamo/issuer-store.ts';
import { systemClock } from '../../lib/core/clock.ts';
import { newSortableId } from '../../lib/core/ids.ts';
import { systemRandomness } from '../../lib/core/randomness.ts';
import { callApi, type RunningCloud, startLocalCloud } from '../support/local-cloud.ts';
import { runOps } from '../support/operate.ts';

const DAY = '2026-11-02';
const SECRET = 'only-second-knows';
/** A row of the second workspace's user. */
const GOAL_ID = '019aa8e2-6100-7c02-8f3e-5d7a9b1c3e22';
const HLC = `${Date.parse(`${DAY}T10:00:00Z`)}-0000-intruder`;

let dataDir = '';
let cloud: RunningCloud;
/** What `npm run ops` works with, as the local cloud wrote it. */
let operator: Readonly<Record<string, string>>;
let dynamo: DynamoDBClient;
let sqs: SQSClient;
/** The second workspace as its admin sees it. */
let second: {
  workspaceId: string;
  apiKey: string;
  userId: string;
  keyId: string;
  issuerId: string;
  rebuildId: string;
};
/** A message that no projector can read. It is tried again for half a minute, while other tests go on. */
const POISON = JSON.stringify({ detail: 'poison', source: 'nobody' });

const ops = (...args: readonly string[]) => runOps([...args, '--data-dir', dataDir]);
const asSecond = () => ({ authorization: `Bearer ${second.apiKey}` });
const sample = (requestId: string, value = 100) => ({
  requestId,
  sources: { w: { provider: 'garmin' } },
  samples: [
    {
      source: 'w',
      metric: 'steps',
      start: `${DAY}T10:00:00+01:00`,
      end: `${DAY}T10:01:00+01:00`,
      value,
      unit: 'count',
    },
  ],
});
const queueUrl = (name: string) =>
  `${operator['AWS_ENDPOINT_URL_SQS']}/000000000000/headwater-${operator['STAGE']}-${name}`;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-operators-'));
  cloud = await startLocalCloud({ dataDir });
  operator = JSON.parse(await readFile(join(dataDir, 'operator.json'), 'utf8'));
  const aws = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  dynamo = new DynamoDBClient({ ...aws, endpoint: operator['AWS_ENDPOINT_URL_DYNAMODB'] ?? '' });
  sqs = new SQSClient({ ...aws, endpoint: operator['AWS_ENDPOINT_URL_SQS'] ?? '' });
  second = await makeSecond();
}, 180_000);

afterAll(async () => {
  dynamo?.destroy();
  sqs?.destroy();
  await cloud?.stop();
  await rm(dataDir, { recursive: true, force: true });
}, 30_000);

async function makeSecond(): Promise<typeof second> {
  const { code, output, notes } = await ops('bootstrap', '--name', SECRET, '--mode', 'test');
  expect(code, notes).toBe(0);
  const workspaceId = /^workspace {2}(ws_[0-9a-z]{26})$/m.exec(output)?.[1] ?? '';
  const bootstrapped = /^API key {4}(hw_test_[0-9A-Za-z]{32})$/m.exec(output)?.[1] ?? '';
  // Looking at it after each route takes more requests than a key has in a minute. A key of its own has that
  // limit from its first request on; the workspace's limit would reach a container up to a minute late.
  const key = await callApi<{ id: string; key: string }>(cloud, '/v1/api-keys', {
    body: { name: 'looking', scopes: SCOPES, mode: 'test', requestsPerMinute: 6_000 },
    headers: { authorization: `Bearer ${bootstrapped}` },
  });
  expect(key.status).toBe(201);
  const headers = { authorization: `Bearer ${key.body.key}` };
  const { apiKeys } = (await callApi<{ apiKeys: { id: string }[] }>(cloud, '/v1/api-keys', { headers })).body;
  for (const { id } of apiKeys.filter(({ id }) => id !== key.body.id))
    expect((await callApi(cloud, `/v1/api-keys/${id}`, { method: 'DELETE', headers })).status).toBe(204);
  const user = await callApi<{ id: string }>(cloud, '/v1/users', {
    body: { externalId: 'runner-7', displayName: SECRET },
    headers,
  });
  expect(user.status).toBe(201);
  const goal = await callApi(cloud, `/v1/users/${user.body.id}/goals/${GOAL_ID}`, {
    method: 'PUT',
    body: { data: { name: SECRET } },
    headers,
  });
  expect(goal.status).toBe(201);
  const path = `/v1/users/${user.body.id}/health/samples/batch-upsert`;
  expect((await callApi(cloud, path, { body: sample(SECRET, 4_711), headers })).status).toBe(200);
  const rebuild = await callApi<{ rebuildId: string }>(cloud, '/v1/admin/rebuilds', { body: {}, headers });
  expect(rebuild.status).toBe(202);
  return {
    workspaceId,
    apiKey: key.body.key,
    userId: user.body.id,
    keyId: key.body.id,
    issuerId: await putIssuer(workspaceId),
    rebuildId: rebuild.body.rebuildId,
  };
}

/** Put by the store, because the API takes no issuer whose address is not a public one. */
async function putIssuer(workspaceId: string): Promise<string> {
  const issuers = createIssuerStore(dynamo, operator['CORE_TABLE_NAME'] ?? '');
  const issuerId = `iss_${newSortableId(systemClock.now(), systemRandomness)}`;
  const outcome = await issuers.create({
    issuerId: issuerId as IssuerId,
    workspaceId: workspaceId as WorkspaceId,
    issuer: `https://${SECRET}.example.com/`,
    audience: SECRET,
    jwksUri: `https://${SECRET}.example.com/jwks`,
    algorithms: ['RS256'],
    createdAtMs: systemClock.now(),
  });
  expect(outcome).toBe('created');
  return issuerId;
}

describe('the commands, typed in a shell that names no stage', () => {
  test('without arguments they explain themselves and fail; --help does not fail', async () => {
    const bare = await runOps([]);
    expect([bare.code, bare.output]).toEqual([2, '']);
    expect(bare.notes).toContain('usage: npm run ops');
    const asked = await runOps(['--help']);
    expect([asked.code, asked.notes]).toEqual([0, '']);
    for (const word of ['bootstrap', 'projections rebuild', 'relay replay', 'dlq redrive', '--data-dir'])
      expect(asked.output).toContain(word);
  });

  test('P5 the environment of the local cloud is for its owner only, and a profile of the shell does not win', async () => {
    expect((await stat(join(dataDir, 'operator.json'))).mode & 0o777).toBe(0o600);
    const strange = { AWS_PROFILE: 'work', AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    const { code, output, notes } = await runOps(['dlq', 'list', '--data-dir', dataDir], strange);
    expect([code, notes]).toEqual([0, `working on the local cloud in ${dataDir}\n`]);
    expect(
      output.split('\n').filter((line) => /^(large-ingests|projections|erasures) +0$/.test(line)),
    ).toHaveLength(3);
  });

  test('P6 where no local cloud is, that is said, and nothing is tried', async () => {
    const { code, notes } = await runOps(['dlq', 'list', '--data-dir', join(dataDir, 'logs')]);
    expect(code).toBe(2);
    expect(notes).toContain('run npm start first');
  });

  test('ACC14 the pool belongs to one workspace: a second one with it is refused, and nothing is made', async () => {
    const [, claims = ''] = cloud.userToken.split('.');
    const { iss, aud } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const pool = { USER_POOL_ID: String(iss).split('/').at(-1) ?? '', USER_POOL_CLIENT_ID: aud };
    const { code, output, notes } = await runOps(['bootstrap', '--name', 'third'], { ...operator, ...pool });
    expect([code, output]).toEqual([1, '']);
    expect(notes).toContain('issuer.taken');
  });
});

describe('ING13 two workspaces', () => {
  beforeAll(async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl('projections'), MessageBody: POISON }));
  });

  const BODIES: Partial<Record<Operation, object>> = {
    updateWorkspace: { name: 'first', userRequestsPerMinute: 240 },
    createApiKey: { name: 'k', scopes: ['users:read'], mode: 'test' },
    rotateApiKey: { overlapSec: 0 },
    createIssuer: { issuer: `https://${SECRET}.example.com/`, audience: SECRET },
    createUser: { externalId: 'runner-7' },
    updateUser: { displayName: 'taken over' },
    putPrivacy: { uploadEnabled: false, blockedMetrics: [] },
    ingestSamples: sample('intrusion'),
    createUpload: {},
    startRebuild: { requestId: 'intrusion', models: ['sleep'] },
    decideDuplicateWorkouts: { decision: 'keep_both' },
    createActivityImport: { source: 'intrusion' },
    upsertWorkouts: { requestId: 'intrusion', source: { provider: 'garmin' }, workouts: [] },
    putWorkout: { type: 'yoga', start: `${DAY}T10:00:00Z`, end: `${DAY}T11:00:00Z` },
    putPriorities: { orders: { '*': ['oura'] } },
    pushChanges: {
      deviceId: 'intruder',
      operationId: 'intrusion',
      changes: [
        { requestId: '1', entityType: 'goals', id: GOAL_ID, op: 'update', data: { name: 'taken' }, hlc: HLC },
      ],
    },
    leaseSync: { kind: 'data_sync', deviceId: 'intruder' },
    resolveConflicts: {
      deviceId: 'intruder',
      operationId: 'intrusion',
      resolutions: [{ conflictId: 'none', strategy: 'server' }],
    },
    createEntity: { data: { name: 'intrusion' } },
    putEntity: { data: { name: 'taken over' } },
    patchEntity: { data: { name: 'taken over' } },
  };
  const QUERIES: Partial<Record<Operation, string>> = {
    listSamples: `?metric=steps&from=${DAY}T00:00:00Z&to=${DAY}T23:00:00Z`,
    listRollups: `?metric=steps&from=${DAY}&to=${DAY}`,
    listSessionImpact: `?from=${DAY}T00:00:00Z&to=${DAY}T23:00:00Z`,
    listNights: `?from=${DAY}&to=${DAY}`,
    listSleepSessions: `?from=${DAY}T00:00:00Z&to=${DAY}T23:00:00Z`,
    listWorkoutRecords: `?from=${DAY}T00:00:00Z&to=${DAY}T23:00:00Z`,
    listWorkouts: `?from=${DAY}T00:00:00Z&to=${DAY}T23:00:00Z`,
    listDuplicateWorkouts: `?from=${DAY}T00:00:00Z&to=${DAY}T23:00:00Z`,
    sumWorkouts: `?from=${DAY}T00:00:00Z&to=${DAY}T23:00:00Z`,
  };
  const lookAtSecond = async () => {
    const headers = asSecond();
    const paths = [
      '/v1/workspace',
      '/v1/issuers',
      '/v1/users',
      ...['', '/privacy', '/connections', '/health/metrics', '/health/changes', '/health/priorities'].map(
        (path) => `/v1/users/${second.userId}${path}`,
      ),
      `/v1/users/${second.userId}/health/samples${QUERIES.listSamples}`,
      `/v1/users/${second.userId}/goals`,
      '/v1/sync/changes',
      '/v1/sync/digest',
    ];
    const asUser = { ...headers, 'x-headwater-user': second.userId };
    const answers = await Promise.all(paths.map((path) => callApi(cloud, path, { headers: asUser })));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
    return answers.map(({ text }) => text);
  };

  /** What the test before saw last. */
  let seen: readonly string[] | undefined;

  test.each(ROUTES.filter(({ scope }) => scope !== 'public'))(
    'ING13 $operation with the first key shows nothing of the second workspace and changes nothing there',
    async ({ operation, method, path }) => {
      const before = seen ?? (await lookAtSecond());
      const concrete = path
        .replace('{userId}', second.userId)
        .replace('{keyId}', second.keyId)
        .replace('{issuerId}', second.issuerId)
        .replace('{rebuildId}', second.rebuildId)
        .replace('{workoutId}', 'ride-1')
        .replace('{date}', DAY)
        .replace('{entityType}', 'goals')
        .replace('{entityId}', GOAL_ID);
      const body = BODIES[operation];
      const call = (headers: Record<string, string>) =>
        callApi(cloud, `${concrete}${QUERIES[operation] ?? ''}`, {
          method,
          headers,
          ...(body === undefined ? {} : { body }),
        });
      const isDeviceSync = path.startsWith('/v1/sync/');
      const aim: Record<string, string> = isDeviceSync ? { 'x-headwater-user': second.userId } : {};
      const byKey = await call(aim);
      const isAimed = isDeviceSync || path !== concrete;
      if (isAimed) expect([operation, byKey.status]).toEqual([operation, 404]);
      const byToken = await call({ ...aim, authorization: `Bearer ${cloud.userToken}` });
      if (isAimed) expect([403, 404]).toContain(byToken.status);
      const sent = JSON.stringify(body ?? {});
      const { userId, keyId, issuerId, workspaceId } = second;
      for (const { text } of [byKey, byToken])
        for (const known of [userId, keyId, issuerId, workspaceId, SECRET, '4711'])
          if (!sent.includes(known)) expect(text).not.toContain(known);
      seen = await lookAtSecond();
      expect(seen).toEqual(before);
    },
  );

  test('ING13 the same external id is another user in each workspace', async () => {
    const { body } = await callApi<{ id: string; displayName: string | null }>(cloud, '/v1/users', {
      body: { externalId: 'runner-7' },
    });
    expect(body.id).not.toBe(second.userId);
    expect(body.displayName).toBeNull();
  });

  test('ING13 the second key is still what it was, and neither sees, rotates or revokes the first', async () => {
    const list = async (headers: Record<string, string>) =>
      (
        await callApi<{ apiKeys: { id: string; revokedAt: string | null }[] }>(cloud, '/v1/api-keys', {
          headers,
        })
      ).body.apiKeys;
    const [mine, theirs] = [await list({}), await list(asSecond())];
    expect(theirs).toHaveLength(2);
    expect(theirs).toContainEqual(expect.objectContaining({ id: second.keyId, revokedAt: null }));
    expect(mine.map(({ id }) => id)).not.toContain(second.keyId);
    for (const { id } of mine) {
      const headers = asSecond();
      expect((await callApi(cloud, `/v1/api-keys/${id}`, { method: 'DELETE', headers })).status).toBe(404);
      expect((await callApi(cloud, `/v1/api-keys/${id}/rotate`, { method: 'POST', headers })).status).toBe(
        404,
      );
    }
    expect(await list({})).toEqual(mine);
  });

  test('ACC15 the last key that can make keys is not revoked, and goes on working', async () => {
    const headers = asSecond();
    const path = `/v1/api-keys/${second.keyId}`;
    const refused = await callApi<{ code: string }>(cloud, path, { method: 'DELETE', headers });
    expect([refused.status, refused.body.code]).toEqual([409, 'key.last_admin']);
    expect((await callApi(cloud, '/v1/workspace', { headers })).status).toBe(200);
  });

  test('ACC13 a key that may make keys gives only scopes that it has, and no rate above the limit', async () => {
    const make = (body: object, headers = {}) =>
      callApi<{ key: string; id: string; code: string }>(cloud, '/v1/api-keys', { body, headers });
    const narrow = await make({ name: 'narrow', scopes: ['keys:admin', 'users:read'], mode: 'test' });
    const headers = { authorization: `Bearer ${narrow.body.key}` };
    const wide = await make({ name: 'wide', scopes: ['users:read', 'samples:read'], mode: 'test' }, headers);
    expect([wide.status, wide.body.code]).toEqual([403, 'auth.forbidden']);
    const { body } = await callApi<{ apiKeys: { id: string; name: string }[] }>(cloud, '/v1/api-keys');
    const admin = body.apiKeys.find(({ name }) => name === 'admin')?.id;
    const rotated = await callApi(cloud, `/v1/api-keys/${admin}/rotate`, { method: 'POST', headers });
    expect(rotated.status).toBe(403);
    const equal = await make({ name: 'equal', scopes: ['users:read'], mode: 'test' }, headers);
    expect(equal.status).toBe(201);
    const fast = { name: 'fast', scopes: ['users:read'], mode: 'test', requestsPerMinute: 60_001 };
    expect((await make(fast)).status).toBe(400);
  });
});

describe('what operators mend', () => {
  const rollupPath = () => `/v1/users/${cloud.userId}/health/rollups?metric=steps&from=${DAY}&to=${DAY}`;
  const rollups = async () =>
    (await callApi<{ rollups: Record<string, unknown>[] }>(cloud, rollupPath())).body.rollups;
  const queues = async (): Promise<readonly QueueState[]> => {
    const state = await (await fetch(`${cloud.apiUrl}/console/state.json`)).json();
    return (state as { readonly queues: readonly QueueState[] }).queues;
  };
  const stateOf = async (name: string) =>
    (await queues()).find((queue) => queue.name === `headwater-${operator['STAGE']}-${name}`);
  /** Nothing is on its way but the poison, which is tried again or dead. */
  const isAtRest = async () => {
    const states = await queues();
    const counts = states.map(({ visible, inFlight, delayed, dead }) => visible + inFlight + delayed + dead);
    return counts.reduce((sum, count) => sum + count, 0) === 1;
  };

  beforeAll(async () => {
    const path = `/v1/users/${cloud.userId}/health/samples/batch-upsert`;
    expect((await callApi(cloud, path, { body: sample('mend-1') })).status).toBe(200);
    await vi.waitFor(
      async () => expect(await rollups()).toMatchObject([{ status: 'READY', sum: 100 }]),
      30_000,
    );
  }, 40_000);

  test('PRJ5 projections rebuild computes what is missing again, and a repeat computes nothing', async () => {
    const [before] = await rollups();
    const scope = { workspaceId: cloud.workspaceId as WorkspaceId, userId: cloud.userId as UserId };
    const Key = rollupKey(scope, 'steps', DAY);
    await dynamo.send(new DeleteItemCommand({ TableName: operator['CORE_TABLE_NAME'], Key }));
    expect(await rollups()).toMatchObject([{ status: 'STALE', behindSeq: 1 }]);
    const rebuild = () =>
      ops('projections', 'rebuild', '--workspace', cloud.workspaceId, '--user', cloud.userId);
    const first = await rebuild();
    expect([first.code, first.output]).toEqual([
      0,
      expect.stringContaining('1 users, 1 days computed, 0 not settled'),
    ]);
    const [after] = await rollups();
    expect(after).toEqual({ ...before, computedAt: after?.['computedAt'] });
    expect((await rebuild()).output).toContain('1 users, 0 days computed');
    expect(await rollups()).toEqual([after]);
  }, 30_000);

  test('OBX8 relay replay publishes again, and nothing that can be read changes', async () => {
    const read = async () => {
      const user = `/v1/users/${cloud.userId}/health`;
      const paths = [rollupPath(), `${user}/changes`, `${user}/metrics`];
      return Promise.all(paths.map(async (path) => (await callApi(cloud, path)).text));
    };
    const published = async () => {
      const state = await (await fetch(`${cloud.apiUrl}/console/state.json`)).json();
      return (state as { readonly totals: { readonly publishedEvents: number } }).totals.publishedEvents;
    };
    await expect.poll(isAtRest, { timeout: 30_000 }).toBe(true);
    const [before, publishedBefore] = [await read(), await published()];
    const ever = ['--from', '2026-01-01T00:00:00Z', '--to', '2100-01-01T00:00:00Z'];
    const replay = ['relay', 'replay', ...ever, '--workspace'];
    const { code, output, notes } = await ops(...replay, cloud.workspaceId);
    expect([code, output], notes).toEqual([0, expect.stringMatching(/\b[1-9]\d* events are on the bus\n$/)]);
    expect(await published()).toBeGreaterThan(publishedBefore);
    // The second workspace has one row, which was written once.
    const synced = await ops(...replay, second.workspaceId, '--log', 'sync');
    expect([synced.code, synced.output]).toEqual([0, expect.stringMatching(/^1 events are on the bus$/m)]);
    const unknown = await ops(...replay, `ws_${'0'.repeat(26)}`);
    expect([unknown.code, unknown.output]).toEqual([1, '']);
    expect(unknown.notes).toContain('there is no workspace ws_0');
    await expect.poll(isAtRest, { timeout: 30_000 }).toBe(true);
    expect(await read()).toEqual(before);
  }, 80_000);

  test('PRJ4 a poison message ends in the dead-letter queue, is shown, and goes back by a redrive', async () => {
    const dead = async () => (await stateOf('projections'))?.dead;
    await expect.poll(dead, { timeout: 60_000, interval: 250 }).toBe(1);
    expect((await ops('dlq', 'list')).output).toMatch(/^projections +1$/m);
    const shown = await ops('dlq', 'show', 'projections');
    expect(shown.output).toContain(POISON);
    expect(shown.output).toMatch(/received [5-9] times/);
    const { body } = await callApi<{ rollups: object[] }>(cloud, rollupPath());
    expect(body.rollups).toMatchObject([{ status: 'READY' }]);
    expect((await ops('dlq', 'redrive', 'projections')).output).toBe('1 messages sent back to projections\n');
    // Back in its queue it is tried again, for many seconds.
    const state = await stateOf('projections');
    expect([state?.dead, (state?.visible ?? 0) + (state?.inFlight ?? 0)]).toEqual([0, 1]);
    expect((await ops('dlq', 'list')).output).toMatch(/^projections +0$/m);
  }, 100_000);
});
