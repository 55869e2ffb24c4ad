import { expect, test } from 'vitest';
import {
  PHONE_AND_WATCH_SOURCES,
  phoneAndWatch,
  phoneAndWatchSamples,
} from '../../test/support/phone-and-watch.ts';
import { createProjectionWorld, scope } from '../../test/support/projection-fixtures.ts';
import type { LocalDate } from '../core/instants.ts';
import { requireRollupMetric } from '../reads/parse-query.ts';
import { listRollups } from './list-rollups.ts';
import { projectBatch } from './project-batch.ts';

const { date, expected, hours } = phoneAndWatch;

/** Through the door of ingestion, the projector and the read, under an order of the user's. */
async function dayUnder(sources: keyof typeof PHONE_AND_WATCH_SOURCES, order: readonly string[]) {
  const world = createProjectionWorld();
  const body = {
    requestId: 'day',
    sources: PHONE_AND_WATCH_SOURCES[sources],
    samples: phoneAndWatchSamples(),
  };
  expect((await world.ingest(body)).status).toBe(200);
  const { head } = world.samples;
  if (head === undefined) throw new Error('no head');
  world.samples.head = { ...head, priorities: { orders: { steps: order }, changedAt: {} } };
  expect((await projectBatch(world.deps, world.messages())).failed.size).toBe(0);
  const { rollups } = await listRollups(world.deps, scope, {
    metrics: [requireRollupMetric('steps')],
    from: date as LocalDate,
    to: date as LocalDate,
    period: 'day',
    explain: true,
    wait: false,
    minSeq: undefined,
    limit: 1,
    after: undefined,
  });
  const [row] = rollups;
  const split = row?.sources.map(({ provider, sum, counted, setAside }) => ({
    provider,
    sum,
    counted,
    setAside,
  }));
  return { status: row?.status, sum: row?.sum, split };
}

test('SRC1 the fixture adds up to what it says', () => {
  const total = (device: 'phone' | 'watch') => hours.reduce((sum, hour) => sum + (hour[device] ?? 0), 0);
  const alone = hours.reduce((sum, hour) => sum + (hour.watch === undefined ? hour.phone : 0), 0);
  expect([total('phone'), total('watch'), alone + total('watch')]).toEqual([
    expected.phone,
    expected.watch,
    expected.truth,
  ]);
  expect(total('phone') + total('watch')).toBe(expected.plainSum);
  expect(expected).toMatchObject({ truth: 14_079, watch: 4_157 });
});

test('SRC1 a wearer with phone and watch reads 14,079 steps: neither 4,157 nor the plain sum', async () => {
  expect(await dayUnder('oneProvider', [])).toEqual({
    status: 'READY',
    sum: 14_079,
    split: [
      { provider: 'apple_health', sum: 4_157, counted: 4_157, setAside: 0 },
      { provider: 'apple_health', sum: 13_430, counted: 9_922, setAside: 3_508 },
    ],
  });
});

test('SRC8 a watch that comes later by its provider goes first by its type, and the day reads the same', async () => {
  const byDefault = await dayUnder('twoProviders', []);
  expect(byDefault).toMatchObject({ sum: expected.phone, split: [{ counted: 13_430 }, { counted: 0 }] });
  expect(await dayUnder('twoProviders', ['device:watch'])).toEqual({
    status: 'READY',
    sum: 14_079,
    split: [
      { provider: 'garmin', sum: 4_157, counted: 4_157, setAside: 0 },
      { provider: 'apple_health', sum: 13_430, counted: 9_922, setAside: 3_508 },
    ],
  });
});

test('SRC8 whoever puts the phone first reads the phone alone, because it was carried all day', async () => {
  expect((await dayUnder('oneProvider', ['device:phone'])).sum).toBe(expected.phone);
});
