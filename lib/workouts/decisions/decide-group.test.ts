import { beforeEach, describe, expect, test } from 'vitest';
import { workoutOf } from '../../../test/support/workout-builders.ts';
import { createWorkoutWorld, type WorkoutWorld } from '../../../test/support/workout-world.ts';
import { MAX_DECISION_COUNT } from './model.ts';

const RIDE = {
  provider: 'garmin',
  externalId: 'g1',
  start: '2026-11-01T09:00:12Z',
  type: 'cycling',
  distanceM: 30_000,
} as const;
const COPY = { ...RIDE, provider: 'strava', externalId: 's1', start: '2026-11-01T09:00:40Z' } as const;

let world: WorkoutWorld;

beforeEach(async () => {
  world = await createWorkoutWorld();
  await world.put(RIDE, COPY);
});

const idsOf = (workouts: readonly { readonly externalId: string }[]) =>
  workouts.map(({ externalId }) => externalId);
const only = async () => {
  const [group, ...others] = await world.groups();
  expect(others).toEqual([]);
  if (group === undefined) throw new Error('no group');
  return group;
};

test('WKT1 two sources of one ride are one workout and a group', async () => {
  expect(idsOf((await world.list()).workouts)).toEqual(['g1']);
  const group = await only();
  expect([group.status, idsOf(group.members)]).toEqual(['open', ['g1', 's1']]);
  const [first] = group.members;
  expect([first?.primary, first?.duplicateGroup, group.primaryId]).toEqual([true, group.id, first?.id]);
});

test('WKT9 keep both lets both count, is told, and can be taken back', async () => {
  const { id } = await only();
  const kept = await world.decide(id, { kind: 'keep_both' });
  expect([kept.id, kept.status, kept.decision?.decision]).toEqual([id, 'kept_both', 'keep_both']);
  expect(kept.members.map((member) => [member.primary, member.duplicateGroup])).toEqual([
    [true, undefined],
    [true, undefined],
  ]);
  expect(idsOf((await world.list()).workouts)).toEqual(['g1', 's1']);
  expect(await only()).toEqual(kept);
  const open = await world.decide(id, { kind: 'automatic' });
  expect([open.id, open.status, open.decision]).toEqual([id, 'open', undefined]);
  expect(idsOf((await world.list()).workouts)).toEqual(['g1']);
});

test('WKT9 the primary that the user chose counts, until it is taken back', async () => {
  const { id } = await only();
  const primaryId = workoutOf(COPY).id;
  const chosen = await world.decide(id, { kind: 'primary', primaryId });
  expect([chosen.status, chosen.primaryId, chosen.decision?.workoutId]).toEqual([
    'primary_chosen',
    primaryId,
    primaryId,
  ]);
  expect(idsOf((await world.list()).workouts)).toEqual(['s1']);
  await world.decide(id, { kind: 'automatic' });
  expect(idsOf((await world.list()).workouts)).toEqual(['g1']);
});

describe('WKT9 a decision sticks', () => {
  test('WKT9 through a repeated import, a revision and a deletion that comes back', async () => {
    const { id } = await only();
    const primaryId = workoutOf(COPY).id;
    await world.decide(id, { kind: 'primary', primaryId });
    await world.put(RIDE, COPY);
    await world.put({ ...RIDE, distanceM: 30_100, energyKcal: 800 });
    expect(idsOf((await world.list()).workouts)).toEqual(['s1']);
    await world.remove(primaryId);
    expect(idsOf((await world.list()).workouts)).toEqual(['g1']);
    await world.put({ ...COPY, distanceM: 30_050 });
    expect(idsOf((await world.list()).workouts)).toEqual(['s1']);
  });

  test('WKT9 to the members, when another copy joins them', async () => {
    const { id } = await only();
    await world.decide(id, { kind: 'keep_both' });
    await world.put({ ...RIDE, provider: 'polar', externalId: 'p1', start: '2026-11-01T09:00:30Z' });
    // The new copy joins one of the two; those two still do not share a group.
    const groups = await world.groups();
    expect(groups.map(({ status }) => status).sort()).toEqual(['kept_both', 'open']);
    expect((await world.list()).workouts).toHaveLength(2);
  });

  test('WKT9 to a choice, when another copy joins the group and its id changes', async () => {
    const { id } = await only();
    await world.decide(id, { kind: 'primary', primaryId: workoutOf(COPY).id });
    await world.put({ ...RIDE, provider: 'apple_health', externalId: 'a1', start: '2026-11-01T09:00:30Z' });
    const group = await only();
    expect(group.id).not.toBe(id);
    expect(idsOf(group.members)).toEqual(['s1', 'a1', 'g1']);
    const open = await world.decide(group.id, { kind: 'automatic' });
    expect([open.status, idsOf(open.members)]).toEqual(['open', ['a1', 'g1', 's1']]);
  });
});

