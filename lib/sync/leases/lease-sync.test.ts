import { beforeEach, expect, test } from 'vitest';
import type { LeaseRequest } from '../../../contracts/http/sync.ts';
import {
  createStores,
  type ManualClock,
  manualClock,
  openSimulatedStorage,
  type Stores,
  seededRandomness,
} from '../../../test/contract-suites/store-fixtures.ts';
import { createLeaseStore } from '../../adapters/dynamo/lease-store.ts';
import { HOUR_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { LeaseStore } from './lease-store.ts';
import { leaseSync, useLease } from './lease-sync.ts';

let clock: ManualClock;
let stores: Stores;
let scope: UserScope;
let deps: Parameters<typeof leaseSync>[0];
let rawCount: () => Promise<number>;
beforeEach(async () => {
  clock = manualClock();
  const storage = await openSimulatedStorage();
  stores = createStores(storage, clock);
  scope = await stores.createUser();
  const leases = createLeaseStore(storage.dynamo, storage.tables.core);
  deps = { leases, clock, randomness: seededRandomness(5) };
  rawCount = async () =>
    (await stores.rawItems(scope)).filter(({ sk }) => sk?.S?.startsWith('ENTITYLEASE#')).length;
});

const ask = (deviceId = 'phone', rest: Partial<LeaseRequest> = {}) =>
  leaseSync(deps, scope, { kind: 'data_sync', deviceId, ...rest });
const grant = async (deviceId = 'phone', rest: Partial<LeaseRequest> = {}) => {
  const { lease } = await ask(deviceId, rest);
  if (lease === undefined) throw new Error('denied');
  return lease;
};

async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof AppError) return `${error.code} ${error.retryAfterSec}`;
    throw error;
  }
  return 'none';
}

test('SYN10 a lease is an hour and 80 requests, or fewer when fewer are asked for', async () => {
  expect(await grant('phone', { requestedBatchSize: 200 })).toMatchObject({
    kind: 'data_sync',
    windowMs: HOUR_MS,
    maxRequests: 80,
    batchSize: 200,
    issuedAt: '2026-11-21T12:00:00.000Z',
    expiresAt: '2026-11-21T13:00:00.000Z',
  });
  expect(await grant('phone', { requestedMaxRequests: 3 })).toMatchObject({
    maxRequests: 3,
    batchSize: 1_000,
  });
  expect((await grant('watch', { requestedMaxRequests: 1_000 })).maxRequests).toBe(80);
});

test('SYN55 two leases per device and kind, six per user and kind; a denial says when the first of them is over', async () => {
  await grant('phone');
  clock.advance(60_000);
  await grant('phone');
  clock.advance(60_000);
  expect(await ask('phone')).toEqual({
    status: 'DENIED',
    reason: 'device_lease_limit',
    retryAfterMs: HOUR_MS - 120_000,
  });
  await grant('phone', { kind: 'catalog_sync' });
  for (const device of ['watch', 'watch', 'tablet', 'tablet']) await grant(device);
  expect(await ask('laptop')).toEqual({
    status: 'DENIED',
    reason: 'user_lease_limit',
    retryAfterMs: HOUR_MS - 120_000,
  });
  clock.advance(HOUR_MS - 120_000);
  await grant('laptop');
  expect((await ask('laptop')).status).toBe('DENIED');
});

test('SYN10 trap 13: to come back is never told as 0', async () => {
  await grant();
  await grant();
  clock.advance(HOUR_MS - 1);
  expect(await ask()).toMatchObject({ status: 'DENIED', retryAfterMs: 1_000 });
});

test('SYN55 many who ask at once get six leases, and a denial each beyond', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => ask(`device-${at}`)));
  const granted = answers.flatMap(({ lease }) => lease ?? []);
  expect(granted.length).toBe(6);
  expect(new Set(granted.map(({ leaseId }) => leaseId)).size).toBe(6);
  expect(await rawCount()).toBe(6);
  expect(
    answers
      .filter(({ status }) => status === 'DENIED')
      .every(({ retryAfterMs = 0 }) => retryAfterMs >= 1_000),
  ).toBe(true);
});

test('SYN56 a use counts once under any concurrency, and beyond the budget waits for the end of the lease', async () => {
  const { leaseId } = await grant('phone', { requestedMaxRequests: 5 });
  const uses = await Promise.all(Array.from({ length: 8 }, () => refusalOf(useLease(deps, scope, leaseId))));
  expect(uses.filter((use) => use === 'none').length).toBe(5);
  expect(uses.filter((use) => use === 'sync.lease_refused 3600').length).toBe(3);
});

test('SYN56 a lease that is over, unknown, of health data, or of another user is refused; none is needed', async () => {
  const { leaseId } = await grant();
  expect(await refusalOf(useLease(deps, scope, undefined))).toBe('none');
  expect(await refusalOf(useLease(deps, scope, leaseId))).toBe('none');
  const other = await stores.createUser();
  const health = await grant('phone', { kind: 'health_upload' });
  const never = `data_sync.5.${leaseId.slice(-26)}`;
  for (const [user, id] of [
    [other, leaseId],
    [scope, health.leaseId],
    [scope, never],
    [scope, 'data_sync.0.x'],
    [scope, 'ENTITIES'],
    [scope, ''],
  ] as const)
    expect(await refusalOf(useLease(deps, user, id))).toBe('sync.lease_refused 1');
  clock.advance(HOUR_MS);
  expect(await refusalOf(useLease(deps, scope, leaseId))).toBe('sync.lease_refused 1');
});

test('SYN56 the lease that took the place of one that was over does not count its uses', async () => {
  const before = await grant('phone', { requestedMaxRequests: 1 });
  clock.advance(HOUR_MS);
  const after = await grant('phone', { requestedMaxRequests: 1 });
  expect(await rawCount()).toBe(1);
  expect(await refusalOf(useLease(deps, scope, before.leaseId))).toBe('sync.lease_refused 1');
  expect(await refusalOf(useLease(deps, scope, after.leaseId))).toBe('none');
});

test('SYN55 the erased and the unknown get no lease, and nothing is left of one', async () => {
  await stores.eraseUser(scope);
  expect(await refusalOf(ask())).toContain('user.not_found');
  expect(await rawCount()).toBe(0);
});

test('SYN55 who loses the place again and again is told to come back in a second', async () => {
  const busy: LeaseStore = { ...deps.leases, take: async () => 'conflict' };
  expect(await leaseSync({ ...deps, leases: busy }, scope, { kind: 'data_sync', deviceId: 'phone' })).toEqual(
    {
      status: 'DENIED',
      reason: 'user_lease_limit',
      retryAfterMs: 1_000,
    },
  );
});
