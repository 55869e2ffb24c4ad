import { dice } from '../people/dice.ts';
import type { History, Workout } from '../people/history.ts';
import { offsetSec } from '../people/zones.ts';
import { isoDuration, wallText } from './formats.ts';
import { exerciseIdOf, userIdOf } from './model.ts';

const MINUTE_MS = 60_000;
const SAMPLE_SEC = 5;
const SPORT = { running: 'RUNNING', cycling: 'CYCLING', walking: 'WALKING' } as const;

export interface ExerciseDetails {
  readonly hasSamples: boolean;
  readonly hasZones: boolean;
  readonly hasRoute: boolean;
}

/** `registeredMs`: nothing counts as uploaded before the person was registered. */
export function exerciseJson(
  history: History,
  workout: Workout,
  registeredMs: number,
  details: ExerciseDetails,
) {
  const { person } = history;
  const uploadedMs = Math.max(registeredMs, workout.endMs + 6 * MINUTE_MS);
  const load = cardioLoadOf(workout);
  return {
    id: exerciseIdOf(person, workout.key),
    upload_time: `${new Date(uploadedMs).toISOString().slice(0, 19)}Z`,
    polar_user: `https://www.polaraccesslink.com/v3/users/${userIdOf(person)}`,
    device: 'Polar Vantage V3',
    device_id: 'C8D9G10F11H12',
    start_time: wallText(person.zone, workout.startMs),
    start_time_utc_offset: offsetSec(person.zone, workout.startMs) / 60,
    duration: isoDuration(workout.endMs - workout.startMs),
    calories: workout.kcal,
    distance: workout.distanceM,
    heart_rate: { average: workout.heartRateAvg, maximum: workout.heartRateMax },
    training_load: load,
    training_load_pro: {
      date: workout.date,
      'cardio-load': load,
      'cardio-load-interpretation': 'MEDIUM',
      'user-rpe': 'UNKNOWN',
    },
    sport: SPORT[workout.kind],
    detailed_sport_info: SPORT[workout.kind],
    has_route: false,
    ...(workout.kind === 'running' ? { running_index: Math.round(person.vo2Max) } : {}),
    ...(details.hasSamples ? { samples: samplesOf(workout) } : {}),
    ...(details.hasZones ? { heart_rate_zones: zonesOf(workout) } : {}),
    ...(details.hasRoute ? { route: [] } : {}),
  };
}

/** On Polar's own scale. */
export const cardioLoadOf = ({ kcal }: Workout): number => Math.round(kcal / 6);

/** Heart rate ("0") and speed in km/h ("1"), comma separated. */
function samplesOf(workout: Workout) {
  const roll = dice('polar', workout.key, 'samples');
  const count = Math.floor((workout.endMs - workout.startMs) / 1000 / SAMPLE_SEC);
  const kmh = (workout.distanceM / ((workout.endMs - workout.startMs) / 1000)) * 3.6;
  const line = (value: () => string) => Array.from({ length: count }, value).join(',');
  return [
    {
      'recording-rate': SAMPLE_SEC,
      'sample-type': '0',
      data: line(() => String(Math.round(workout.heartRateAvg + roll() * 20 - 10))),
    },
    { 'recording-rate': SAMPLE_SEC, 'sample-type': '1', data: line(() => (kmh + roll() - 0.5).toFixed(1)) },
  ];
}

const zonesOf = ({ startMs, endMs }: Workout) =>
  [0, 1, 2, 3, 4].map((zone) => ({
    index: zone + 1,
    'lower-limit': 95 + zone * 19,
    'upper-limit': 114 + zone * 19,
    'in-zone': isoDuration(zone === 2 ? endMs - startMs : 0),
  }));