test('WKT9 a repeat changes nothing and announces nothing', async () => {
  const { id } = await only();
  const before = await world.headSeq();
  expect((await world.decide(id, { kind: 'automatic' })).status).toBe('open');
  expect(await world.headSeq()).toBe(before);
  const first = await world.decide(id, { kind: 'keep_both' });
  expect(await world.headSeq()).toBe((before ?? 0) + 1);
  expect(await world.decide(id, { kind: 'keep_both' })).toEqual(first);
  expect(await world.headSeq()).toBe((before ?? 0) + 1);
});

test('WKT9 a decision is announced with its members, and with no value of them', async () => {
  const { id, members } = await only();
  await world.decide(id, { kind: 'keep_both' });
  const [change] = await world.stores.headStore.loadAfter(world.scope, ((await world.headSeq()) ?? 0) - 1, 1);
  expect(change).toEqual({
    kind: 'workout_decision',
    seq: await world.headSeq(),
    committedAtMs: world.stores.clock.now(),
    correlationId: 'corr-2',
    groupId: id,
    decision: 'keep_both',
    recordIds: members.map((member) => member.id).sort(),
  });
});

test('WKT9 the same members kept apart, then one chosen: one decision of the group', async () => {
  const { id } = await only();
  await world.decide(id, { kind: 'keep_both' });
  const chosen = await world.decide(id, { kind: 'primary', primaryId: workoutOf(COPY).id });
  expect([chosen.id, chosen.status]).toEqual([id, 'primary_chosen']);
  expect(await world.reads.decisions.list(world.scope)).toHaveLength(1);
});

test('WKT9 what was kept apart is taken back also when a member is gone', async () => {
  const { id, primaryId } = await only();
  await world.put({ ...RIDE, provider: 'polar', externalId: 'p1', start: '2026-11-01T09:00:30Z' });
  const three = await only();
  await world.decide(three.id, { kind: 'keep_both' });
  const anchor = three.id.slice(0, 26);
  await world.remove(anchor);
  const left = await only();
  expect([left.id, left.status, left.members.length]).toEqual([three.id, 'kept_both', 2]);
  const open = await world.decide(three.id, { kind: 'automatic' });
  expect([open.status, open.members.length]).toEqual(['open', 2]);
  expect([id, primaryId]).not.toContain(open.id);
});

describe('what cannot be decided', () => {
  test('WKT11 a group that is no more, or never was', async () => {
    const { id } = await only();
    await world.remove(workoutOf(COPY).id);
    for (const groupId of [id, 'x', `${workoutOf(RIDE).id}-0000000000`, `${'0'.repeat(26)}-0000000000`])
      await expect(world.decide(groupId, { kind: 'keep_both' })).rejects.toMatchObject({
        code: 'workout.group_not_found',
      });
  });

  test('WKT9 a primary that is no member', async () => {
    const { id } = await only();
    await expect(world.decide(id, { kind: 'primary', primaryId: 'x' })).rejects.toMatchObject({
      code: 'request.invalid',
      faults: [{ path: '/workoutId' }],
    });
  });

  test('WKT9 more than a user may have', async () => {
    const { id } = await only();
    const many = Array.from({ length: MAX_DECISION_COUNT }, (_, index) => ({
      groupId: `g${index}`,
      memberIds: ['x', 'y'],
      choice: { kind: 'keep_both' as const },
      seq: 1,
      decidedAtMs: world.stores.clock.now(),
    }));
    const full = {
      ...world.reads,
      decisions: { ...world.reads.decisions, list: async () => many },
    };
    await expect(world.decide(id, { kind: 'keep_both' }, full)).rejects.toMatchObject({
      code: 'workout.too_many_decisions',
    });
  });

  test('WKT12 workouts that the user blocks', async () => {
    const { id } = await only();
    const head = await world.stores.headStore.load(world.scope);
    const privacy = { uploadEnabled: true, blockedMetrics: ['workout'] };
    await world.stores.headStore.saveSettings(world.scope, head?.settingsVersion ?? 0, { privacy });
    const blocked = { code: 'read.metric_blocked' };
    await expect(world.decide(id, { kind: 'keep_both' })).rejects.toMatchObject(blocked);
    await expect(world.list()).rejects.toMatchObject(blocked);
    await expect(world.groups()).rejects.toMatchObject(blocked);
    await expect(world.get(workoutOf(RIDE).id)).rejects.toMatchObject(blocked);
    await expect(world.sum()).rejects.toMatchObject(blocked);
  });

  test('WKT12 those of a user who is erased', async () => {
    const { id } = await only();
    await world.stores.eraseUser(world.scope);
    const gone = { code: 'user.not_found' };
    await expect(world.decide(id, { kind: 'keep_both' })).rejects.toMatchObject(gone);
    await expect(world.list()).rejects.toMatchObject(gone);
  });
});

