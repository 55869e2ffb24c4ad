/** What WHOOP makes of a history: sleeps, the recovery and the physiological cycle that each begins, workouts. */

import { idNumber, idUuid } from '../people/dice.ts';
import type { DayFacts, History, Sleep, Workout } from '../people/history.ts';
import type { Person } from '../people/people.ts';

const HOUR_MS = 3_600_000;
/** A cycle lasts from one sleep to the next; without a next one in sight it is closed after a day. */
const LONGEST_CYCLE_MS = 30 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;

export interface Cycle {
  readonly id: number;
  readonly sleep: Sleep;
  readonly startMs: number;
  /** Undefined while it goes on. */
  readonly endMs: number | undefined;
  /** Undefined when the strap was not worn on the day that follows the sleep. */
  readonly day: () => DayFacts | undefined;
}

export const userIdOf = (person: Person): number => idNumber(7, 'whoop', person.name, 'user');
export const sleepIdOf = (person: Person, key: string): string => idUuid('whoop', person.name, 'sleep', key);
export const workoutIdOf = (person: Person, key: string): string =>
  idUuid('whoop', person.name, 'workout', key);
/** The number that v1 knew an activity by. */
export const v1IdOf = (person: Person, key: string): number => idNumber(9, 'whoop', person.name, 'v1', key);
export const cycleIdOf = (person: Person, key: string): number => idNumber(9, 'whoop', person.name, key);

export const sleepById = (history: History, id: string): Sleep | undefined =>
  history.sleeps().find(({ key }) => sleepIdOf(history.person, key) === id);

export const workoutById = (history: History, id: string): Workout | undefined =>
  history.workouts().find(({ key }) => workoutIdOf(history.person, key) === id);

/** Oldest first. `gone` are the deleted sleeps: the cycle that such a sleep began stays. */
export function cyclesOf(history: History, gone: readonly Sleep[]): readonly Cycle[] {
  const sleeps = [...history.sleeps(), ...gone].sort((a, b) => a.startMs - b.startMs);
  return sleeps.map((sleep, index) => {
    const nextMs = sleeps[index + 1]?.startMs ?? Number.POSITIVE_INFINITY;
    const longestMs = sleep.startMs + LONGEST_CYCLE_MS;
    const isOpen = nextMs > longestMs && history.horizonMs() < longestMs;
    return {
      id: cycleIdOf(history.person, sleep.key),
      sleep,
      startMs: sleep.startMs,
      endMs: isOpen ? undefined : nextMs > longestMs ? sleep.startMs + DAY_MS : nextMs,
      day: () => history.day(sleep.date),
    };
  });
}

export const cycleById = (cycles: readonly Cycle[], id: string): Cycle | undefined =>
  cycles.find((cycle) => String(cycle.id) === id);
