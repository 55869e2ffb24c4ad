import { beforeEach, expect, test } from 'vitest';
import type { UserId } from '../../contracts/primitives/ids.ts';
import { createRebuildWorld } from '../../test/support/rebuild-world.ts';
import { HOUR_MS, type LocalDate } from '../core/instants.ts';
import { rebuildAfterWorkspaceChange } from './rebuild-workspace.ts';
import { loadRebuild, MAX_ACTIVE_COUNT, STALLED_AFTER_MS, startRebuild } from './start-rebuild.ts';
import { MAX_RECEIVE_COUNT } from './take-step.ts';

let world: ReturnType<typeof createRebuildWorld>;
const EARLY = '2026-09-20' as LocalDate;
const LATE = '2026-11-20' as LocalDate;

beforeEach(async () => {
  world = createRebuildWorld();
  await world.ingest([
    { source: 'w', start: `${EARLY}T08:00:00Z`, value: 5 },
    { source: 'w', start: `${LATE}T08:00:00Z`, value: 6 },
  ]);
  world.ageRows();
});

const stored = async (rebuildId: Awaited<ReturnType<typeof world.start>>['rebuildId']) =>
  loadRebuild(world, world.scope.workspaceId, rebuildId);
const statuses = async () => [(await world.row(EARLY))?.status, (await world.row(LATE))?.status];

test('RBD1 a rebuild goes on step by step, each bounded, while what is done can be read', async () => {
  world.stopAfterEachMove();
  const { rebuildId } = await world.start({});
  expect(await stored(rebuildId)).toMatchObject({ state: 'queued', step: 0 });
  await world.deliverOne();
  expect(await statuses()).toEqual(['READY', 'STALE']);
  expect(await stored(rebuildId)).toMatchObject({
    state: 'running',
    step: 1,
    cursor: { userId: world.scope.userId, at: { metric: 'steps' } },
  });
  await world.deliverAll();
  expect(await statuses()).toEqual(['READY', 'READY']);
  const done = await stored(rebuildId);
  expect(done).toMatchObject({
    state: 'done',
    counts: { userCount: 1, computedCount: 2, currentCount: 0, unsettledCount: 0 },
  });
  const again = await world.start({});
  await world.deliverAll();
  expect((await stored(again.rebuildId)).counts).toMatchObject({ computedCount: 0, currentCount: 2 });
});

test('RBD2 messages that are doubled, late or out of order change nothing', async () => {
  world.stopAfterEachMove();
  const { rebuildId } = await world.start({});
  const steps: number[] = [];
  while (world.queue.length > 0) {
    const [message] = world.queue;
    if (message === undefined) break;
    const copies = [...world.queue, { ...message }, { ...message, step: 0 } as typeof message];
    world.queue.length = 0;
    for (const copy of copies) await world.deliver(copy);
    steps.push((await stored(rebuildId)).step);
    expect(world.queue.length).toBeLessThanOrEqual(1);
  }
  expect(steps).toEqual(steps.map((_, index) => index + 1));
  expect(await stored(rebuildId)).toMatchObject({ state: 'done', counts: { computedCount: 2 } });
});

test('RBD2 a step that was saved and then killed before it sent for the next is followed when it comes again', async () => {
  world.stopAfterEachMove();
  const { rebuildId } = await world.start({});
  const [first] = world.queue.splice(0);
  if (first === undefined) throw new Error('no message');
  await world.deliver(first);
  world.queue.length = 0;
  await world.deliver(first);
  expect(world.queue).toMatchObject([{ kind: 'rebuild', rebuildId, step: 1 }]);
  await world.deliverAll();
  expect((await stored(rebuildId)).state).toBe('done');
});

test('RBD2 of two who take the same step one saves it, and counts are told once', async () => {
  const { rebuildId } = await world.start({});
  const [message] = world.queue.splice(0);
  if (message === undefined) throw new Error('no message');
  await Promise.all([world.deliver({ ...message }), world.deliver({ ...message })]);
  expect(await stored(rebuildId)).toMatchObject({ step: 1, state: 'done' });
  expect(world.rebuilds.activeCount(world.scope.workspaceId)).toBe(0);
});

test('RBD3 a plan takes the part that it names: user, models, metrics, dates', async () => {
  const other = 'usr_00000000000000000000000002' as UserId;
  world.userIds.push(other);
  const counts = async (plan: Parameters<typeof world.start>[0]) => {
    world.ageRows();
    const { rebuildId } = await world.start(plan);
    await world.deliverAll();
    const { userCount, computedCount } = (await stored(rebuildId)).counts;
    return [userCount, computedCount];
  };
  expect(await counts({})).toEqual([2, 2]);
  expect(await counts({ userId: world.scope.userId })).toEqual([1, 2]);
  expect(await counts({ userId: other })).toEqual([1, 0]);
  expect(await counts({ models: ['sleep'] })).toEqual([2, 0]);
  expect(await counts({ metrics: ['heart_rate'] })).toEqual([2, 0]);
  expect(await counts({ from: LATE })).toEqual([2, 1]);
  expect(await counts({ to: EARLY })).toEqual([2, 1]);
});

