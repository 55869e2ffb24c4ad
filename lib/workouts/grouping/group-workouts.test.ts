import { describe, expect, test } from 'vitest';
import { KNOWN_CASES } from '../../../test/fixtures/workouts/known-cases.ts';
import {
  ACTIVITY_COUNT,
  COPY_COUNT,
  WITHINGS_COPIES,
} from '../../../test/fixtures/workouts/withings-copies.ts';
import { type WorkoutParts, workoutOf } from '../../../test/support/workout-builders.ts';
import { compareSources } from '../../projections/priorities.ts';
import type { Workout } from '../model.ts';
import { orderWorkouts } from './compare-workouts.ts';
import { anchorOf, groupIdOf } from './group-id.ts';
import { groupWorkouts, MAX_GROUP_SIZE } from './group-workouts.ts';

const rulesOf = (order: readonly string[] = [], chosen: Readonly<Record<string, number>> = {}) => ({
  isKeptApart: () => false,
  ...orderWorkouts({
    order,
    compareSources: compareSources(order),
    chosenSeqOf: (id) => chosen[id],
  }),
});
const group = (parts: readonly WorkoutParts[], rules = rulesOf()) =>
  groupWorkouts(parts.map(workoutOf), rules).map(({ members }) =>
    members.map(({ externalId }) => externalId),
  );

const RUN = { type: 'running', distanceM: 10_000 } as const;

test('WKT1 of 191 workouts 171 are copies: 20 count, in 20 groups', () => {
  expect(WITHINGS_COPIES).toHaveLength(ACTIVITY_COUNT + COPY_COUNT);
  const groups = group(WITHINGS_COPIES);
  expect(groups).toHaveLength(ACTIVITY_COUNT);
  expect(groups.flat()).toHaveLength(ACTIVITY_COUNT + COPY_COUNT);
  // The watch's cloud goes before Withings: its workout is the one that counts.
  expect(groups.map(([primary]) => primary).sort()).toEqual(
    Array.from({ length: ACTIVITY_COUNT }, (_, index) => `g-${index}`).sort(),
  );
  for (const members of groups) {
    const activity = members[0]?.slice(2);
    expect(members.slice(1).every((id) => id.startsWith(`w-${activity}-`))).toBe(true);
  }
});

test.each(KNOWN_CASES)('WKT1 as other projects learnt: $what', ({ left, right, isCopy }) => {
  expect(group([left, right])).toHaveLength(isCopy ? 1 : 0);
  expect(group([right, left])).toHaveLength(isCopy ? 1 : 0);
});

test('WKT3 a commuter who rides twice a day, from two clouds, has two rides a day', () => {
  const rides = [1, 2, 3].flatMap((day) =>
    ['07:00:00', '16:30:00'].flatMap((time) =>
      ['garmin', 'strava'].map((provider) => ({
        ...RUN,
        type: 'cycling' as const,
        provider,
        externalId: `${provider}-${day}-${time}`,
        start: `2026-11-0${day}T${time}+01:00`,
      })),
    ),
  );
  expect(group(rides)).toHaveLength(6);
  expect(group(rides).every((members) => members.length === 2)).toBe(true);
});

test('WKT3 the parts of a triathlon are its own: each has its copy, and the whole has its', () => {
  const legs = [
    {
      externalId: 'whole',
      start: '2026-11-01T08:00:03Z',
      minutes: 150,
      type: 'triathlon',
      distanceM: 51_500,
    },
    {
      externalId: 'swim',
      start: '2026-11-01T08:00:03Z',
      minutes: 30,
      type: 'open_water_swimming',
      distanceM: 1_500,
    },
    {
      externalId: 'bike',
      start: '2026-11-01T08:33:20Z',
      minutes: 70,
      type: 'road_cycling',
      distanceM: 40_000,
    },
    { externalId: 'run', start: '2026-11-01T09:45:01Z', minutes: 44, type: 'running', distanceM: 10_000 },
  ] as const;
  const garmin = legs.map((leg) => ({
    ...leg,
    ...(leg.externalId === 'whole' ? {} : { parentExternalId: 'whole' }),
  }));
  const strava = legs
    .slice(1)
    .map((leg) => ({ ...leg, provider: 'strava', externalId: `s-${leg.externalId}` }));
  expect(group([...garmin, ...strava]).map((members) => [...members].sort())).toEqual(
    expect.arrayContaining([
      ['s-swim', 'swim'],
      ['bike', 's-bike'],
      ['run', 's-run'],
    ]),
  );
  expect(group([...garmin, ...strava])).toHaveLength(3);
});