test('WKT9 of writers at the same time each decides on what the other stored', async () => {
  const { id } = await only();
  const [kept, chosen] = await Promise.all([
    world.decide(id, { kind: 'keep_both' }),
    world.decide(id, { kind: 'primary', primaryId: workoutOf(COPY).id }),
    world.put({ ...RIDE, externalId: 'g2', start: '2026-11-05T09:00:12Z' }),
  ]);
  const stored = await world.reads.decisions.list(world.scope);
  expect(stored).toHaveLength(1);
  expect([kept.id, chosen.id]).toEqual([id, id]);
});

describe('a group whose members a revision moved apart', () => {
  const FAR = { ...COPY, start: '2026-11-10T09:00:40Z' } as const;
  const stored = () => world.reads.decisions.list(world.scope);

  test('WKT9 what was kept apart is told nowhere, holds when they come back, and is taken back by its id', async () => {
    const { id } = await only();
    await world.decide(id, { kind: 'keep_both' });
    await world.put(FAR);
    expect(await world.groups()).toEqual([]);
    const seq = await world.headSeq();
    const again = await world.decide(id, { kind: 'keep_both' });
    expect([again.status, again.members.length, await world.headSeq()]).toEqual(['kept_both', 2, seq]);
    await world.put(COPY);
    expect((await only()).status).toBe('kept_both');
    await world.put(FAR);
    const open = await world.decide(id, { kind: 'automatic' });
    expect([open.id, open.status, open.members.length, open.decision]).toEqual([id, 'open', 2, undefined]);
    expect(await stored()).toEqual([]);
    await expect(world.decide(id, { kind: 'automatic' })).rejects.toMatchObject({
      code: 'workout.group_not_found',
    });
  });

  test('WKT9 WKT11 a primary of it is taken back and not chosen anew, also when all members are gone', async () => {
    const { id } = await only();
    const choice = { kind: 'primary' as const, primaryId: workoutOf(COPY).id };
    await world.decide(id, choice);
    await world.put(FAR);
    await expect(world.decide(id, choice)).rejects.toMatchObject({ code: 'workout.group_not_found' });
    await world.remove(workoutOf(RIDE).id);
    await world.remove(workoutOf(COPY).id);
    const open = await world.decide(id, { kind: 'automatic' });
    expect([open.status, open.members, await stored()]).toEqual(['open', [], []]);
  });

  test('WKT9 of three members the two that are still together are told, by the id of the decision', async () => {
    await world.put({ ...RIDE, provider: 'polar', externalId: 'p1', start: '2026-11-01T09:00:30Z' });
    const { id } = await only();
    await world.decide(id, { kind: 'keep_both' });
    await world.put(FAR);
    const left = await only();
    expect([left.id, left.status, idsOf(left.members).toSorted()]).toEqual([id, 'kept_both', ['g1', 'p1']]);
    await world.decide(id, { kind: 'automatic' });
    expect((await only()).status).toBe('open');
  });
});

test('WKT6 a group says why its primary goes first: the order of sources, more data, the id, the user', async () => {
  const reasonNow = async () => (await only()).primaryReason;
  expect(await reasonNow()).toBe('priority');
  const { id } = await world.decide((await only()).id, { kind: 'primary', primaryId: workoutOf(COPY).id });
  expect(await reasonNow()).toBe('decision');
  await world.decide(id, { kind: 'automatic' });
  await world.remove(workoutOf(COPY).id);
  const again = { ...RIDE, externalId: 'g2' };
  await world.put(again);
  expect(await reasonNow()).toBe('id');
  await world.put({ ...again, energyKcal: 700 });
  expect([(await only()).primaryId, await reasonNow()]).toEqual([workoutOf(again).id, 'more_data']);
});
