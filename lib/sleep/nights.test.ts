import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { at, dateOf, iso, type NightWorld, openNightWorld, session } from '../../test/support/night-world.ts';
import { rollupPartition, userPartition } from '../adapters/dynamo/core-keys.ts';
import { createLeftoverStore } from '../adapters/dynamo/leftover-store.ts';
import type { RebuilderStep } from '../projections/rebuilder.ts';
import { removeLeftovers } from '../users/remove-leftovers.ts';
import { listNights } from './list-nights.ts';
import { createNightRebuilder } from './night-rebuilder.ts';
import { projectNightBatch } from './project-batch.ts';
import { readNight } from './read-night.ts';

let world: NightWorld;
beforeEach(async () => {
  world = await openNightWorld();
});

const NIGHT = dateOf('2026-11-20');
const list = async (from = '2026-11-20', to = from, wait = false) =>
  (await listNights(world.deps, world.scope, { from: dateOf(from), to: dateOf(to), wait, minSeq: undefined }))
    .nights;
const project = async () => projectNightBatch(world.deps, await world.messages());

const WATCH = { provider: 'apple_health', device: { type: 'watch' } };
const stage = (code: string, from: string, to: string, offsetMinutes = 0) => ({
  source: 'w',
  metric: 'sleep_stage',
  start: iso(at(from, offsetMinutes)),
  end: iso(at(to, offsetMinutes)),
  zoneOffsetMinutes: offsetMinutes,
  category: code,
});
const NIGHT_OF_STAGES = [
  stage('in_bed', '2026-11-19T22:30', '2026-11-20T07:00'),
  stage('light', '2026-11-19T23:00', '2026-11-20T01:00'),
  stage('deep', '2026-11-20T01:00', '2026-11-20T02:30'),
  stage('awake', '2026-11-20T02:30', '2026-11-20T02:45'),
  stage('rem', '2026-11-20T02:45', '2026-11-20T03:45'),
  stage('light', '2026-11-20T03:45', '2026-11-20T06:45'),
];

test('SLP10 stages become a night that is STALE, then READY, and NO_DATA beside it', async () => {
  expect(
    (await world.ingest({ requestId: 'r1', sources: { w: WATCH }, samples: NIGHT_OF_STAGES })).status,
  ).toBe(200);
  expect(await list()).toMatchObject([{ status: 'STALE', behindSeq: 1, totalSleepMin: null }]);
  expect((await project()).failed.size).toBe(0);
  expect(await list('2026-11-19', '2026-11-20')).toMatchObject([
    { date: '2026-11-19', status: 'NO_DATA', totalSleepMin: null, source: null, naps: [] },
    {
      date: '2026-11-20',
      eveningDate: '2026-11-19',
      status: 'READY',
      sleepStart: '2026-11-19T23:00:00.000Z',
      sleepEnd: '2026-11-20T06:45:00.000Z',
      inBedStart: '2026-11-19T22:30:00.000Z',
      inBedEnd: '2026-11-20T07:00:00.000Z',
      totalSleepMin: 450,
      inBedMin: 510,
      lightMin: 300,
      deepMin: 90,
      remMin: 60,
      awakeMin: 15,
      unspecifiedMin: null,
      latencyMin: 30,
      wakeCount: 1,
      efficiencyPct: 88.24,
      source: { provider: 'apple_health', device: { type: 'watch' } },
      naps: [],
    },
  ]);
});

test('SLP11 one night tells its stages and what became of each source', async () => {
  await world.ingest({ requestId: 'r1', sources: { w: WATCH }, samples: NIGHT_OF_STAGES });
  await world.putRecords('oura', [
    session({
      start: iso(at('2026-11-19T22:50')),
      end: iso(at('2026-11-20T06:50')),
      totals: { asleepMin: 440 },
    }),
  ]);
  const { night } = await readNight(world.deps, world.scope, NIGHT);
  expect(night.status).toBe('READY');
  expect(night.stages.map(({ stage: name }) => name)).toEqual(['light', 'deep', 'awake', 'rem', 'light']);
  expect(
    night.explain.map(({ used, setAside }) => [used.length, setAside.map(({ reason }) => reason)]),
  ).toEqual(
    expect.arrayContaining([
      [1, []],
      [0, ['lower_priority']],
    ]),
  );
  expect((await list())[0]).toMatchObject({ status: 'READY', totalSleepMin: 450 });
  expect((await readNight(world.deps, world.scope, NIGHT)).night).toEqual(night);
});

