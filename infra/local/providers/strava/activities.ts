import { dice, idBig, idNumber } from '../people/dice.ts';
import type { History, Workout } from '../people/history.ts';
import type { Person } from '../people/people.ts';
import { isoSeconds, offsetSec, offsetText, wallClock } from '../people/zones.ts';

export interface Athlete {
  readonly id: number;
  readonly history: History;
}

const SPORTS = { running: 'Run', cycling: 'Ride', walking: 'Walk' } as const;
/** Steps per minute; Strava counts one leg. */
const LEG_CADENCE = { running: 84.1, cycling: 84, walking: 54.2 } as const;
/** One in so many activities is visible to its owner alone. */
const ONLY_ME_EVERY = 9;

/** Ids have 64 bits: the cyclist's are beyond 2^53, as documented ones are, the others' are as short as today's. */
export const activityId = ({ id, history }: Athlete, { key }: Pick<Workout, 'key'>): bigint =>
  idBig(history.person.name === 'cyclist' ? 17 : 11, 'strava', id, key);

export const onlyMe = ({ id }: Athlete, { key }: Workout): boolean =>
  idNumber(6, 'strava', id, key, 'visibility') % ONLY_ME_EVERY === 0;

/** `(GMT+01:00) Europe/Berlin`: the offset of winter, whatever the season. */
function zoneText(zone: string, atMs: number): string {
  const january = Date.UTC(new Date(atMs).getUTCFullYear(), 0, 1);
  const july = Date.UTC(new Date(atMs).getUTCFullYear(), 6, 1);
  const standard = Math.min(offsetSec(zone, january), offsetSec(zone, july));
  return `(GMT${offsetText(standard)}) ${zone}`;
}

function times({ zone }: Person, workout: Workout) {
  const elapsed = (workout.endMs - workout.startMs) / 1000;
  return {
    start_date: isoSeconds(workout.startMs),
    // The wall clock, with a Z that it is not.
    start_date_local: `${wallClock(zone, workout.startMs).toISOString().slice(0, 19)}Z`,
    timezone: zoneText(zone, workout.startMs),
    utc_offset: offsetSec(zone, workout.startMs),
    elapsed_time: elapsed,
    moving_time: elapsed,
  };
}

export function summaryActivity(athlete: Athlete, workout: Workout): Record<string, unknown> {
  const { person } = athlete.history;
  const seconds = (workout.endMs - workout.startMs) / 1000;
  const speed = Math.round((workout.distanceM / seconds) * 1000) / 1000;
  const hidden = onlyMe(athlete, workout);
  return {
    resource_state: 2,
    id: activityId(athlete, workout),
    athlete: { id: athlete.id, resource_state: 1 },
    name: workout.title,
    type: SPORTS[workout.kind],
    sport_type: SPORTS[workout.kind],
    ...times(person, workout),
    distance: workout.distanceM,
    total_elevation_gain: workout.elevationGainM,
    elev_high: 34 + workout.elevationGainM,
    elev_low: 34,
    average_speed: speed,
    max_speed: Math.round(speed * 1300) / 1000,
    has_heartrate: true,
    average_heartrate: workout.heartRateAvg,
    max_heartrate: workout.heartRateMax,
    average_cadence: LEG_CADENCE[workout.kind],
    ...(workout.kind === 'cycling'
      ? { average_watts: 188.2, kilojoules: Math.round((188.2 * seconds) / 1000), device_watts: true }
      : {}),
    average_temp: 14,
    trainer: false,
    commute: false,
    manual: false,
    private: hidden,
    visibility: hidden ? 'only_me' : 'followers_only',
    external_id: `garmin_ping_${workout.startMs / 1000}`,
    upload_id: activityId(athlete, workout) + 7n,
    start_latlng: [52.52, 13.4],
    suffer_score: Math.round(seconds / 60),
  };
}

/** What only `GET /activities/{id}` tells. */
export const detailedActivity = (athlete: Athlete, workout: Workout): Record<string, unknown> => ({
  ...summaryActivity(athlete, workout),
  resource_state: 3,
  calories: workout.kcal,
  description: '',
  device_name: workout.kind === 'cycling' ? 'Wahoo ELEMNT' : 'Garmin Forerunner 265',
});

const STEP_SEC = 5;

/** All streams of a workout by key; `time` is seconds from the start. */
function streamsOf(athlete: Athlete, workout: Workout): Readonly<Record<string, readonly unknown[]>> {
  const seconds = (workout.endMs - workout.startMs) / 1000;
  const count = Math.floor(seconds / STEP_SEC) + 1;
  const roll = dice('strava', athlete.id, workout.key, 'streams');
  const series = (value: (at: number) => unknown): readonly unknown[] =>
    Array.from({ length: count }, (_, index) => value(index * STEP_SEC));
  const speed = workout.distanceM / seconds;
  const tenth = (value: number): number => Math.round(value * 10) / 10;
  const ride = workout.kind === 'cycling';
  return {
    time: series((at) => at),
    distance: series((at) => tenth(speed * at)),
    latlng: series((at) => [Math.round((52.52 + at * 1e-5) * 1e6) / 1e6, 13.4]),
    altitude: series((at) => tenth(34 + (workout.elevationGainM * at) / seconds)),
    velocity_smooth: series(() => Math.round(speed * (0.9 + roll() * 0.2) * 1000) / 1000),
    heartrate: series(() =>
      Math.min(workout.heartRateMax, Math.round(workout.heartRateAvg - 9 + roll() * 18)),
    ),
    cadence: series(() => Math.round(LEG_CADENCE[workout.kind] - 3 + roll() * 6)),
    ...(ride ? { watts: series(() => Math.round(140 + roll() * 100)) } : {}),
    temp: series(() => 14),
    moving: series((at) => at > 0),
    grade_smooth: series(() => tenth(roll() * 4 - 2)),
  };
}

/** The asked streams that there are, as an object by key or as a list with types. */
export function streamAnswer(
  athlete: Athlete,
  workout: Workout,
  keys: readonly string[],
  byType: boolean,
): unknown {
  const all = streamsOf(athlete, workout);
  const found = Object.entries(all)
    .filter(([key]) => keys.includes(key))
    .map(
      ([key, data]) =>
        [key, { data, series_type: 'time', original_size: data.length, resolution: 'high' }] as const,
    );
  return byType ? Object.fromEntries(found) : found.map(([type, stream]) => ({ type, ...stream }));
}
