import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import { createApiClient } from '../../lib/client/api/api-client.ts';
import { createHeadwaterClient } from '../../lib/client/headwater-client.ts';
import { createFetchSender } from '../../lib/client/health/fetch-sender.ts';
import { createGzip } from '../../lib/client/health/gzip.ts';
import { HEALTH_CONNECT } from '../../lib/client/health/health-connect-types.ts';
import { createHealthLane } from '../../lib/client/health/health-lane.ts';
import { createSqlHealthStaging } from '../../lib/client/health/sql-staging.ts';
import { createAutoSync } from '../../lib/client/schedule/auto-sync.ts';
import { createLeaseManager } from '../../lib/client/schedule/lease-manager.ts';
import type { RunVerdict } from '../../lib/client/schedule/run-verdict.ts';
import { createSqlCoordination } from '../../lib/client/schedule/sql-coordination.ts';
import { createSyncScheduler } from '../../lib/client/schedule/sync-scheduler.ts';
import { systemTimers } from '../../lib/client/schedule/timers.ts';
import { createNodeSqlite } from '../../lib/client/storage/node-sqlite.ts';
import { createSqlStore } from '../../lib/client/store/sql-store.ts';
import { createFetchTransport } from '../../lib/client/transport.ts';
import { systemRandomness } from '../../lib/core/randomness.ts';
import { FakePhone, weightRecord } from '../support/health-world.ts';
import { type RunningCloud, startLocalCloud } from '../support/local-cloud.ts';

let folder = '';
let cloud: RunningCloud;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headwater-sdk-'));
  cloud = await startLocalCloud({ dataDir: join(folder, 'cloud'), args: ['--no-simulator'] });
}, 180_000);
afterAll(async () => {
  await cloud?.stop();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

const authorization = async () => `Bearer ${cloud.userToken}`;
const api = () => createApiClient({ baseUrl: cloud.apiUrl, fetch, authorization });

test('CLI50 CLI55 a phone’s records arrive over the wire, gzipped, once, and are read back by the API client', async () => {
  const phone = new FakePhone();
  phone.pageSize = 400;
  const nowMs = Date.now();
  for (let index = 0; index < 700; index += 1) {
    phone.put(weightRecord(`w${index}`, 0, 70, { startMs: nowMs - (index + 1) * 60_000 }));
  }
  const staging = await createSqlHealthStaging(createNodeSqlite(join(folder, 'health.db')));
  const sent: string[] = [];
  const lane = createHealthLane({
    source: phone,
    platform: HEALTH_CONNECT,
    staging,
    send: createFetchSender({
      baseUrl: cloud.apiUrl,
      fetch: (url, init) => {
        sent.push(init.headers['content-encoding'] ?? 'plain');
        return fetch(url, init);
      },
      authorization,
      userId: 'me',
      gzip: createGzip(CompressionStream),
    }),
    clock: Date,
    randomness: systemRandomness,
    zoneOffsetAt: () => 0,
  });
  await lane.collect();
  expect(await lane.upload()).toEqual({ sentCount: 700, refusedCount: 0, end: { kind: 'empty' } });
  expect(sent).toEqual(['gzip', 'gzip']);

  const metrics = await api().listMetrics({ path: { userId: 'me' } });
  expect(metrics.body?.metrics).toMatchObject([{ metric: 'weight', count: 700, unit: 'kg' }]);
  const from = new Date(nowMs - 86_400_000).toISOString();
  const page = await api().listSamples({
    path: { userId: 'me' },
    query: { metric: 'weight', from, to: new Date(nowMs).toISOString(), limit: 5 },
  });
  expect(page.body).toMatchObject({ samples: Array(5).fill({ metric: 'weight', value: 70 }) });
  const unknown = api().listSamples({
    path: { userId: 'me' },
    query: { metric: 'shoe_size', from, to: from },
  });
  await expect(unknown).rejects.toMatchObject({ name: 'ApiError', status: 400 });
});

test('CLI46 CLI47 CLI49 a device syncs by itself, with a lease and in its turn, over a database file', async () => {
  const database = createNodeSqlite(join(folder, 'device.db'));
  const open = (deviceId: string, storage: ReturnType<typeof createSqlStore>) =>
    createHeadwaterClient({
      storage,
      transport: createFetchTransport({ baseUrl: cloud.apiUrl, fetch, authorization }),
      schema: SYNC_SCHEMA,
      deviceId,
      clock: Date,
      randomness: systemRandomness,
    });
  const phone = await open('phone-1', createSqlStore(database));
  const id = await phone.create('goals', { name: 'Walk', progress: 3 });
  const verdicts: RunVerdict[] = [];
  const auto = createAutoSync(phone, {
    clock: Date,
    timers: systemTimers,
    randomness: systemRandomness,
    coordination: await createSqlCoordination({
      database,
      ownerId: 'process-1',
      clock: Date,
      timers: systemTimers,
    }),
    scheduler: createSyncScheduler({ clock: Date, yieldTurn: () => new Promise(setImmediate) }),
    leases: createLeaseManager({
      clock: Date,
      request: async (kind) => (await api().leaseSync({ body: { kind, deviceId: 'phone-1' } })).body,
    }),
    onVerdict: (verdict) => verdicts.push(verdict),
  });
  await auto.syncNow();
  expect(await phone.get('goals', id)).toMatchObject({ state: 'synced', version: 1 });
  expect(verdicts).toEqual([{ kind: 'done' }]);
  await auto.stop();

  const tablet = await open('tablet-1', createSqlStore(createNodeSqlite(':memory:')));
  expect(await tablet.sync()).toMatchObject({ outcome: 'completed' });
  expect(await tablet.query('goals')).toMatchObject([{ id, data: { name: 'Walk', progress: 3 } }]);
  expect(await tablet.verify()).toBe('equal');
  await phone.close();
  await tablet.close();
});