test('SLP10 a record is a night, and a deleted one leaves none', async () => {
  const record = session({
    externalId: 'a',
    start: iso(at('2026-11-19T22:00')),
    end: iso(at('2026-11-20T06:00')),
    totals: { asleepMin: 420, deepMin: 80, lightMin: 240, remMin: 100, awakeMin: 40, inBedMin: 480 },
  });
  await world.putRecords('whoop', [record]);
  await project();
  expect(await list()).toMatchObject([
    {
      status: 'READY',
      totalSleepMin: 420,
      remMin: 100,
      inBedMin: 480,
      efficiencyPct: 87.5,
      latencyMin: null,
    },
  ]);
  await world.deleteRecord('whoop', 'a');
  expect(await list()).toMatchObject([{ status: 'STALE', behindSeq: 2, totalSleepMin: 420 }]);
  await project();
  expect(await list()).toMatchObject([{ status: 'NO_DATA', totalSleepMin: null, sources: [] }]);
});

async function stepsOf(steps: AsyncIterable<RebuilderStep>): Promise<readonly RebuilderStep[]> {
  const taken: RebuilderStep[] = [];
  for await (const each of steps) taken.push(each);
  return taken;
}

const nightly = (externalId: string, date: string, asleepMin: number, parts = {}) =>
  session({
    externalId,
    start: iso(at(`${date}T00:00`)),
    end: iso(at(`${date}T08:00`)),
    totals: { asleepMin },
    ...parts,
  });
const stateOf = async (from: string, to = from) =>
  (await list(from, to)).map(({ status, totalSleepMin }) => [status, totalSleepMin]);

test('SLP10 a change makes the nights that read its date stale, and no others', async () => {
  await world.putRecords('oura', [nightly('a', '2026-11-05', 400), nightly('b', '2026-11-12', 410)]);
  await project();
  await world.putRecords('oura', [nightly('a', '2026-11-05', 420)]);
  const statuses = (await list('2026-11-03', '2026-11-12')).map(({ status }) => status);
  expect(statuses).toEqual([
    'NO_DATA',
    ...Array.from({ length: 4 }, () => 'STALE'),
    'NO_DATA',
    'NO_DATA',
    'NO_DATA',
    'NO_DATA',
    'READY',
  ]);
});

test('SLP10 a session that moves to another date leaves the first without data', async () => {
  await world.putRecords('oura', [nightly('a', '2026-11-10', 400)]);
  await project();
  expect(await stateOf('2026-11-10')).toEqual([['READY', 400]]);
  await world.putRecords('oura', [nightly('a', '2026-11-15', 400)]);
  await project();
  expect(await stateOf('2026-11-10')).toEqual([['NO_DATA', null]]);
  expect(await stateOf('2026-11-15')).toEqual([['READY', 400]]);
});

test('REC8 a deleted session that comes back on another date leaves nothing behind where it was', async () => {
  const steps = [
    () => world.putRecords('oura', [{ ...nightly('a', '2026-11-10', 400), revision: 1 }]),
    () => world.deleteRecord('oura', 'a'),
    () => world.putRecords('oura', [{ ...nightly('a', '2026-11-16', 400), revision: 2 }]),
  ];
  // Each message comes once, as most do.
  for (const [index, take] of steps.entries()) {
    await take();
    await projectNightBatch(world.deps, await world.messages(index));
  }
  const nights = await list('2026-11-08', '2026-11-18');
  expect(
    nights.filter(({ status }) => status !== 'NO_DATA').map(({ date, status }) => [date, status]),
  ).toEqual([['2026-11-16', 'READY']]);
});

test('SLP8 when the session that counted is deleted, the night is the other source’s', async () => {
  await world.putRecords('garmin', [nightly('g', '2026-11-10', 400)]);
  await world.putRecords('oura', [nightly('o', '2026-11-10', 430)]);
  await project();
  expect(await stateOf('2026-11-10')).toEqual([['READY', 400]]);
  await world.deleteRecord('garmin', 'g');
  await project();
  expect((await list('2026-11-10'))[0]).toMatchObject({ totalSleepMin: 430, source: { provider: 'oura' } });
});

