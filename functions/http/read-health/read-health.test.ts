import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { beforeEach, expect, test } from 'vitest';
import type { ApiKeyId } from '../../../contracts/primitives/ids.ts';
import { MINUTE_MS } from '../../../lib/core/instants.ts';
import { silentLog } from '../../../lib/observability/log.ts';
import { silentMeter } from '../../../lib/observability/metrics.ts';
import { compareSources, orderOf, priorityVersions } from '../../../lib/projections/priorities.ts';
import { projectBatch } from '../../../lib/projections/project-batch.ts';
import { freshnessOf } from '../../../lib/projections/row-status.ts';
import { sourceIdOf } from '../../../lib/samples/sample-identity.ts';
import { createProjectionWorld, scope } from '../../../test/support/projection-fixtures.ts';
import { createReadHealthHandler } from './handler.ts';

let world: ReturnType<typeof createProjectionWorld>;
let handler: ReturnType<typeof createReadHealthHandler>;

beforeEach(async () => {
  world = createProjectionWorld();
  handler = createReadHealthHandler({
    projection: world.deps,
    nights: {
      ...world.deps,
      records: { list: async () => [] },
      recordDays: { loadSleepDays: async () => new Map() },
      nights: { load: async () => [], save: async () => 'superseded' },
      rules: { compareSources, orderOf, priorityVersions, freshnessOf, sourceIdOf },
    },
    sessions: { list: async () => [] },
    heads: {
      load: async () => world.samples.head,
      saveSettings: async () => 'conflict',
      savePriorities: async () => 'conflict',
      loadAfter: async (_scope, since, limit) =>
        world.samples.changes.filter(({ seq }) => seq > since).slice(0, limit),
    },
    store: {
      loadPointers: async () => new Map(),
      commit: async () => 'conflict',
      list: async () => [],
    },
    recomputations: { load: async () => undefined },
    edges: {
      loadEdges: async () => {
        const all = [...world.samples.blocks.values()];
        return { first: all, last: all };
      },
    },
    access: {
      authenticator: {
        authenticate: async () => ({
          ok: true,
          value: {
            kind: 'key',
            workspaceId: scope.workspaceId,
            apiKeyId: 'key_00000000000000000000000001' as ApiKeyId,
            scopes: ['samples:read', 'users:write'],
            requestsPerMinute: 600,
          },
        }),
      },
      rateLimiter: { take: async () => ({ allowed: true, limit: 600, remaining: 599, resetSec: 60 }) },
    },
    settings: {
      clock: world.clock,
      randomness: { bytes: (count) => new Uint8Array(count) },
      log: silentLog,
      meter: silentMeter,
    },
  });
  const samples = [0, 1, 2].map((minute) => ({
    source: 'w',
    metric: 'steps',
    start: new Date(Date.parse('2026-11-20T08:00:00Z') + minute * MINUTE_MS).toISOString(),
    end: new Date(Date.parse('2026-11-20T08:01:00Z') + minute * MINUTE_MS).toISOString(),
    value: 10 + minute,
    unit: 'count',
    zoneOffsetMinutes: 0,
  }));
  await world.ingest({ requestId: 'r', sources: { w: { provider: 'garmin' } }, samples });
  await projectBatch(world.deps, world.messages());
});

async function get(what: string, query: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const event = {
    version: '2.0',
    routeKey: `GET /v1/users/{userId}/health/${what}`,
    rawPath: `/v1/users/${scope.userId}/health/${what}`,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { authorization: 'Bearer x', ...headers },
    queryStringParameters: query,
    pathParameters: { userId: scope.userId },
    requestContext: { http: { method: 'GET' } },
    isBase64Encoded: false,
  };
  const answer = await handler(event as unknown as APIGatewayProxyEventV2, {});
  const body: unknown = answer.body === undefined ? undefined : JSON.parse(answer.body);
  return { status: answer.statusCode, headers: answer.headers ?? {}, body };
}

