import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { crowdedWorkouts } from '../../../test/support/workout-arbitraries.ts';
import { normalisedWorkout, workoutOf } from '../../../test/support/workout-builders.ts';
import { createWorkoutWorld, type WorkoutWorld } from '../../../test/support/workout-world.ts';
import type { RecordStore } from '../../records/record-store.ts';
import { inTimeOrder } from '../grouping/candidate-pairs.ts';
import type { WorkoutPosition } from './model.ts';
import { MAX_WALK_READ_COUNT, walkWorkouts } from './walk-workouts.ts';
import { CONTEXT_READ_COUNT, loadWorkoutContext } from './workout-context.ts';
import { viewOf } from './workout-view.ts';

const seeded = { numRuns: 40, seed: 53 };
const FROM_MS = Date.parse('2026-10-31T00:00:00Z');
const TO_MS = Date.parse('2026-11-04T00:00:00Z');

/** Ids of every page of a range. */
async function readAll(
  world: WorkoutWorld,
  range: { readonly fromMs: number; readonly toMs: number; readonly limit: number },
): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: WorkoutPosition | undefined;
  do {
    const page = await world.list({ ...range, after });
    expect(page.workouts.length).toBeLessThanOrEqual(range.limit);
    ids.push(...page.workouts.map(({ id }) => id));
    after = page.next;
  } while (after !== undefined);
  return ids;
}

test('WKT8 pages and neighbouring ranges list each activity once, as one look at everything has it', async () => {
  await fc.assert(
    fc.asyncProperty(
      crowdedWorkouts,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: FROM_MS, max: TO_MS }),
      async (all, limit, cutMs) => {
        const world = await createWorkoutWorld();
        await world.put(...all);
        const workouts = inTimeOrder(all.map(workoutOf));
        const whole = { loMs: 0, hiMs: Number.MAX_SAFE_INTEGER, workouts, readCount: 0 };
        const view = viewOf(whole, await loadWorkoutContext(world.reads, world.scope));
        const expected = workouts.filter(({ id }) => view.standingOf(id).isPrimary).map(({ id }) => id);
        expect(await readAll(world, { fromMs: FROM_MS, toMs: TO_MS, limit })).toEqual(expected);
        const left = await readAll(world, { fromMs: FROM_MS, toMs: cutMs, limit });
        expect([...left, ...(await readAll(world, { fromMs: cutMs, toMs: TO_MS, limit }))]).toEqual(expected);
      },
    ),
    seeded,
  );
});

test('WKT8 pages of groups list each once, with those that the user keeps apart', async () => {
  await fc.assert(
    fc.asyncProperty(
      crowdedWorkouts,
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.nat(9), { maxLength: 3 }),
      async (all, limit, kept) => {
        const world = await createWorkoutWorld();
        await world.put(...all);
        for (const index of kept) {
          const open = (await world.groups()).filter(({ status }) => status === 'open');
          const group = open[index % Math.max(1, open.length)];
          if (group !== undefined) await world.decide(group.id, { kind: 'keep_both' });
        }
        const whole = await world.groups();
        const paged: unknown[] = [];
        let after: WorkoutPosition | undefined;
        do {
          const page = await world.groupPage(limit, after);
          expect(page.groups.length).toBeLessThanOrEqual(limit);
          paged.push(...page.groups);
          after = page.next;
        } while (after !== undefined);
        expect(paged).toEqual(whole);
        for (const { members } of whole.filter(({ status }) => status === 'open'))
          expect(members.map(({ primary }) => primary)).toEqual(members.map((_, index) => index === 0));
      },
    ),
    { numRuns: 30, seed: 55 },
  );
});

let world: WorkoutWorld;
beforeEach(async () => {
  world = await createWorkoutWorld();
});

const RUN = { type: 'running', distanceM: 10_000 } as const;

test('WKT8 a copy whose primary starts in the neighbouring range is listed there', async () => {
  await world.put(
    { ...RUN, provider: 'strava', externalId: 'copy', start: '2026-10-31T23:59:50Z' },
    { ...RUN, provider: 'garmin', externalId: 'own', start: '2026-11-01T00:00:07Z' },
  );
  const midnightMs = Date.parse('2026-11-01T00:00:00Z');
  const idsOf = async (query: Parameters<WorkoutWorld['list']>[0]) =>
    (await world.list(query)).workouts.map(({ externalId, primary }) => [externalId, primary]);
  expect(await idsOf({ fromMs: FROM_MS, toMs: midnightMs })).toEqual([]);
  expect(await idsOf({ fromMs: midnightMs, toMs: TO_MS })).toEqual([['own', true]]);
  expect(await idsOf({ fromMs: FROM_MS, toMs: midnightMs, includeDuplicates: true })).toEqual([
    ['copy', false],
  ]);
});

