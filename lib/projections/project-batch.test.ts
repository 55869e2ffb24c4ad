import { beforeEach, expect, test } from 'vitest';
import { createProjectionWorld, NOW_MS, scope } from '../../test/support/projection-fixtures.ts';
import type { LocalDate } from '../core/instants.ts';
import { MINUTE_MS } from '../core/instants.ts';
import { requireRollupMetric } from '../reads/parse-query.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { UserScope } from '../samples/model.ts';
import type { BlockRange } from '../samples/sample-store.ts';
import { coalesce } from './coalesce.ts';
import { replacePriorities } from './edit-priorities.ts';
import { listRollups, type RollupQuery } from './list-rollups.ts';
import { InputsNotVisibleError, projectBatch } from './project-batch.ts';
import type { ProjectionDeps } from './project-days.ts';
import { allDates, rebuildRange } from './rebuild.ts';

const SOURCES = { w: { provider: 'garmin', device: { type: 'watch' } }, p: { provider: 'apple_health' } };
const steps = (source: 'w' | 'p', start: string, value: number) => ({
  source,
  metric: 'steps',
  start,
  end: new Date(Date.parse(start) + MINUTE_MS).toISOString(),
  value,
  unit: 'count',
  zoneOffsetMinutes: 0,
});
const NOVEMBER: RollupQuery = {
  metrics: [requireRollupMetric('steps')],
  from: '2026-11-01' as LocalDate,
  to: '2026-11-21' as LocalDate,
  period: 'day',
  explain: false,
  wait: false,
  minSeq: undefined,
  limit: 1_000,
  after: undefined,
};

let world: ReturnType<typeof createProjectionWorld>;
let requestCount = 0;
beforeEach(() => {
  world = createProjectionWorld();
});
const ingest = async (...samples: unknown[]) => {
  requestCount += 1;
  const { status } = await world.ingest({ requestId: `r${requestCount}`, sources: SOURCES, samples });
  expect(status).toBe(200);
};
const projectAll = (sinceSeq = 0) => projectBatch(world.deps, world.messages(sinceSeq));
const rollupsOf = async (change: Partial<RollupQuery> = {}) =>
  (await listRollups(world.deps, scope, { ...NOVEMBER, ...change })).rollups;
const rowOf = async (date: string, change: Partial<RollupQuery> = {}) =>
  (await rollupsOf({ from: date as LocalDate, to: date as LocalDate, ...change }))[0];

test('PRJ2 a key that many messages of a batch ask for is computed once, from one reading', async () => {
  for (let minute = 10; minute < 20; minute += 1) await ingest(steps('w', `2026-11-20T08:${minute}:00Z`, 5));
  const reads: BlockRange[] = [];
  const readBlocks = world.samples.readBlocks.bind(world.samples);
  world.samples.readBlocks = async (one, range) => {
    reads.push(range);
    return readBlocks(one, range);
  };
  const report = await projectAll();
  expect([report.failed.size, report.savedCount, reads.length, world.rollups.saveCount]).toEqual([
    0, 1, 1, 1,
  ]);
  expect(await rowOf('2026-11-20')).toMatchObject({ status: 'READY', sum: 50, sourceSeq: 10 });
});

test('PRJ2 a month of dates in one event costs one reading', async () => {
  const days = Array.from(
    { length: 20 },
    (_, day) => `2026-11-${String(day + 1).padStart(2, '0')}T08:00:00Z`,
  );
  await ingest(...days.map((day) => steps('w', day, 7)));
  const tasks = coalesce(world.messages());
  expect(tasks.map(({ days: dates }) => dates.size)).toEqual([20]);
});

