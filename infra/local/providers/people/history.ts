import { type Keep, keepNothing } from '../frame/memory.ts';
import { baseFacts, type DayFacts } from './days.ts';
import { type Minutes, measuredUntil, minutesOf } from './minutes.ts';
import { createNights, type Sleep } from './nights.ts';
import type { Person } from './people.ts';
import { createWorkouts, type Workout } from './workouts.ts';
import { wasWorn } from './worn.ts';
import { addDays, localDate, localMs } from './zones.ts';

export type { DayFacts, NightFacts } from './days.ts';
export type { Minutes } from './minutes.ts';
export type { Sleep, Stage } from './nights.ts';
export type { Workout, WorkoutKind } from './workouts.ts';

/** How far back the data of everyone goes. */
export const HISTORY_DAYS = 60;

/**
 * What one person's device knows at one cloud: the generator's days plus what was changed since. Nothing after
 * `horizonMs` (the last time the device was read out) is known to the cloud.
 */
export interface History {
  readonly person: Person;
  readonly firstDate: string;
  horizonMs(): number;
  /** Local date of the horizon. */
  lastDate(): string;
  /** Dates with data, oldest first, both ends included and cut to what is known. */
  dates(from?: string, to?: string): readonly string[];
  /** Undefined for a day on which nothing was worn, or outside the known days. */
  day(date: string): DayFacts | undefined;
  minutes(date: string): Minutes | undefined;
  /** Sleeps that are not deleted, oldest first. `date` is the local date of waking up. */
  sleeps(): readonly Sleep[];
  workouts(): readonly Workout[];
  /** The device is read out: the horizon moves to `nowMs`, and each of the last `days` days gains one more workout. */
  record(nowMs: number, days: number): readonly Workout[];
  /** More steps on a known day, in its minutes too. */
  growDay(date: string): { readonly before: DayFacts; readonly after: DayFacts } | undefined;
  /** The night is scored anew: final, and ending six minutes later. */
  reviseSleep(key: string): { readonly before: Sleep; readonly after: Sleep } | undefined;
  reviseWorkout(key: string): { readonly before: Workout; readonly after: Workout } | undefined;
  deleteSleep(key: string): Sleep | undefined;
  deleteWorkout(key: string): Workout | undefined;
}

export interface HistoryOptions {
  readonly person: Person;
  /** Values depend on this and on the calendar date, on nothing else. */
  readonly seed: string;
  readonly startMs: number;
  /** Whether this cloud's minutes may come from the recorded ones. */
  readonly recorded: boolean;
  /** For what was changed by hand, and when the history began. */
  readonly keep?: Keep;
}

export function createHistory(options: HistoryOptions): History {
  const { person, seed, keep = keepNothing } = options;
  const known = keep('known', {
    startMs: options.startMs,
    horizonMs: Math.floor(options.startMs / 60_000) * 60_000,
  });
  const horizonMs = (): number => known.horizonMs;
  const firstDate = addDays(localDate(person.zone, known.startMs), -HISTORY_DAYS);
  const parts = { person, seed, firstDate, horizonMs, keep };
  const nights = createNights(parts);
  const training = createWorkouts(parts);
  const lastDate = (): string => localDate(person.zone, known.horizonMs);
  const days = createDays({ ...options, ...parts, lastDate, slept: nights.on });
  return {
    person,
    firstDate,
    lastDate,
    horizonMs,
    ...days,
    sleeps: nights.all,
    workouts: training.all,
    reviseSleep: nights.revise,
    deleteSleep: nights.remove,
    reviseWorkout: training.revise,
    deleteWorkout: training.remove,
    record(nowMs, count) {
      known.horizonMs = Math.max(known.horizonMs, Math.floor(nowMs / 60_000) * 60_000);
      return training.add(known.horizonMs, count);
    },
  };
}

interface DaysOptions extends HistoryOptions {
  readonly keep: Keep;
  readonly firstDate: string;
  readonly lastDate: () => string;
  readonly horizonMs: () => number;
  readonly slept: (date: string) => Sleep | undefined;
}

/** The days themselves: made when they are asked for, and made again the same unless they have grown. */
function createDays(options: DaysOptions): Pick<History, 'day' | 'minutes' | 'dates' | 'growDay'> {
  const { person, seed, recorded, firstDate, lastDate } = options;
  const grown = options.keep('days', new Map<string, number[]>());
  const known = (date: string): boolean =>
    date >= firstDate && date <= lastDate() && wasWorn(person, seed, date);
  const spanOf = (date: string) => ({
    horizonMs: options.horizonMs(),
    startMs: localMs(person.zone, date, 0),
    endMs: localMs(person.zone, addDays(date, 1), 0),
  });
  const minutes = (date: string): Minutes | undefined =>
    known(date)
      ? minutesOf({
          person,
          seed,
          date,
          recorded,
          ...spanOf(date),
          grownBefore: grown.get(date) ?? [],
        })
      : undefined;
  const day = (date: string): DayFacts | undefined => {
    const measured = minutes(date);
    const horizonMs = options.horizonMs();
    return (
      measured && baseFacts({ person, seed, date, minutes: measured, horizonMs, slept: options.slept(date) })
    );
  };
  return {
    day,
    minutes,
    dates(from = firstDate, to = lastDate()) {
      const dates: string[] = [];
      for (let date = firstDate; date <= lastDate(); date = addDays(date, 1))
        if (date >= from && date <= to && known(date)) dates.push(date);
      return dates;
    },
    growDay(date) {
      const before = day(date);
      if (before === undefined) return undefined;
      grown.set(date, [...(grown.get(date) ?? []), measuredUntil(spanOf(date))]);
      const after = day(date);
      return after && { before, after };
    },
  };
}
