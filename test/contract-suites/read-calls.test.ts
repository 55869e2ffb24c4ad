import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CountedReads, openCountedReads } from '../support/counted-reads.ts';
import { dynoxide } from '../support/engines/dynamo-engines.ts';
import { minuteDays } from '../support/minute-days.ts';
import { openEngineStorage, type Storage } from './store-fixtures.ts';

const LAST_DAY = '2026-11-20';
const DAY_COUNT = 3;
const RANGE = `from=2026-10-21&to=${LAST_DAY}`;

let storage: Storage;
let reads: CountedReads;

beforeAll(async () => {
  storage = await openEngineStorage(dynoxide);
  reads = await openCountedReads(storage);
  for (const body of minuteDays(LAST_DAY, DAY_COUNT)) expect(await reads.ingest(body)).toBe(200);
  await reads.compute();
  // Keys, principals and data keys are remembered by a container: the first request is not like the others.
  await reads.read('rollups', `metric=steps&${RANGE}`);
}, 60_000);
afterAll(() => storage?.stop());

const totalOf = (calls: Readonly<Record<string, number>>): number =>
  Object.values(calls).reduce((sum, count) => sum + count, 0);

test('PRJ3 a 31-day read of one metric is two Queries and two reads of settings, however it is asked', async () => {
  for (const query of [`metric=steps&${RANGE}`, `metric=heart_rate&${RANGE}&explain=true`]) {
    const { status, body, calls } = await reads.read('rollups', query);
    expect([status, JSON.parse(body).rollups.length]).toEqual([200, 31]);
    expect(JSON.parse(body).rollups.filter((row: { status: string }) => row.status === 'READY')).toHaveLength(
      DAY_COUNT,
    );
    expect({ Query: calls['Query'], total: totalOf(calls) <= 6 }).toEqual({ Query: 2, total: true });
  }
});

test('PRJ3 each further metric of a read costs two Queries more', async () => {
  const { calls } = await reads.read('rollups', `metric=steps,heart_rate&${RANGE}`);
  expect(calls['Query']).toBe(4);
});

test('SLP1 a read of 31 nights takes a bounded number of calls', async () => {
  const { status, body, calls } = await reads.read('sleep', RANGE);
  expect([status, JSON.parse(body).nights.length]).toEqual([200, 31]);
  expect(calls['Query'] ?? 0).toBeLessThanOrEqual(3);
  expect(totalOf(calls)).toBeLessThanOrEqual(9);
});
