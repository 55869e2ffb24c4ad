import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type WorkoutParts, workoutOf } from '../../../test/support/workout-builders.ts';
import { cellsOf } from '../tracks/cells.ts';
import { scorePair } from './score-pair.ts';

const RIDE = { start: '2026-11-01T09:00:12Z', type: 'cycling', distanceM: 30_000 } as const;
const at = (time: string, parts: Partial<WorkoutParts> = {}): WorkoutParts => ({
  ...RIDE,
  provider: 'strava',
  start: time,
  ...parts,
});
const pair = (left: WorkoutParts, right: WorkoutParts) => scorePair(workoutOf(left), workoutOf(right));
const way = (latitude: number) =>
  cellsOf(Array.from({ length: 60 }, (_, step) => ({ latitude, longitude: 8 + step * 0.002 })));
const trackOf = (latitude: number) => ({
  track: { objectKey: 'tracks/x', pointCount: 60, cells: way(latitude) },
});

test('WKT1 a ride as two clouds have it: every signal, and 9 points', () => {
  expect(pair(RIDE, at('2026-11-01T09:00:40Z', { minutes: 62, distanceM: 30_400 }))).toEqual({
    score: 9,
    signals: ['start_within_2_min', 'duration_within_10_percent', 'same_type', 'distance_within_5_percent'],
    veto: undefined,
    isMatch: true,
  });
});

test.each<[string, WorkoutParts, WorkoutParts, number, boolean]>([
  [
    'cycling and indoor cycling of one ride',
    RIDE,
    at('2026-11-01T09:00:40Z', { type: 'indoor_cycling' }),
    8,
    true,
  ],
  ['a source that does not know the sport', RIDE, at('2026-11-01T09:01:00Z', { type: 'other' }), 7, true],
  [
    'no distance on either side',
    { ...RIDE, distanceM: 0 },
    at('2026-11-01T09:01:00Z', { distanceM: 0 }),
    7,
    true,
  ],
  ['no distance on one side', RIDE, at('2026-11-01T09:01:00Z', { distanceM: 0 }), 7, true],
  ['started eight minutes apart', RIDE, at('2026-11-01T09:08:12Z'), 7, true],
  [
    'eight minutes apart, only alike',
    RIDE,
    at('2026-11-01T09:08:12Z', { minutes: 47, distanceM: 26_000, type: 'gravel_cycling' }),
    4,
    false,
  ],
  ['eleven minutes apart', RIDE, at('2026-11-01T09:11:12Z'), 6, false],
])('WKT1 %s', (_what, left, right, score, isMatch) => {
  const found = pair(left, right);
  expect([found.score, found.isMatch]).toEqual([score, isMatch]);
});

test('WKT1 one strong signal is not enough, whatever the sum', () => {
  const found = pair(
    { ...RIDE, distanceM: 30_000 },
    at('2026-11-01T09:01:00Z', { minutes: 50, type: 'road_cycling', distanceM: 26_500 }),
  );
  expect([found.score, found.isMatch]).toEqual([6, false]);
});

describe('WKT2 what is not said', () => {
  test('WKT2 a timer that stopped at a pause equals a clock that did not', () => {
    const paused = { ...RIDE, minutes: 90, durationSec: 3_600 };
    expect(pair(paused, at('2026-11-01T09:00:20Z', { minutes: 90, durationSec: 5_400 })).isMatch).toBe(true);
    expect(pair(paused, at('2026-11-01T09:00:20Z', { minutes: 62, durationSec: 3_700 })).isMatch).toBe(true);
  });

  const parts = fc.record({
    provider: fc.constantFrom('garmin', 'strava', 'polar'),
    start: fc
      .integer({ min: 0, max: 30 * 3_600 })
      .map((sec) => new Date(Date.parse('2026-11-01T00:00:00Z') + sec * 1_000).toISOString()),
    minutes: fc.integer({ min: 0, max: 200 }),
    type: fc.constantFrom('cycling', 'indoor_cycling', 'running', 'other', 'triathlon'),
    distanceM: fc.integer({ min: 0, max: 40_000 }),
    zoneOffsetMinutes: fc.constantFrom(0, 60, 330, -300),
    externalId: fc.constantFrom('1', '2', '3'),
    parentExternalId: fc.constantFrom('1', '2', '9'),
  });

  test('WKT2 the score of a pair is the same both ways', () => {
    fc.assert(
      fc.property(parts, parts, (left, right) => {
        expect(pair(left, right)).toEqual(pair(right, left));
      }),
      { numRuns: 400, seed: 51 },
    );
  });
});

