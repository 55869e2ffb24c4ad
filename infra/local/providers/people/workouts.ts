import type { Keep } from '../frame/memory.ts';
import { between, chance, wholeBetween } from './dice.ts';
import type { Person } from './people.ts';
import { wasWorn } from './worn.ts';
import { addDays, localDate, localMs } from './zones.ts';

export type WorkoutKind = 'running' | 'cycling' | 'walking';

/** One workout. `key` never changes; clouds make their ids of it. */
export interface Workout {
  readonly key: string;
  readonly date: string;
  readonly kind: WorkoutKind;
  readonly title: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly distanceM: number;
  readonly kcal: number;
  readonly heartRateAvg: number;
  readonly heartRateMax: number;
  readonly elevationGainM: number;
  readonly version: number;
}

interface WorkoutsOptions {
  readonly person: Person;
  readonly seed: string;
  readonly firstDate: string;
  readonly horizonMs: () => number;
  readonly keep: Keep;
}

export interface Workouts {
  all(): readonly Workout[];
  /** One more on each of the last `days` days, all ending before the horizon; the newest first. */
  add(horizonMs: number, days: number): readonly Workout[];
  revise(key: string): { readonly before: Workout; readonly after: Workout } | undefined;
  remove(key: string): Workout | undefined;
}

const KINDS = { run: 'running', ride: 'cycling', walk: 'walking' } as const;
const TITLES = { running: 'Run', cycling: 'Ride', walking: 'Walk' } as const;
const METRES_PER_SECOND = { running: 3.15, cycling: 7.6, walking: 1.45 } as const;

export function createWorkouts({ person, seed, firstDate, horizonMs, keep }: WorkoutsOptions): Workouts {
  const { extra, revisions, deleted } = keep('workouts', {
    extra: [] as Workout[],
    revisions: new Map<string, number>(),
    deleted: new Set<string>(),
  });
  const planned = (): Workout[] => {
    const found: Workout[] = [];
    for (let date = firstDate; date <= localDate(person.zone, horizonMs()); date = addDays(date, 1)) {
      const plan = plannedWorkout(person, seed, date);
      if (plan === undefined) continue;
      const startMs = localMs(person.zone, date, plan.startMinute);
      const minutes = plan.endMinute - plan.startMinute;
      const made = workoutOf({ person, seed, key: `${date}/workout`, kind: plan.kind, startMs, minutes });
      if (made.endMs <= horizonMs()) found.push(made);
    }
    return found;
  };
  const all = (): readonly Workout[] =>
    [...planned(), ...extra]
      .filter(({ key }) => !deleted.has(key))
      .map((workout) => revised(workout, revisions.get(workout.key) ?? 0))
      .sort((one, other) => one.startMs - other.startMs);
  const find = (key: string): Workout | undefined => all().find((workout) => workout.key === key);
  return {
    all,
    add(untilMs, days) {
      const made = Array.from({ length: days }, (_, index) => {
        const startMs = untilMs - index * 86_400_000 - (25 + extra.length) * 60_000;
        const key = `${startMs}/extra/${extra.length + index}`;
        return workoutOf({
          person,
          seed,
          key,
          kind: KINDS[person.workout === 'none' ? 'walk' : person.workout],
          startMs,
          minutes: 20,
        });
      });
      extra.push(...made);
      return made;
    },
    revise(key) {
      const before = find(key);
      if (before === undefined) return undefined;
      revisions.set(key, (revisions.get(key) ?? 0) + 1);
      const after = find(key);
      return after && { before, after };
    },
    remove(key) {
      const workout = find(key);
      if (workout !== undefined) deleted.add(key);
      return workout;
    },
  };
}

function revised(workout: Workout, times: number): Workout {
  if (times === 0) return workout;
  const distanceM = Math.round(workout.distanceM * (1 + 0.02 * times) * 10) / 10;
  return { ...workout, distanceM, title: `${workout.title} (corrected ${times})`, version: 1 + times };
}

/** The workout that the week's plan holds for a date, in minutes of the local day. */
export function plannedWorkout(
  person: Person,
  seed: string,
  date: string,
): { kind: WorkoutKind; startMinute: number; endMinute: number } | undefined {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  if (person.workout === 'none' || !person.workoutDays.includes(weekday)) return undefined;
  if (!wasWorn(person, seed, date) || chance(seed, person.name, date, 'skips') < 0.08) return undefined;
  const startMinute = wholeBetween(1030, 1130, seed, person.name, date, 'starts');
  const minutes =
    person.workout === 'ride'
      ? wholeBetween(60, 110, seed, person.name, date, 'long')
      : wholeBetween(31, 62, seed, person.name, date, 'long');
  return { kind: KINDS[person.workout], startMinute, endMinute: startMinute + minutes };
}

interface WorkoutOptions {
  readonly person: Person;
  readonly seed: string;
  readonly key: string;
  readonly kind: WorkoutKind;
  readonly startMs: number;
  readonly minutes: number;
}

function workoutOf({ person, seed, key, kind, startMs, minutes }: WorkoutOptions): Workout {
  const name = [seed, person.name, key] as const;
  const speed = METRES_PER_SECOND[kind] * between(0.9, 1.1, ...name, 'speed');
  const heartRateAvg = person.restingHeartRate + wholeBetween(82, 96, ...name, 'avg');
  return {
    key,
    date: localDate(person.zone, startMs),
    kind,
    title: TITLES[kind],
    startMs,
    endMs: startMs + minutes * 60_000,
    distanceM: Math.round(speed * minutes * 600) / 10,
    kcal: Math.round(minutes * between(8.5, 11.5, ...name, 'kcal')),
    heartRateAvg,
    heartRateMax: heartRateAvg + wholeBetween(12, 24, ...name, 'max'),
    elevationGainM: wholeBetween(4, 140, ...name, 'up'),
    version: 1,
  };
}