test('PRJ2 an event ahead of what can be read comes again and writes nothing; then it is done', async () => {
  await ingest(steps('w', '2026-11-20T08:00:00Z', 5));
  const [block] = world.samples.blocks;
  if (block === undefined) throw new Error('no block');
  world.samples.blocks.delete(block[0]);
  const early = await projectAll();
  expect([...early.failed.values()]).toEqual([expect.any(InputsNotVisibleError)]);
  expect(world.rollups.rows.size).toBe(0);
  world.samples.blocks.set(...block);
  expect((await projectAll()).failed.size).toBe(0);
  expect(await rowOf('2026-11-20')).toMatchObject({ status: 'READY', sum: 5 });
});

test('PRJ2 a projector that read before a change does not overwrite one that read after it', async () => {
  await ingest(steps('w', '2026-11-20T08:00:00Z', 5));
  const old = new Map(world.samples.blocks);
  const oldHead = world.samples.head;
  await ingest(steps('w', '2026-11-20T09:00:00Z', 6));
  const slow = {
    ...world.deps,
    blocks: { ...world.deps.blocks, readBlocks: async () => ({ blocks: [...old.values()], complete: true }) },
    heads: { load: async () => oldHead },
  } as typeof world.deps;
  await projectAll();
  const [first] = world.messages();
  if (first === undefined) throw new Error('no message');
  expect((await projectBatch(slow, [first])).failed.size).toBe(0);
  expect(await rowOf('2026-11-20')).toMatchObject({ status: 'READY', sum: 11 });
});

test('PRJ4 a failing key fails the messages that needed it and no other', async () => {
  await ingest(steps('w', '2026-11-02T08:00:00Z', 1));
  await ingest(steps('w', '2026-11-20T08:00:00Z', 2));
  const save = world.rollups.save.bind(world.rollups);
  world.rollups.save = async (one, row) => {
    if (row.date === '2026-11-20') throw new Error('store is away');
    return save(one, row);
  };
  const report = await projectAll();
  expect([...report.failed.keys()]).toEqual(['message-2']);
  expect(await rowOf('2026-11-02')).toMatchObject({ status: 'READY', sum: 1 });
  expect(await rowOf('2026-11-20')).toMatchObject({ status: 'STALE', sum: null, count: null, behindSeq: 2 });
});

test('PRJ1 a block that cannot be decoded gives a FAILED row that says so, and no message for ever', async () => {
  await ingest(steps('w', '2026-11-20T08:00:00Z', 2));
  for (const [name, block] of world.samples.blocks) {
    world.samples.blocks.set(name, { ...block, payload: new Uint8Array([9, 9, 9]) });
  }
  expect((await projectAll()).failed.size).toBe(0);
  const row = await rowOf('2026-11-20');
  expect(row).toMatchObject({ status: 'FAILED', sum: null, count: 0 });
  expect(row?.reason).toContain('cannot be decoded');
});

test('PRJ1 more than the bound of one key ends PARTIAL with a reason, never NO_DATA', async () => {
  await ingest(steps('w', '2026-11-20T08:00:00Z', 2), steps('p', '2026-11-20T09:00:00Z', 3));
  const readBlocks = world.samples.readBlocks.bind(world.samples);
  world.samples.readBlocks = async (one, range) => {
    const { blocks } = await readBlocks(one, range);
    return { blocks: blocks.slice(0, 1), complete: false };
  };
  expect((await projectAll()).failed.size).toBe(0);
  const row = await rowOf('2026-11-20');
  expect(row).toMatchObject({ status: 'PARTIAL', count: 1 });
  expect(row?.reason).toContain('more data');
});

test('PRJ3 a row is STALE from the change until it is computed, and tells the number that it is behind', async () => {
  await ingest(steps('w', '2026-11-20T08:00:00Z', 5), steps('w', '2026-11-19T08:00:00Z', 4));
  await projectAll();
  await ingest(steps('w', '2026-11-20T08:01:00Z', 6));
  expect(await rowOf('2026-11-20')).toMatchObject({ status: 'STALE', sum: 5, sourceSeq: 1, behindSeq: 2 });
  expect(await rowOf('2026-11-19')).toMatchObject({ status: 'READY', sum: 4 });
  await projectAll(1);
  expect(await rowOf('2026-11-20')).toMatchObject({ status: 'READY', sum: 11, sourceSeq: 2 });
});