test('WKT5 a chain is cut where its ends may not share a group, at the weakest pair', () => {
  const chain = [
    { ...RUN, provider: 'garmin', externalId: 'short', start: '2026-11-01T09:00:00Z', minutes: 60 },
    { ...RUN, provider: 'strava', externalId: 'middle', start: '2026-11-01T09:00:30Z', minutes: 65 },
    { ...RUN, provider: 'polar', externalId: 'long', start: '2026-11-01T09:01:00Z', minutes: 81 },
  ];
  // 60/65 and 65/81 match, 60/81 is over 25 % apart; 60/65 is the better pair.
  expect(group(chain)).toEqual([['short', 'middle']]);
});

test('WKT5 a group never grows past its bound', () => {
  const many = Array.from({ length: MAX_GROUP_SIZE + 8 }, (_, index) => ({
    ...RUN,
    provider: `p${index}`,
    externalId: 'x',
    start: '2026-11-01T09:00:07Z',
  }));
  const sizes = group(many).map(({ length }) => length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_GROUP_SIZE);
});

describe('WKT6 who is the primary', () => {
  const start = '2026-11-01T09:00:07Z';
  const plain = { ...RUN, start };
  const phone = {
    ...plain,
    provider: 'health_connect',
    externalId: 'phone',
    source: { device: { type: 'phone' } },
  } as const;
  const watch = {
    ...plain,
    provider: 'health_connect',
    externalId: 'watch',
    source: { device: { type: 'watch' } },
  } as const;
  const strava = {
    ...plain,
    provider: 'strava',
    externalId: 'strava',
    energyKcal: 700,
    stepCount: 9_000,
  } as const;

  test('WKT6 the provider, then the type of device', () => {
    expect(group([strava, phone, watch])).toEqual([['watch', 'phone', 'strava']]);
  });

  test('WKT6 the order of the user goes before the default', () => {
    expect(group([strava, phone, watch], rulesOf(['strava']))).toEqual([['strava', 'watch', 'phone']]);
    expect(group([strava, phone, watch], rulesOf(['device:phone']))).toEqual([['phone', 'watch', 'strava']]);
    const own = workoutOf(phone).source.sourceId;
    expect(group([strava, phone, watch], rulesOf(['strava', own]))).toEqual([['strava', 'phone', 'watch']]);
  });

  test('WKT6 the choice of the user goes before every order, the later one before the earlier', () => {
    const [a, b] = [workoutOf(phone).id, workoutOf(strava).id];
    expect(group([strava, phone, watch], rulesOf([], { [a]: 3 }))[0]?.[0]).toBe('phone');
    expect(group([strava, phone, watch], rulesOf([], { [a]: 3, [b]: 4 }))[0]?.slice(0, 2)).toEqual([
      'strava',
      'phone',
    ]);
  });

  test('WKT6 of equal sources the richer one, then the id', () => {
    const apps = ['b', 'a'].map((app) => ({ ...plain, externalId: app, source: { app } }));
    const rich = { ...plain, externalId: 'c', source: { app: 'c' }, energyKcal: 700 };
    expect(group([...apps, rich])[0]?.[0]).toBe('c');
    const track = { track: { objectKey: 'tracks/x', pointCount: 1, cells: [7] } };
    expect(group([rich, { ...plain, externalId: 'd', source: { app: 'd' }, ...track }])[0]?.[0]).toBe('d');
    const ids = apps.map(workoutOf).map(({ id }: Workout) => id);
    const [least] = groupWorkouts(apps.map(workoutOf), rulesOf())[0]?.members ?? [];
    expect(least?.id).toBe([...ids].sort()[0]);
  });
});

test('WKT11 the id of a group stands for its members in any order, and begins with the least of them', () => {
  const ids = ['3v5w8f0xq9d3m7t2c6e4r3v5w8', '8f0xq9d3m7t2c6e4r3v5w83v5w'];
  expect(groupIdOf(ids)).toBe('3v5w8f0xq9d3m7t2c6e4r3v5w8-m2kjj28yc0');
  expect(groupIdOf([...ids].reverse())).toBe(groupIdOf(ids));
  expect(groupIdOf([...ids, '9f0xq9d3m7t2c6e4r3v5w83v5w'])).not.toBe(groupIdOf(ids));
  expect(anchorOf(groupIdOf(ids))).toBe(ids[0]);
  for (const other of ['', 'x', ids[0] ?? '', `${ids[0]}-`, `${groupIdOf(ids)}0`])
    expect(anchorOf(other)).toBeUndefined();
});
