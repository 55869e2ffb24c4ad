import { beforeEach, expect, test } from 'vitest';
import { createRebuildWorld } from '../../test/support/rebuild-world.ts';
import type { LocalDate } from '../core/instants.ts';
import { toRecomputeAnswer } from './to-answer.ts';

let world: ReturnType<typeof createRebuildWorld>;
beforeEach(() => {
  world = createRebuildWorld();
});

const EARLY = '2026-09-20' as LocalDate;
const LATE = '2026-11-20' as LocalDate;

/** Two days two months apart, each with a watch and a phone that cover the same minute. */
const fill = () =>
  world.ingest([
    { source: 'w', start: `${EARLY}T08:00:00Z`, value: 5 },
    { source: 'p', start: `${EARLY}T08:00:00Z`, value: 50 },
    { source: 'w', start: `${LATE}T08:00:00Z`, value: 6 },
    { source: 'p', start: `${LATE}T08:00:00Z`, value: 60 },
  ]);
const answer = async () =>
  toRecomputeAnswer(world.head().priorities, await world.recomputations.load(world.scope), ['steps']);

test('RBD5 changed priorities make the rows STALE at once, and a walk computes every stored day again', async () => {
  await fill();
  expect(await world.row(LATE)).toMatchObject({ status: 'READY', sum: 60 });
  expect(await answer()).toMatchObject({ seq: 0, status: 'done', at: null });
  expect(await world.put({ steps: ['garmin'] })).toBe(2);
  expect(await world.row(LATE)).toMatchObject({ status: 'STALE', sum: 60, behindSeq: 2 });
  expect(await answer()).toMatchObject({ seq: 2, status: 'running', computedCount: 0 });
  await world.deliverAll();
  expect(await world.row(LATE)).toMatchObject({ status: 'READY', sum: 6, sourceSeq: 2 });
  expect(await world.row(EARLY)).toMatchObject({ status: 'READY', sum: 5 });
  expect(await answer()).toEqual({
    seq: 2,
    status: 'done',
    computedCount: 2,
    doneCount: 3,
    totalCount: 3,
    at: null,
  });
});

test('RBD5 a repeat of the same orders changes nothing, and taking them back is a change of its own', async () => {
  await fill();
  expect(await world.put({ steps: ['garmin'] })).toBe(2);
  await world.deliverAll();
  expect(await world.put({ steps: ['garmin'] })).toBe(2);
  expect(await world.put({})).toBe(3);
  await world.deliverAll();
  expect(await world.row(LATE)).toMatchObject({ status: 'READY', sum: 60 });
  expect(await answer()).toMatchObject({ seq: 3, status: 'done' });
});

test('RBD6 a walk says how far it is between its steps: model, metric and date', async () => {
  await fill();
  await world.put({ steps: ['garmin'] });
  world.stopAfterEachMove();
  expect(await world.deliverOne()).toBe(true);
  expect(await answer()).toMatchObject({
    status: 'running',
    computedCount: 1,
    doneCount: 0,
    totalCount: 3,
    at: { model: 'rollups', metric: 'steps' },
  });
  expect(await world.row(EARLY)).toMatchObject({ status: 'READY', sum: 5 });
  expect(await world.row(LATE)).toMatchObject({ status: 'STALE' });
  await world.deliverAll();
  expect(await answer()).toMatchObject({ status: 'done', computedCount: 2 });
});

test('RBD6 a newer change takes over what an unfinished walk left, whichever event comes first', async () => {
  await fill();
  await world.put({ steps: ['garmin'] });
  world.stopAfterEachMove();
  await world.deliverOne();
  await world.put({ steps: ['garmin'], weight: ['withings'] });
  const found = async () => world.recomputations.load(world.scope);
  world.queue.reverse();
  await world.deliverOne();
  expect(await found()).toMatchObject({ seq: 3, doneSeq: 0, plan: { metrics: ['steps', 'weight'] } });
  await world.deliverAll();
  expect(await found()).toMatchObject({ seq: 3, doneSeq: 3, state: 'done' });
  expect(await world.row(LATE)).toMatchObject({ status: 'READY', sum: 6 });
});

test('RBD5 an event ahead of the head that can be read comes again, and one that is doubled does nothing', async () => {
  await fill();
  const before = world.head();
  await world.put({ steps: ['garmin'] });
  const after = world.head();
  world.setHead(before);
  await expect(world.deliverOne()).rejects.toMatchObject({ name: 'ChangeNotVisibleError' });
  world.setHead(after);
  world.queue.push(...world.queue.map((message) => ({ ...message })));
  await world.deliverAll();
  expect(await answer()).toMatchObject({ status: 'done', computedCount: 2 });
  expect(world.rollupSaves()).toBe(4);
});

test('RBD5 a user who is erased meanwhile is passed over, and nothing is written', async () => {
  await fill();
  await world.put({ steps: ['garmin'] });
  world.setHead({ ...world.head(), erasedAtMs: world.clock.now() });
  await world.deliverAll();
  expect(await world.recomputations.load(world.scope)).toBeUndefined();
});

test('RBD8 a raised compute version makes rows STALE, and a rebuild brings them back', async () => {
  await fill();
  world.ageRows();
  expect(await world.row(LATE)).toMatchObject({ status: 'STALE', sum: 60 });
  const job = await world.start({});
  await world.deliverAll();
  expect(await world.row(LATE)).toMatchObject({ status: 'READY', sum: 60 });
  expect(await world.rebuilds.load(world.scope.workspaceId, job.rebuildId)).toMatchObject({
    state: 'done',
    counts: { computedCount: 2, currentCount: 0, userCount: 1 },
  });
});