test('PRJ3 a day without data is NO_DATA, also when all of it was deleted', async () => {
  expect(await rowOf('2026-11-20')).toMatchObject({
    status: 'NO_DATA',
    sourceSeq: null,
    computedAt: null,
    count: 0,
    sum: null,
    mean: null,
    first: null,
    coverage: null,
    sources: [],
  });
  const sample = steps('w', '2026-11-20T08:00:00Z', 5);
  await ingest(sample);
  const { source, metric, start, end } = sample;
  await world.ingest({
    requestId: 'd',
    sources: SOURCES,
    samples: [],
    deletions: [{ source, metric, start, end }],
  });
  await projectAll();
  expect(await rowOf('2026-11-20')).toMatchObject({ status: 'NO_DATA', sourceSeq: 2, count: 0, sum: null });
});

test('PRJ3 wait computes at most seven stale rows on the spot, the newest first', async () => {
  const days = Array.from({ length: 9 }, (_, day) => `2026-11-1${day}T08:00:00Z`);
  await ingest(...days.map((day) => steps('w', day, 7)));
  const rows = await rollupsOf({
    wait: true,
    from: '2026-11-10' as LocalDate,
    to: '2026-11-18' as LocalDate,
  });
  expect(rows.map(({ status }) => status)).toEqual(['STALE', 'STALE', ...Array(7).fill('READY')]);
});

test('PRJ3 X-Min-Seq waits until the rows have reached it, and at most two seconds', async () => {
  await ingest(steps('w', '2026-11-20T08:00:00Z', 5));
  const before = world.clock.now();
  expect(await rowOf('2026-11-20', { minSeq: 1 })).toMatchObject({ status: 'STALE' });
  expect(world.clock.now() - before).toBeLessThanOrEqual(2_000);
  expect(world.clock.now() - before).toBeGreaterThan(1_000);
  const { sleep } = world.clock;
  world.clock.sleep = async (durationMs) => {
    await projectAll();
    await sleep(durationMs);
  };
  expect(await rowOf('2026-11-20', { minSeq: 1 })).toMatchObject({ status: 'READY' });
});

test('PRJ5 a rebuild computes what is not current, tells its progress, and skips all of it the second time', async () => {
  await ingest(steps('w', '2026-09-20T08:00:00Z', 5), steps('w', '2026-11-20T08:00:00Z', 4));
  const range = {
    metric: requireRollupMetric('steps'),
    from: '2026-09-01' as LocalDate,
    to: '2026-11-30' as LocalDate,
  };
  const run = async () => {
    const progress = [];
    for await (const step of rebuildRange(world.deps, scope, range)) progress.push(step);
    return progress;
  };
  const first = await run();
  expect(first.map(({ computedCount }) => computedCount)).toEqual([1, 1]);
  expect(first.at(-1)?.throughDate).toBe('2026-11-30');
  const second = await run();
  expect(second.map(({ computedCount, currentCount }) => [computedCount, currentCount])).toEqual([
    [0, 1],
    [0, 1],
  ]);
});

