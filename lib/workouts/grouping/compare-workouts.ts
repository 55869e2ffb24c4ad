import type { Source } from '../../samples/model.ts';
import type { Workout } from '../model.ts';

export interface Ranking {
  /** The order that holds for workouts: providers, types of device, source ids. */
  readonly order: readonly string[];
  /** The one implementation of source priority (lib/projections/priorities.ts). */
  compareSources(left: Source, right: Source): number;
  /** When the user chose it as the primary: the seq of that choice. */
  chosenSeqOf(workoutId: string): number | undefined;
}

/** Why the first of two goes first; `id`: nothing tells them apart but their ids. */
export type PrimaryReason = 'decision' | 'priority' | 'more_data' | 'id';

export interface WorkoutOrder {
  /** A total order: the primary of a group is its first. */
  compare(left: Workout, right: Workout): number;
  reasonOf(first: Workout, next: Workout | undefined): PrimaryReason;
}

/**
 * Who is the primary of a group: the user's last choice, else by source priority, then the richer record, then
 * the id. Two sources that the priority tells apart by their ids alone are equal here, so that the richer
 * record wins.
 */
export function orderWorkouts({ order, compareSources, chosenSeqOf }: Ranking): WorkoutOrder {
  const named = new Set(order);
  const bySource = (left: Source, right: Source): number => {
    if (named.has(left.sourceId) || named.has(right.sourceId)) return compareSources(left, right);
    return compareSources(left, { ...right, sourceId: left.sourceId });
  };
  const steps: readonly (readonly [PrimaryReason, WorkoutOrder['compare']])[] = [
    ['decision', (left, right) => (chosenSeqOf(right.id) ?? 0) - (chosenSeqOf(left.id) ?? 0)],
    ['priority', (left, right) => bySource(left.source, right.source)],
    ['more_data', (left, right) => right.richness - left.richness],
    ['id', (left, right) => (left.id < right.id ? -1 : Number(left.id > right.id))],
  ];
  const decisive = (left: Workout, right: Workout) => steps.find(([, compare]) => compare(left, right) !== 0);
  return {
    compare: (left, right) => decisive(left, right)?.[1](left, right) ?? 0,
    reasonOf: (first, next) => (next === undefined ? 'id' : (decisive(first, next)?.[0] ?? 'id')),
  };
}
