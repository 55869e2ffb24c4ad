/** The collections that are asked for by date: which documents each has, and which scope it takes. */

import { DAY_DOCUMENTS } from './day-documents.ts';
import type { OuraView } from './model.ts';
import { deletedSleepDocument, sleepDocument } from './sleep-document.ts';
import { workoutDocument } from './workout-document.ts';

export type OuraDocument = Readonly<Record<string, unknown>>;

export interface Collection {
  /** As in the path: `vO2_max`. */
  readonly name: string;
  readonly scope: string;
  /** Whether a document of `end_date` itself is told. */
  readonly isEndIncluded: boolean;
  /** Of these local dates, both included, in order of the date. */
  documents(view: OuraView, from: string, to: string): readonly OuraDocument[];
}

const byDay = (name: string, scope: string): Collection => ({
  name,
  scope,
  isEndIncluded: name !== 'daily_activity',
  documents: ({ history }, from, to) =>
    history.dates(from, to).flatMap((date) => {
      const day = history.day(date);
      const document = day && DAY_DOCUMENTS[name]?.(history, day);
      return document === undefined ? [] : [document];
    }),
});

const SLEEP: Collection = {
  name: 'sleep',
  scope: 'daily',
  isEndIncluded: true,
  documents: ({ history, gone }, from, to) => {
    const isWithin = ({ date }: { readonly date: string }) => date >= from && date <= to;
    const deleted = gone
      .filter(isWithin)
      .map((sleep) => ({ sleep, told: deletedSleepDocument(history, sleep) }));
    const kept = history
      .sleeps()
      .filter(isWithin)
      .map((sleep) => ({ sleep, told: sleepDocument(history, sleep) }));
    return [...kept, ...deleted].sort((a, b) => a.sleep.startMs - b.sleep.startMs).map(({ told }) => told);
  },
};

const WORKOUT: Collection = {
  name: 'workout',
  scope: 'workout',
  isEndIncluded: true,
  documents: ({ history }, from, to) =>
    history
      .workouts()
      .filter(({ date }) => date >= from && date <= to)
      .map((workout) => workoutDocument(history, workout)),
};

/** Collections that our people leave empty. */
const empty = (name: string, scope: string): Collection => ({
  name,
  scope,
  isEndIncluded: true,
  documents: () => [],
});

export const COLLECTIONS: readonly Collection[] = [
  SLEEP,
  WORKOUT,
  byDay('daily_sleep', 'daily'),
  byDay('daily_readiness', 'daily'),
  byDay('daily_activity', 'daily'),
  byDay('sleep_time', 'daily'),
  byDay('daily_spo2', 'spo2'),
  byDay('daily_stress', 'stress'),
  byDay('daily_resilience', 'stress'),
  byDay('daily_cardiovascular_age', 'heart_health'),
  byDay('vO2_max', 'heart_health'),
  empty('session', 'session'),
  empty('tag', 'tag'),
  empty('enhanced_tag', 'tag'),
  empty('rest_mode_period', 'daily'),
];

/** Without the prefix that applications of the newer portal ask with. */
export const bareScope = (scope: string): string => scope.replace(/^extapi:/, '');