test('SLP12 a revision that comes while a night is computed leaves it stale, and never wins over a newer one', async () => {
  await world.putRecords('oura', [nightly('a', '2026-11-10', 400)]);
  const before = await world.messages();
  const loadSleepDays = world.deps.recordDays.loadSleepDays;
  let isFirst = true;
  const racing = {
    ...world.deps,
    recordDays: {
      loadSleepDays: async (...args: Parameters<typeof loadSleepDays>) => {
        const days = await loadSleepDays(...args);
        if (isFirst) await world.putRecords('oura', [nightly('a', '2026-11-10', 420)]);
        isFirst = false;
        return days;
      },
    },
  };
  await projectNightBatch(racing, before);
  expect(await stateOf('2026-11-10')).toEqual([['STALE', 420]]);
  await project();
  expect(await stateOf('2026-11-10')).toEqual([['READY', 420]]);
  expect((await projectNightBatch(world.deps, before)).savedCount).toBe(0);
});

test('SLP12 a batch computes each night once, and a user whose inputs fail fails alone', async () => {
  await world.putRecords('oura', [nightly('a', '2026-11-10', 400)]);
  await world.putRecords('oura', [nightly('a', '2026-11-10', 410)]);
  const messages = await world.messages();
  const report = await projectNightBatch(world.deps, [...messages, ...messages]);
  expect([report.savedCount, report.failed.size]).toEqual([4, 0]);
  const other = messages.map(({ messageId, event }) => ({
    messageId: `other-${messageId}`,
    event: { ...event, detail: { ...event.detail, userId: 'usr_other' } } as typeof event,
  }));
  const { list: listRecords } = world.deps.records;
  const failing = {
    ...world.deps,
    records: { list: async (...args: Parameters<typeof listRecords>) => listRecords(...args) },
    recordDays: {
      loadSleepDays: async (...args: Parameters<typeof world.deps.recordDays.loadSleepDays>) => {
        if (args[0].userId !== world.scope.userId) throw new Error('table away');
        return world.deps.recordDays.loadSleepDays(...args);
      },
    },
  };
  const mixed = await projectNightBatch(failing, [...messages, ...other]);
  expect([...mixed.failed.keys()]).toEqual(other.map(({ messageId }) => messageId));
  const ahead = messages.map(({ messageId, event }) => ({
    messageId,
    event: { ...event, detail: { ...event.detail, seq: 99 } } as typeof event,
  }));
  expect((await projectNightBatch(world.deps, ahead)).failed.size).toBe(2);
});

test('SLP10 waiting computes the newest stale nights, and orders decide at once', async () => {
  await world.putRecords('garmin', [nightly('g', '2026-11-10', 400)]);
  await world.putRecords('oura', [nightly('o', '2026-11-10', 430)]);
  expect((await list('2026-11-10', '2026-11-10', true))[0]).toMatchObject({
    status: 'READY',
    totalSleepMin: 400,
  });
  const head = await world.stores.headStore.load(world.scope);
  const seq = (head?.seq ?? 0) + 1;
  await world.stores.headStore.savePriorities(
    world.scope,
    seq - 1,
    { orders: { sleep_session: ['oura'] }, changedAt: { sleep_session: seq } },
    {
      kind: 'priorities',
      seq,
      committedAtMs: world.clock.now(),
      correlationId: 'c',
      metrics: ['sleep_session'],
    },
  );
  expect(await stateOf('2026-11-10')).toEqual([['STALE', 400]]);
  const rebuilder = createNightRebuilder(world.deps);
  const steps = await stepsOf(rebuilder.rebuild(world.scope, { metrics: ['sleep_session'] }));
  expect(steps.map(({ computedCount, currentCount }) => [computedCount, currentCount])).toEqual([[4, 0]]);
  expect(await stateOf('2026-11-10')).toEqual([['READY', 430]]);
});

test('SLP10 a list ends with the last date that can be written', async () => {
  const nights = await list('9999-12-30', '9999-12-31');
  expect(nights.map(({ date, status }) => [date, status])).toEqual([
    ['9999-12-30', 'NO_DATA'],
    ['9999-12-31', 'NO_DATA'],
  ]);
});

test('SLP12 a rebuild goes through years oldest first, and a repeat computes nothing', async () => {
  await world.putRecords('oura', [nightly('a', '2019-02-10', 400), nightly('b', '2026-11-10', 410)]);
  await world.ingest({ requestId: 'r1', sources: { w: WATCH }, samples: NIGHT_OF_STAGES });
  const { rebuild } = createNightRebuilder(world.deps);
  const counts = async (range = {}) =>
    (await stepsOf(rebuild(world.scope, range))).map(({ computedCount, currentCount }) => [
      computedCount,
      currentCount,
    ]);
  expect(await counts({ metrics: ['steps'] })).toEqual([]);
  expect(await counts({ from: dateOf('2026-11-09'), to: dateOf('2026-11-10') })).toEqual([[2, 0]]);
  expect(await counts()).toEqual([
    [4, 0],
    [7, 2],
  ]);
  expect(await counts()).toEqual([
    [0, 4],
    [0, 9],
  ]);
  expect(await stateOf('2019-02-10')).toEqual([['READY', 400]]);
});

