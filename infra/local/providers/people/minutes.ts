import { dice } from './dice.ts';
import { bedtimeOf } from './nights.ts';
import type { Person } from './people.ts';
import { recordedDay } from './recorded.ts';
import { plannedWorkout } from './workouts.ts';

/** One local day minute by minute. Index = minutes since local midnight; 0 = nothing measured (or no steps). */
export interface Minutes {
  readonly startMs: number;
  readonly heartRate: Uint8Array;
  readonly steps: Uint8Array;
}

interface MinutesOptions {
  readonly person: Person;
  readonly seed: string;
  readonly date: string;
  readonly startMs: number;
  /** The next local midnight. */
  readonly endMs: number;
  readonly horizonMs: number;
  readonly recorded: boolean;
  /** For each time that the day has grown since it was first told, the minute that its measured part ended at. */
  readonly grownBefore: readonly number[];
}

const MINUTES_OF_A_DAY = 1440;
const GROWN_MINUTES = 16;
const GROWN_STEPS = 40;

/** The minutes of one day up to the horizon: recorded ones where they are wanted and there, generated ones else. */
export function minutesOf(options: MinutesOptions): Minutes {
  const { person, date, startMs } = options;
  const recorded = options.recorded && person.recorded ? recordedDay(date) : undefined;
  const { heartRate, steps } = recorded ?? generated(options);
  const until = measuredUntil(options);
  const day = { startMs, heartRate: heartRate.slice(), steps: steps.slice() };
  day.heartRate.fill(0, until);
  day.steps.fill(0, until);
  grow(day.steps, options.grownBefore);
  return day;
}

/** The minute of the day that the horizon has reached. */
export const measuredUntil = ({
  startMs,
  endMs,
  horizonMs,
}: Pick<MinutesOptions, 'startMs' | 'endMs' | 'horizonMs'>): number =>
  Math.max(0, Math.min(MINUTES_OF_A_DAY, Math.floor((Math.min(endMs, horizonMs) - startMs) / 60_000)));

/**
 * Spreads each time over minutes of its own, so that a minute never exceeds what a byte or a leg can do. They stay
 * where they were when the horizon moves on: what was told once changes only with being told again.
 */
function grow(steps: Uint8Array, grownBefore: readonly number[]): void {
  for (const [time, until] of grownBefore.entries()) {
    const sameBefore = grownBefore.slice(0, time).filter((other) => other === until).length;
    for (let index = 0; index < GROWN_MINUTES; index++) {
      const minute = until - 1 - (sameBefore * GROWN_MINUTES + index) * 2;
      if (minute >= 0) steps[minute] = Math.min(220, (steps[minute] ?? 0) + GROWN_STEPS);
    }
  }
}

function generated({ person, seed, date }: MinutesOptions): Pick<Minutes, 'heartRate' | 'steps'> {
  const roll = dice(seed, person.name, date, 'minutes');
  const heartRate = new Uint8Array(MINUTES_OF_A_DAY);
  const steps = new Uint8Array(MINUTES_OF_A_DAY);
  const workout = plannedWorkout(person, seed, date);
  const asleep = asleepOn(person, seed, date);
  // About a third of the waking minutes are moved in, at 20-120 steps a minute.
  const walking = person.dailySteps / (1440 - person.sleepMin) / 70;
  for (let minute = 0; minute < MINUTES_OF_A_DAY; minute++) {
    const busy = roll();
    const much = roll();
    const rest = person.restingHeartRate;
    if (asleep(minute)) {
      heartRate[minute] = Math.round(rest + much * 9);
    } else if (workout !== undefined && minute >= workout.startMinute && minute < workout.endMinute) {
      heartRate[minute] = Math.round(rest + 78 + much * 26);
      steps[minute] =
        workout.kind === 'cycling' ? 0 : Math.round((workout.kind === 'running' ? 158 : 104) + much * 14);
    } else {
      if (busy < walking) steps[minute] = Math.round(20 + much * 100);
      heartRate[minute] = Math.round(rest + 14 + much * 16 + (busy < walking ? 18 : 0));
    }
  }
  return { heartRate, steps };
}

function asleepOn(person: Person, seed: string, date: string): (minute: number) => boolean {
  const night = bedtimeOf(person, seed, date, 0);
  const next = bedtimeOf(person, seed, date, 1);
  return (minute) =>
    (minute >= night.startMinute && minute < night.endMinute) ||
    (minute >= next.startMinute + 1440 && minute < next.endMinute + 1440);
}