describe('WKT3 what forbids', () => {
  const near = '2026-11-01T09:00:40Z';
  test.each<[string, WorkoutParts, WorkoutParts, string | undefined]>([
    ['less than half the distance', RIDE, at(near, { distanceM: 14_900 }), 'distance_differs'],
    ['half the distance', RIDE, at(near, { distanceM: 15_000 }), undefined],
    ['less than three quarters of the duration', RIDE, at(near, { minutes: 44 }), 'duration_differs'],
    ['three quarters of the duration', RIDE, at(near, { minutes: 45 }), undefined],
    ['the same start and another sport', RIDE, at(near, { type: 'running' }), 'different_sport'],
    ['a sport that is not known', RIDE, at(near, { type: 'other' }), undefined],
    [
      'another sport on the same way',
      { ...RIDE, ...trackOf(47) },
      at(near, { type: 'running', ...trackOf(47) }),
      undefined,
    ],
    [
      'another sport on another way',
      { ...RIDE, ...trackOf(47) },
      at(near, { type: 'running', ...trackOf(48) }),
      'different_sport',
    ],
    [
      'one source, two ids, one after the other',
      RIDE,
      { ...RIDE, externalId: 'b', start: '2026-11-01T09:30:12Z' },
      'one_source',
    ],
    ['one source, two ids, the same time', RIDE, { ...RIDE, externalId: 'b', start: near }, undefined],
    [
      'one provider, two devices',
      RIDE,
      { ...RIDE, source: { app: 'x' }, externalId: 'b', start: '2026-11-01T09:09:12Z' },
      undefined,
    ],
    [
      'a part and its whole',
      { ...RIDE, externalId: 'p', type: 'multi_sport' },
      { ...RIDE, externalId: 'c', parentExternalId: 'p' },
      'one_multi_sport',
    ],
    [
      'two parts of one whole',
      { ...RIDE, externalId: 'c', parentExternalId: 'p' },
      { ...RIDE, externalId: 'd', parentExternalId: 'p' },
      'one_multi_sport',
    ],
  ])('WKT3 %s', (_what, left, right, veto) => {
    const found = pair(left, right);
    expect(found.veto).toBe(veto);
    expect(found.isMatch).toBe(veto === undefined);
  });
});

describe('WKT4 a ride uploaded with the wrong zone', () => {
  test.each([
    ['Berlin read as UTC', '2026-11-01T10:00:12Z', true],
    ['New York read as UTC', '2026-11-01T04:00:12Z', true],
    ['India, half an hour', '2026-11-01T14:30:12Z', true],
    ['Nepal, three quarters', '2026-11-01T14:45:12Z', true],
    ['Honolulu and Kiritimati, a day', '2026-11-02T09:00:12Z', true],
    ['the widest that there is', '2026-11-02T11:00:12Z', true],
    ['farther than any zones', '2026-11-02T11:15:12Z', false],
    ['another second', '2026-11-01T10:00:14Z', false],
    ['another minute', '2026-11-01T10:02:12Z', false],
  ])('WKT4 %s', (_what, start, isShift) => {
    const { signals } = pair(RIDE, at(start));
    expect(signals.includes('start_shifted_by_a_zone')).toBe(isShift);
  });

  test('WKT4 a shift alone and an equal duration are not enough', () => {
    expect(pair(RIDE, at('2026-11-01T11:00:12Z', { type: 'other', distanceM: 0 })).isMatch).toBe(false);
  });

  test('WKT4 summer time that one source missed is a shift of an hour', () => {
    const summer = { ...RIDE, start: '2026-03-29T10:00:12+02:00' };
    expect(pair(summer, at('2026-03-29T10:00:12+01:00')).isMatch).toBe(true);
  });

  test('WKT4 whole minutes count only where an offset that is named explains the shift', () => {
    const typed = (time: string, offset: number | undefined, provider = 'garmin') =>
      at(time, { provider, ...(offset === undefined ? {} : { zoneOffsetMinutes: offset }) });
    // Ten o'clock in Berlin, read as ten o'clock UTC.
    expect(pair(typed('2026-11-01T09:00:00Z', 60), typed('2026-11-01T10:00:00Z', 0, 'strava')).isMatch).toBe(
      true,
    );
    expect(pair(typed('2026-11-01T04:15:00Z', 345), typed('2026-11-01T10:00:00Z', 0, 'strava')).isMatch).toBe(
      true,
    );
    // To work and back, or the same hour of the next day.
    expect(pair(typed('2026-11-01T07:00:00Z', 60), typed('2026-11-01T16:00:00Z', 60, 'strava')).isMatch).toBe(
      false,
    );
    expect(pair(typed('2026-11-01T07:00:00Z', 60), typed('2026-11-02T07:00:00Z', 60, 'strava')).isMatch).toBe(
      false,
    );
    // Sources that tell no seconds: there and back, and two evenings.
    expect(pair(typed('2026-11-08T06:36:00Z', 60), typed('2026-11-08T17:36:00Z', 60, 'strava')).isMatch).toBe(
      false,
    );
    expect(pair(typed('2026-11-08T17:36:00Z', 60), typed('2026-11-09T16:36:00Z', 60, 'oura')).isMatch).toBe(
      false,
    );
    expect(pair(typed('2026-11-08T06:36:00Z', 60), typed('2026-11-08T07:36:00Z', 0, 'strava')).isMatch).toBe(
      true,
    );
    expect(
      pair(typed('2026-11-01T07:00:00Z', undefined), typed('2026-11-01T08:00:00Z', undefined, 'strava'))
        .isMatch,
    ).toBe(false);
  });
});
