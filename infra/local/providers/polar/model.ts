import { idNumber } from '../people/dice.ts';
import type { History, Sleep, Workout } from '../people/history.ts';
import type { Person } from '../people/people.ts';
import { addDays, localDate } from '../people/zones.ts';

/** How many local dates the lists of nights go back, today included. */
export const NIGHTS_DAYS = 28;
/** How far back the list of exercises goes. */
export const EXERCISES_DAYS = 30;

export const userIdOf = (person: Person): number => idNumber(8, 'polar', person.name, 'user');

/** Polar's exercise ids are short texts of letters and digits. */
export const exerciseIdOf = (person: Person, key: string): string =>
  idNumber(12, 'polar', person.name, 'exercise', key).toString(36);

/** The first local date that the list of nights has. */
export const firstNightOf = (person: Person, nowMs: number): string =>
  addDays(localDate(person.zone, nowMs), 1 - NIGHTS_DAYS);

export const nightOn = (history: History, date: string): Sleep | undefined =>
  history.sleeps().find((sleep) => sleep.date === date && !sleep.nap);

export const exerciseById = (history: History, id: string): Workout | undefined =>
  history.workouts().find(({ key }) => exerciseIdOf(history.person, key) === id);
