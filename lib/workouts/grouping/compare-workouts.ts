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

/**
 * Who is the primary of a group: the user's last choice, else by source priority, then the richer record, then
 * the id. Two sources that the priority tells apart by their ids alone are equal here, so that the richer
 * record wins.
 */
export function compareWorkouts({ order, compareSources, chosenSeqOf }: Ranking) {
  const named = new Set(order);
  const bySource = (left: Source, right: Source): number => {
    if (named.has(left.sourceId) || named.has(right.sourceId)) return compareSources(left, right);
    return compareSources(left, { ...right, sourceId: left.sourceId });
  };
  return (left: Workout, right: Workout): number =>
    (chosenSeqOf(right.id) ?? 0) - (chosenSeqOf(left.id) ?? 0) ||
    bySource(left.source, right.source) ||
    right.richness - left.richness ||
    (left.id < right.id ? -1 : Number(left.id > right.id));
}
