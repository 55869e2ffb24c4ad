import type { DayFacts, History, Sleep, Workout } from './history.ts';

/** One thing that an action changed in a history; clouds make their answers and pushes of it. */
export type Edit =
  | { readonly thing: 'sleep'; readonly what: EditKind; readonly before?: Sleep; readonly after?: Sleep }
  | {
      readonly thing: 'workout';
      readonly what: EditKind;
      readonly before?: Workout;
      readonly after?: Workout;
    }
  | { readonly thing: 'day'; readonly what: 'updated'; readonly before?: DayFacts; readonly after: DayFacts };

export type EditKind = 'created' | 'updated' | 'deleted';
export type EditedThing = Edit['thing'];

type Body = Readonly<Record<string, unknown>>;

const MOST_DAYS = 60;
const THINGS: readonly EditedThing[] = ['sleep', 'workout', 'day'];

/** What a control body names as `type`; `otherwise` when it names nothing known. */
export const wantedThing = (body: Body, otherwise: EditedThing): EditedThing =>
  THINGS.find((thing) => thing === body['type']) ?? otherwise;

const daysOf = ({ days }: Body): number =>
  typeof days === 'number' && Number.isInteger(days) && days > 0 ? Math.min(days, MOST_DAYS) : 1;

/** The device is read out: what is new since the last time, and the growth of the day that goes on. */
export function recordEdits(history: History, nowMs: number, body: Body): readonly Edit[] {
  const known = new Set(history.sleeps().map(({ key }) => key));
  const done = new Set(history.workouts().map(({ key }) => key));
  const knownDate = history.lastDate();
  const dayBefore = history.day(knownDate);
  history.record(nowMs, daysOf(body));
  const sleeps = history.sleeps().filter(({ key }) => !known.has(key));
  const workouts = history.workouts().filter(({ key }) => !done.has(key));
  return [
    ...sleeps.map((after): Edit => ({ thing: 'sleep', what: 'created', after })),
    ...workouts.map((after): Edit => ({ thing: 'workout', what: 'created', after })),
    ...history.dates(knownDate).flatMap((date): readonly Edit[] => {
      const after = history.day(date);
      if (after === undefined) return [];
      const before = date === knownDate ? dayBefore : undefined;
      return [{ thing: 'day', what: 'updated', after, ...(before === undefined ? {} : { before }) }];
    }),
  ];
}

/** The newest night is scored anew, the newest workout corrected, or the newest day grows. */
export function reviseEdits(history: History, thing: EditedThing): readonly Edit[] {
  if (thing === 'day') {
    const date = history.dates().at(-1);
    const grown = date === undefined ? undefined : history.growDay(date);
    return grown === undefined ? [] : [{ thing, what: 'updated', ...grown }];
  }
  if (thing === 'sleep') {
    const key = history.sleeps().at(-1)?.key;
    const revised = key === undefined ? undefined : history.reviseSleep(key);
    return revised === undefined ? [] : [{ thing, what: 'updated', ...revised }];
  }
  const key = history.workouts().at(-1)?.key;
  const revised = key === undefined ? undefined : history.reviseWorkout(key);
  return revised === undefined ? [] : [{ thing, what: 'updated', ...revised }];
}

/** The newest workout or night goes; a person without workouts loses a night. */
export function deleteEdits(history: History, thing: EditedThing): readonly Edit[] {
  const workout = history.workouts().at(-1);
  if (thing !== 'sleep' && workout !== undefined) {
    history.deleteWorkout(workout.key);
    return [{ thing: 'workout', what: 'deleted', before: workout }];
  }
  const sleep = history.sleeps().at(-1);
  if (sleep === undefined) return [];
  history.deleteSleep(sleep.key);
  return [{ thing: 'sleep', what: 'deleted', before: sleep }];
}