test('SLP12 a rebuild of dates that no night can have is done with none of them', async () => {
  await world.putRecords('oura', [nightly('a', '2026-11-10', 400)]);
  const { rebuild } = createNightRebuilder(world.deps);
  const counts = async (from: string | undefined, to: string | undefined) =>
    (
      await stepsOf(
        rebuild(world.scope, {
          ...(from === undefined ? {} : { from: dateOf(from) }),
          ...(to === undefined ? {} : { to: dateOf(to) }),
        }),
      )
    ).map(({ computedCount, currentCount }) => computedCount + currentCount);
  expect(await counts('9999-01-01', undefined)).toEqual([]);
  expect(await counts('2027-12-01', '2027-12-02')).toEqual([]);
  expect(await counts(undefined, '0001-01-01')).toEqual([]);
  expect(await counts('0000-01-01', '9999-12-31')).toEqual([4]);
});

test('SLP12 a block that cannot be decoded makes its nights FAILED with a reason, and a bound PARTIAL', async () => {
  await world.ingest({ requestId: 'r1', sources: { w: WATCH }, samples: NIGHT_OF_STAGES });
  const broken = {
    ...world.deps,
    decode: () => {
      throw new RangeError('short');
    },
  };
  await projectNightBatch(broken, await world.messages());
  expect((await list())[0]).toMatchObject({
    status: 'FAILED',
    reason: expect.stringContaining('RangeError'),
  });
  const readBlocks: typeof world.deps.blocks.readBlocks = async (...args) => ({
    ...(await world.deps.blocks.readBlocks(...args)),
    complete: false,
  });
  await world.ingest({
    requestId: 'r2',
    sources: { w: WATCH },
    samples: [stage('rem', '2026-11-20T06:46', '2026-11-20T06:50')],
  });
  await projectNightBatch(
    { ...world.deps, blocks: { ...world.deps.blocks, readBlocks } },
    await world.messages(1),
  );
  expect((await list())[0]).toMatchObject({ status: 'PARTIAL', remMin: 64 });
});

test('REC8 a date far from the times of its sleep is not believed', async () => {
  await world.putRecords('oura', [nightly('a', '2026-11-10', 400, { date: '2001-01-01' })]);
  await project();
  expect(await stateOf('2026-11-10')).toEqual([['READY', 400]]);
});

test('SLP10 nothing measured of a night lies in the open', async () => {
  await world.putRecords('oura', [nightly('a', '2026-11-10', 397.25)]);
  await project();
  const { Items = [] } = await world.dynamo.send(
    new QueryCommand({
      TableName: world.tables.core,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: rollupPartition(world.scope, 'sleep_session') } },
    }),
  );
  expect(Items).toHaveLength(4);
  const open = JSON.stringify(Items.map(({ p: _sealed, ...rest }) => rest));
  for (const secret of ['23835000', '397', 'oura', 'asleep']) expect(open).not.toContain(secret);
});

test('SLP10 the nights of an erased user are removed with all else, and none is written any more', async () => {
  await world.putRecords('oura', [nightly('a', '2026-11-10', 400)]);
  const messages = await world.messages();
  await projectNightBatch(world.deps, messages);
  await world.stores.eraseUser(world.scope);
  const { vault, headStore } = world.stores;
  const leftovers = createLeftoverStore(world.dynamo, world.tables);
  const objects = { removeAll: async () => 0 };
  await removeLeftovers({ heads: headStore, dataKeys: vault, leftovers, objects }, world.scope);
  const rowsIn = async (partition: string) => {
    const reply = await world.dynamo.send(
      new QueryCommand({
        TableName: world.tables.core,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: partition } },
      }),
    );
    return (reply.Items ?? []).map((item) => item['sk']?.S);
  };
  expect((await projectNightBatch(world.deps, messages)).failed.size).toBe(0);
  expect(await rowsIn(rollupPartition(world.scope, 'sleep_session'))).toEqual([]);
  expect((await rowsIn(userPartition(world.scope))).filter((sk) => sk?.startsWith('RECORD'))).toEqual([]);
});