test('RBD4 the same request id is the same rebuild, and with another plan it is refused', async () => {
  const first = await world.start({}, { requestKey: 'a' });
  await world.deliverAll();
  const repeated = await world.start({}, { requestKey: 'a' });
  expect(repeated).toMatchObject({ rebuildId: first.rebuildId, state: 'done' });
  expect(world.queue).toEqual([]);
  await expect(world.start({ metrics: ['steps'] }, { requestKey: 'a' })).rejects.toMatchObject({
    code: 'rebuild.request_conflict',
  });
});

test('RBD4 a rebuild whose first message was not taken is sent again by the repeat', async () => {
  const broken = { send: () => Promise.reject(new Error('the queue is away')) };
  const wanted = { workspaceId: world.scope.workspaceId, plan: {}, requestKey: 'a' };
  await expect(startRebuild({ ...world.deps, queue: broken }, wanted)).rejects.toThrow('away');
  const { rebuildId } = await startRebuild(world.deps, wanted);
  await world.deliverAll();
  expect((await stored(rebuildId)).state).toBe('done');
});

test('RBD4 five are at work at most; one that ends, or was lost, gives its place back', async () => {
  const started = [];
  for (let count = 0; count < MAX_ACTIVE_COUNT; count += 1) started.push(await world.start({}));
  await expect(world.start({})).rejects.toMatchObject({ code: 'rebuild.limit_reached' });
  await expect(world.start({}, { isOwn: true })).resolves.toMatchObject({ state: 'queued' });
  await world.deliverAll();
  await expect(world.start({})).resolves.toMatchObject({ state: 'queued' });
  for (let count = 1; count < MAX_ACTIVE_COUNT; count += 1) await world.start({});
  world.queue.length = 0;
  await expect(world.start({})).rejects.toMatchObject({ code: 'rebuild.limit_reached' });
  await world.clock.sleep(STALLED_AFTER_MS + HOUR_MS);
  await expect(world.start({})).resolves.toMatchObject({ state: 'queued' });
  const lost = (await world.rebuilds.list(world.scope.workspaceId, { before: undefined, limit: 50 })).filter(
    ({ failure }) => failure === 'stalled',
  );
  expect(lost).toHaveLength(MAX_ACTIVE_COUNT);
});

test('RBD7 a step that fails at every delivery ends the rebuild, and its message, sent back, goes on', async () => {
  const { rebuildId } = await world.start({});
  const [message] = world.queue.splice(0);
  if (message === undefined) throw new Error('no message');
  const [rebuilder] = world.deps.rebuilders;
  if (rebuilder === undefined) throw new Error('no rebuilder');
  const rebuild = rebuilder.rebuild;
  rebuilder.rebuild = () => {
    throw new Error('the table is away');
  };
  for (let count = 1; count < MAX_RECEIVE_COUNT; count += 1) {
    await expect(world.deliver(message)).rejects.toThrow('away');
    expect((await stored(rebuildId)).state).toBe('queued');
  }
  await expect(world.deliver(message)).rejects.toThrow('away');
  expect(await stored(rebuildId)).toMatchObject({ state: 'failed', failure: 'fault' });
  expect(world.rebuilds.activeCount(world.scope.workspaceId)).toBe(0);
  rebuilder.rebuild = rebuild;
  await world.deliver(message);
  const done = await stored(rebuildId);
  expect(done).toMatchObject({ state: 'done', counts: { computedCount: 2 } });
  expect(done.failure).toBeUndefined();
});

test('RBD7 rows whose inputs stay unsettled are looked at three times, then the rebuild has failed', async () => {
  let passCount = 0;
  const rebuilder = {
    model: 'rollups' as const,
    rebuild: async function* () {
      passCount += 1;
      yield { throughDate: LATE, computedCount: 1, currentCount: 2, unsettledCount: passCount < 3 ? 1 : 0 };
    },
  };
  world.deps.rebuilders[0] = rebuilder;
  const settled = await world.start({});
  await world.deliverAll();
  expect(await stored(settled.rebuildId)).toMatchObject({
    state: 'done',
    counts: { userCount: 1, computedCount: 3, currentCount: 2, unsettledCount: 0 },
  });
  passCount = -1_000;
  const never = await world.start({});
  await world.deliverAll();
  expect(passCount).toBe(-997);
  expect(await stored(never.rebuildId)).toMatchObject({ state: 'failed', failure: 'unsettled' });
});

test('RBD9 new priorities of a workspace rebuild all its users once per change, however often it is asked', async () => {
  const { workspaceId } = world.scope;
  const start = (changedAt: Record<string, number>) =>
    rebuildAfterWorkspaceChange(world.deps, workspaceId, { orders: {}, changedAt });
  expect(await start({})).toBeUndefined();
  const first = await start({ steps: 2 });
  expect(await start({ steps: 2 })).toEqual(first);
  const second = await start({ steps: 2, '*': 3 });
  expect(second).not.toEqual(first);
  const plans = [first, second].map((made) => world.rebuilds.jobs.get(made?.rebuildId ?? '')?.plan.metrics);
  expect(plans).toEqual([['steps'], undefined]);
});