test('WKT8 filters are over the workout that is listed', async () => {
  await world.put(
    { ...RUN, provider: 'garmin', externalId: 'a', start: '2026-11-01T09:00:07Z', type: 'treadmill_running' },
    { ...RUN, provider: 'strava', externalId: 'b', start: '2026-11-01T09:00:20Z' },
    { ...RUN, provider: 'strava', externalId: 'c', start: '2026-11-02T09:00:20Z', type: 'yoga' },
  );
  const idsOf = async (query: Parameters<WorkoutWorld['list']>[0]) =>
    (await world.list(query)).workouts.map(({ externalId }) => externalId);
  expect(await idsOf({ type: 'running' })).toEqual([]);
  expect(await idsOf({ type: 'running', includeDuplicates: true })).toEqual(['b']);
  expect(await idsOf({ family: 'running' })).toEqual(['a']);
  expect(await idsOf({ family: 'mind_body' })).toEqual(['c']);
});

test('WKT8 a month is one Query of workouts, and says how many reads it took', async () => {
  await world.put(
    ...Array.from({ length: 60 }, (_, index) => ({
      ...RUN,
      provider: index % 2 === 0 ? 'garmin' : 'strava',
      externalId: String(index),
      start: new Date(
        FROM_MS - 20 * 86_400_000 + Math.floor(index / 2) * 86_400_000 + index * 1_000,
      ).toISOString(),
    })),
  );
  await world.list();
  world.sends.count = 0;
  const { workouts, readCount } = await world.list();
  expect([workouts.length, readCount]).toEqual([30, CONTEXT_READ_COUNT + 1]);
  // Head, workspace, decisions, workouts; the data key is in the cache.
  expect(world.sends.count).toBe(4);
});

test('WKT8 copies that hang together over many days end a page before them, and are still all told', async () => {
  // Each is a zone away from the next, to the second, and of another source: a chain of 14 days.
  const chain = Array.from({ length: 14 }, (_, index) => ({
    ...RUN,
    provider: `p${index}`,
    externalId: 'x',
    start: new Date(FROM_MS + index * 25 * 3_600_000 + 7_000).toISOString(),
  }));
  await world.put(...chain);
  const all = { fromMs: FROM_MS - 30 * 86_400_000, toMs: TO_MS + 60 * 86_400_000, limit: 3 };
  const listed: string[] = [];
  let after: WorkoutPosition | undefined;
  do {
    const page = await world.list({ ...all, includeDuplicates: true, after });
    listed.push(...page.workouts.map(({ id }) => id));
    after = page.next;
  } while (after !== undefined);
  expect(new Set(listed).size).toBe(chain.length);
  expect(listed).toHaveLength(chain.length);
});

test('WKT8 workouts of one start that fill more than a look are all listed, and each is found', async () => {
  const start = '2026-11-01T00:00:00Z';
  const all = Array.from({ length: 420 }, (_, index) => ({ start, externalId: String(index) }));
  await world.put(...all);
  const ids = all.map((parts) => workoutOf(parts).id).sort();
  const listed: string[] = [];
  let after: WorkoutPosition | undefined;
  do {
    const page = await world.list({ includeDuplicates: true, limit: 100, after });
    expect(page.readCount).toBeLessThanOrEqual(MAX_WALK_READ_COUNT);
    listed.push(...page.workouts.map(({ id }) => id));
    after = page.next;
  } while (after !== undefined);
  expect(listed).toEqual(ids);
  expect((await world.get(ids.at(-1) ?? '')).id).toBe(ids.at(-1));
});

test('WKT8 over 10,000 workouts of one start are refused, and not hidden', async () => {
  const start = '2026-11-01T00:00:00Z';
  const {
    contentHash: _hash,
    revision: _revision,
    valueMetrics: _metrics,
    ...rest
  } = normalisedWorkout({ start });
  const stored = { ...rest, version: 1, seq: 1 };
  const list: RecordStore['list'] = async (_scope, _kind, { limit }) => Array(limit).fill(stored);
  const reads = { ...world.reads, records: { ...world.reads.records, list } };
  const page = { fromMs: stored.startMs, toMs: TO_MS, after: undefined, limit: 10, entriesOf: () => [] };
  await expect(walkWorkouts(reads, world.scope, page)).rejects.toMatchObject({
    code: 'read.range_too_large',
  });
});
