import { beforeEach, expect, test } from 'vitest';
import { createWorkoutWorld, type WorkoutWorld } from '../../../test/support/workout-world.ts';

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