test('PRJ5 a walk through all years reads only where blocks are, and computes nothing again the second time', async () => {
  await ingest(steps('w', '2003-05-04T08:00:00Z', 5), steps('w', '2026-11-20T08:00:00Z', 4));
  const calls = { nextBucket: 0, listBlocks: 0, readBlocks: 0, loadRows: 0, loadHead: 0 };
  const deps: ProjectionDeps = {
    ...world.deps,
    blocks: {
      nextBucket: (...asked) => {
        calls.nextBucket += 1;
        return world.samples.nextBucket(...asked);
      },
      listBlocks: (...asked) => {
        calls.listBlocks += 1;
        return world.samples.listBlocks(...asked);
      },
      readBlocks: (...asked: readonly [UserScope, BlockRange, number]) => {
        calls.readBlocks += 1;
        return world.samples.readBlocks(asked[0], asked[1]);
      },
    },
    rollups: {
      load: (...asked) => {
        calls.loadRows += 1;
        return world.rollups.load(...asked);
      },
      save: world.rollups.save.bind(world.rollups),
    },
    heads: {
      load: async () => {
        calls.loadHead += 1;
        return world.samples.head;
      },
    },
  };
  const range = { metric: requireRollupMetric('steps'), ...allDates(NOW_MS) };
  const run = async () => {
    for await (const _ of rebuildRange(deps, scope, range));
    return { ...calls };
  };
  const walk = { nextBucket: 2, listBlocks: 2, loadRows: 2 };
  expect(await run()).toEqual({ ...walk, readBlocks: 2, loadHead: 3 });
  for (const name of Object.keys(calls) as (keyof typeof calls)[]) calls[name] = 0;
  expect(await run()).toEqual({ ...walk, readBlocks: 0, loadHead: 1 });
});

/** HeadStore on the world's one head, with the condition of the port. */
function headsOf(): HeadStore {
  const { samples } = world;
  return {
    load: async () => samples.head,
    saveSettings: async () => 'conflict',
    savePriorities: async (_scope, readSeq, priorities, change) => {
      if (samples.head === undefined || samples.head.seq !== readSeq) return 'conflict';
      samples.head = { ...samples.head, seq: change.seq, priorities };
      samples.changes.push(change);
      return 'saved';
    },
  };
}

test('SRC9 an empty order and one that names somebody twice are refused, and nothing changes', async () => {
  await ingest(steps('w', '2026-11-20T08:00:00Z', 6));
  for (const order of [[], ['garmin', 'garmin']]) {
    const put = replacePriorities({ heads: headsOf(), clock: world.clock }, scope, {
      orders: { steps: order },
      correlationId: 'c',
    });
    await expect(put).rejects.toMatchObject({ code: 'request.invalid' });
  }
  expect(world.samples.head?.seq).toBe(1);
});

test('PRJ3 pages of rollups hold every row once, whatever the limit and the period', async () => {
  await ingest(steps('w', '2026-11-03T08:00:00Z', 6), steps('w', '2026-11-20T08:00:00Z', 6));
  await projectAll();
  for (const period of ['day', 'week', 'month'] as const) {
    const query = {
      ...NOVEMBER,
      period,
      from: '2026-10-20' as LocalDate,
      metrics: ['steps', 'heart_rate'].map(requireRollupMetric),
    };
    const whole = (await listRollups(world.deps, scope, query)).rollups;
    for (const limit of [1, 2, 3, 50]) {
      const paged = [];
      let after: RollupQuery['after'];
      do {
        const page = await listRollups(world.deps, scope, { ...query, limit, after });
        paged.push(...page.rollups);
        after = page.next;
      } while (after !== undefined);
      expect(paged).toEqual(whole);
    }
  }
});

test('PRJ3 a period is as bad as its worst day', async () => {
  await ingest(steps('w', '2026-11-03T08:00:00Z', 6));
  await projectAll();
  const month = { period: 'month' as const };
  expect((await rollupsOf(month))[0]).toMatchObject({
    status: 'READY',
    date: '2026-11-01',
    to: '2026-11-21',
    sum: 6,
  });
  await ingest(steps('w', '2026-11-20T08:00:00Z', 6));
  expect((await rollupsOf(month))[0]).toMatchObject({ status: 'STALE', behindSeq: 2, sum: 6 });
});

test('ING10 a blocked metric has no rollups to read', async () => {
  await ingest(steps('w', '2026-11-03T08:00:00Z', 6));
  if (world.samples.head === undefined) throw new Error('no head');
  world.samples.head = { ...world.samples.head, privacy: { uploadEnabled: true, blockedMetrics: ['steps'] } };
  await expect(rollupsOf()).rejects.toMatchObject({ code: 'read.metric_blocked' });
});