const DAY = { metric: 'steps', from: '2026-11-20', to: '2026-11-20' };
const HOURS = { metric: 'steps', from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' };

test('PRJ3 a day of steps as the API tells it, with an entity tag that saves the second answer', async () => {
  const first = await get('rollups', { ...DAY, explain: 'true' });
  expect(first).toMatchObject({ status: 200 });
  expect(first.body).toMatchObject({
    rollups: [
      {
        metric: 'steps',
        date: '2026-11-20',
        unit: '{steps}',
        status: 'READY',
        sourceSeq: 1,
        computeVersion: 1,
        count: 3,
        sum: 33,
        mean: 11,
        first: { at: '2026-11-20T08:00:00.000Z', value: 10 },
        sources: [{ provider: 'garmin', counted: 33, setAside: 0 }],
      },
    ],
    nextCursor: null,
  });
  const etag = String(first.headers['etag']);
  const again = await get('rollups', { ...DAY, explain: 'true' }, { 'if-none-match': etag });
  expect([again.status, again.body]).toEqual([304, undefined]);
});

test('SRD1 samples page by cursor, which is refused for another query', async () => {
  const first = await get('samples', { ...HOURS, limit: '2' });
  const { samples, nextCursor } = first.body as { samples: { value: number }[]; nextCursor: string };
  expect(samples.map(({ value }) => value)).toEqual([10, 11]);
  expect(first.headers['server-timing']).toBe('blocks;desc="1 queries"');
  const second = await get('samples', { ...HOURS, cursor: nextCursor });
  expect(second.body).toMatchObject({ samples: [{ value: 12 }], nextCursor: null });
  const other = await get('samples', { ...HOURS, metric: 'heart_rate', cursor: nextCursor });
  expect([other.status, other.body]).toMatchObject([400, { code: 'request.bad_cursor' }]);
});

test('SRD3 buckets of an hour and of a day', async () => {
  expect((await get('samples', { ...HOURS, resolution: '1h' })).body).toMatchObject({
    buckets: [{ start: '2026-11-20T08:00:00.000Z', count: 3, sum: 33 }],
  });
  expect((await get('samples', { ...HOURS, resolution: '1d' })).body).toMatchObject({
    buckets: [{ date: '2026-11-20', count: 3, sum: 33 }],
  });
});

test('SRD4 a blocked metric is refused everywhere and not listed', async () => {
  expect((await get('metrics')).body).toMatchObject({ metrics: [{ metric: 'steps', count: 3 }] });
  if (world.samples.head === undefined) throw new Error('no head');
  world.samples.head = {
    ...world.samples.head,
    privacy: { uploadEnabled: true, blockedMetrics: ['steps'] },
  };
  expect((await get('metrics')).body).toEqual({ metrics: [] });
  for (const answer of [
    await get('rollups', DAY),
    await get('samples', HOURS),
    await get('samples', { ...HOURS, resolution: '1h' }),
  ]) {
    expect([answer.status, answer.body]).toMatchObject([403, { code: 'read.metric_blocked' }]);
  }
});

test.each([
  ['rollups', { ...DAY, metric: 'nonsense' }, 'read.metric_unknown'],
  ['rollups', { ...DAY, metric: 'sleep_stage' }, 'read.metric_not_rolled_up'],
  ['rollups', { ...DAY, from: '2026-02-30' }, 'request.invalid'],
  ['rollups', { ...DAY, from: '2026-11-21' }, 'request.invalid'],
  ['rollups', { ...DAY, from: '2025-01-01' }, 'read.range_too_large'],
  ['rollups', { metric: 'steps' }, 'request.invalid'],
  ['sleep', { from: '2026-02-30', to: '2026-03-02' }, 'request.invalid'],
  ['sleep', { from: '2026-11-21', to: '2026-11-20' }, 'request.invalid'],
  ['sleep', { from: '2026-01-01', to: '2026-11-20' }, 'read.range_too_large'],
  ['sleep', { from: '0001-01-01', to: '0001-01-02' }, 'request.invalid'],
  ['samples', { ...HOURS, from: 'yesterday' }, 'request.invalid'],
  ['samples', { ...HOURS, from: HOURS.to, to: HOURS.from }, 'request.invalid'],
  ['samples', { ...HOURS, limit: '0' }, 'request.invalid'],
  ['samples', { ...HOURS, cursor: 'x.y' }, 'request.bad_cursor'],
  ['samples', { ...HOURS, metric: 'sleep_stage', resolution: '1h' }, 'read.metric_not_rolled_up'],
])('PRJ3 %s with %o is refused as %s', async (what, query, code) => {
  const answer = await get(what, query as Record<string, string>);
  expect([answer.status, answer.body]).toMatchObject([400, { code }]);
});

test('SLP10 nights are served with how many Queries they took; a blocked kind is not', async () => {
  const range = { from: '2026-11-20', to: '2026-11-21' };
  const answer = await get('sleep', range);
  expect(answer.headers).toMatchObject({ 'x-seq': '1', 'server-timing': 'nights;desc="3 queries"' });
  expect(answer.body).toMatchObject({
    nights: [{ date: '2026-11-20', status: 'NO_DATA' }, { date: '2026-11-21' }],
    nextCursor: null,
  });
  if (world.samples.head === undefined) throw new Error('no head');
  for (const metric of ['sleep_session', 'sleep_stage']) {
    world.samples.head = {
      ...world.samples.head,
      privacy: { uploadEnabled: true, blockedMetrics: [metric] },
    };
    expect((await get('sleep', range)).body).toMatchObject({ code: 'read.metric_blocked' });
  }
});

test('OBX7 the change feed and the orders of sources are served', async () => {
  expect((await get('changes', { since: '0' })).body).toMatchObject({
    changes: [{ seq: 1, kind: 'samples' }],
    nextSince: 1,
    hasMore: false,
  });
  expect((await get('priorities')).body).toEqual({
    orders: {},
    defaultOrder: {
      providers: expect.arrayContaining(['apple_health', 'strava']),
      devices: ['device:watch', 'device:band', 'device:ring', 'device:phone', 'device:scale', 'device:other'],
    },
    seq: 1,
    recompute: { seq: 0, status: 'done', computedCount: 0, doneCount: 0, totalCount: 0, at: null },
  });
});
