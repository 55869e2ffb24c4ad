import fc from 'fast-check';
import type { WorkoutParts } from './workout-builders.ts';

const FIRST_MS = Date.parse('2026-11-01T07:00:12Z');

/** Crowded on purpose: many pairs match, and some may not. */
const workout: fc.Arbitrary<WorkoutParts> = fc.record({
  provider: fc.constantFrom('garmin', 'strava', 'polar', 'withings'),
  externalId: fc.integer({ min: 0, max: 1e9 }).map(String),
  start: fc
    .tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: -150, max: 150 }),
    )
    .map(([hour, zone, sec]) =>
      new Date(
        FIRST_MS + hour * 5_400_000 + zone * 3_600_000 + (sec % 3 === 0 ? 0 : sec) * 1_000,
      ).toISOString(),
    ),
  minutes: fc.integer({ min: 40, max: 75 }),
  type: fc.constantFrom('cycling', 'indoor_cycling', 'running', 'other'),
  distanceM: fc.constantFrom(0, 9_000, 10_000, 10_100, 21_000),
});
/** Up to 14 workouts of a day, each of an id of its own. */
export const crowdedWorkouts = fc.uniqueArray(workout, {
  maxLength: 14,
  selector: ({ provider, externalId }) => `${provider} ${externalId}`,
});
