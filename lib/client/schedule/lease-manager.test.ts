import { expect, test } from 'vitest';
import { FakeTime } from '../../../test/support/fake-time.ts';
import { createLeaseManager, type LeaseAnswerLike } from './lease-manager.ts';

const granted = (
  leaseId: string,
  more: { windowMs?: number; maxRequests?: number } = {},
): LeaseAnswerLike => ({
  status: 'GRANTED',
  lease: { leaseId, windowMs: 3_600_000, maxRequests: 80, batchSize: 500, ...more },
});

function world(answers: readonly (LeaseAnswerLike | Error)[]) {
  const time = new FakeTime();
  const left = [...answers];
  const asked: string[] = [];
  const leases = createLeaseManager({
    clock: time.clock,
    request: async (kind) => {
      asked.push(kind);
      await Promise.resolve();
      const answer = left.shift();
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('asked too often');
      return answer;
    },
  });
  return { time, leases, asked };
}

test('CLI46 a lease is asked for once, however many want it, and kept per kind', async () => {
  const { leases, asked } = world([granted('a'), granted('b')]);
  const uses = await Promise.all([leases.use('data_sync'), leases.use('data_sync'), leases.use('data_sync')]);
  expect(uses).toEqual(Array(3).fill({ status: 'granted', leaseId: 'a', batchSize: 500 }));
  expect(await leases.use('health_upload')).toMatchObject({ leaseId: 'b' });
  expect(asked).toEqual(['data_sync', 'health_upload']);
});

test('CLI46 a lease is over 30 s early', async () => {
  const { leases, time, asked } = world([granted('a'), granted('b')]);
  await leases.use('data_sync');
  await time.advance(3_570_000 - 1);
  expect(await leases.use('data_sync')).toMatchObject({ leaseId: 'a' });
  await time.advance(1);
  expect(await leases.use('data_sync')).toMatchObject({ leaseId: 'b' });
  expect(asked).toHaveLength(2);
});

test('CLI46 uses are counted, also those of many at once', async () => {
  const { leases, asked } = world([granted('a', { maxRequests: 2 }), granted('b', { maxRequests: 2 })]);
  const uses = await Promise.all([1, 2, 3].map(() => leases.use('data_sync')));
  expect(uses.map((use) => (use.status === 'granted' ? use.leaseId : 'denied'))).toEqual(['a', 'a', 'b']);
  expect(asked).toHaveLength(2);
});

test('CLI46 a denial is waited out without asking again, and its wait is never 0', async () => {
  const denied = { status: 'DENIED', reason: 'user_lease_limit', retryAfterMs: 0 } as const;
  const { leases, time, asked } = world([denied, { status: 'DENIED' }, granted('a')]);
  expect(await leases.use('data_sync')).toEqual({
    status: 'denied',
    reason: 'user_lease_limit',
    retryAfterMs: 1_000,
  });
  await time.advance(999);
  expect(await leases.use('data_sync')).toMatchObject({ status: 'denied', retryAfterMs: 1 });
  expect(asked).toHaveLength(1);
  await time.advance(1);
  expect(await leases.use('data_sync')).toMatchObject({ status: 'denied', retryAfterMs: 60_000 });
  await time.advance(60_000);
  expect(await leases.use('data_sync')).toMatchObject({ status: 'granted' });
});

test('CLI46 a lease that is good for nothing ends no loop, and one that was dropped is asked for anew', async () => {
  const { leases, asked } = world([
    granted('none', { maxRequests: 0 }),
    granted('short', { windowMs: 10 }),
    granted('b'),
    new Error('no network'),
    granted('c'),
  ]);
  expect(await leases.use('data_sync')).toMatchObject({ status: 'denied', retryAfterMs: 60_000 });
  expect(await leases.use('catalog_sync')).toMatchObject({ leaseId: 'short' });
  leases.drop('catalog_sync');
  expect(await leases.use('catalog_sync')).toMatchObject({ leaseId: 'b' });
  leases.drop('catalog_sync');
  await expect(leases.use('catalog_sync')).rejects.toThrow('no network');
  expect(await leases.use('catalog_sync')).toMatchObject({ leaseId: 'c' });
  expect(asked).toHaveLength(5);
});

test('CLI46 after the clock was set back neither a denial nor a lease of the future is held on to', async () => {
  const { leases, time, asked } = world([{ status: 'DENIED' }, granted('a'), granted('b')]);
  expect(await leases.use('data_sync')).toMatchObject({ status: 'denied' });
  time.setBack(86_400_000);
  expect(await leases.use('data_sync')).toMatchObject({ leaseId: 'a' });
  time.setBack(86_400_000);
  expect(await leases.use('data_sync')).toMatchObject({ leaseId: 'b' });
  expect(asked).toHaveLength(3);
});
