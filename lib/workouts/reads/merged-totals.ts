import type { Workout } from '../model.ts';
import { isPartOf } from './parts.ts';
import type { DecidedGroup, WorkoutView } from './workout-view.ts';

/** Sums of one kind of workouts; null where none of them says. */
export interface MergedTotals {
  readonly counted: number;
  /** Copies, and parts beside the whole that they are parts of. */
  readonly setAside: number;
  readonly durationSec: number;
  readonly movingSec: number | null;
  readonly distanceM: number | null;
  readonly energyKcal: number | null;
}

const MEASURES = ['movingSec', 'distanceM', 'energyKcal'] as const;
type Measure = (typeof MEASURES)[number];

/**
 * Totals by key, each activity once: of a group the primary counts, where its start lies, and what it does not
 * say is taken from the next member that does. A group with a part of a multi-sport workout is counted in the
 * whole. At least what the first source alone says, and at most the plain sum (WKT10).
 */
export function mergeTotals(
  view: WorkoutView,
  { isInRange, keyOf }: { isInRange(workout: Workout): boolean; keyOf(workout: Workout): string },
): ReadonlyMap<string, MergedTotals> {
  const isPart = partsOf(view);
  const totals = new Map<string, MergedTotals>();
  for (const workout of view.workouts) {
    if (!isInRange(workout) || !view.standingOf(workout.id).isPrimary) continue;
    const members = membersOf(view.groupOf(workout.id), workout);
    const key = keyOf(workout);
    totals.set(key, add(totals.get(key) ?? NOTHING, members, isPart(workout.id)));
  }
  return totals;
}

/**
 * Of a primary: its activity is counted in another, which is part of nothing itself. Of activities that are said to
 * be parts of one another, and of no whole beside them, each counts.
 */
function partsOf(view: WorkoutView): (primaryId: string) => boolean {
  const byId = new Map(view.workouts.map((workout) => [workout.id, workout]));
  const unitOf = (workout: Workout): readonly Workout[] => membersOf(view.groupOf(workout.id), workout);
  const wholesOf = (workout: Workout): readonly Workout[] =>
    unitOf(workout).flatMap((part) => {
      const whole = byId.get(part.parentId ?? '');
      return whole !== undefined && isPartOf(part, whole) ? [whole] : [];
    });
  return (primaryId) => {
    const seen = new Set<string>();
    const open = [byId.get(primaryId)];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const wholes = wholesOf(next);
      if (wholes.length === 0) return seen.size > 0;
      for (const { id } of unitOf(next)) seen.add(id);
      open.push(...wholes.filter(({ id }) => !seen.has(id)));
    }
    return false;
  };
}

const NOTHING: MergedTotals = {
  counted: 0,
  setAside: 0,
  durationSec: 0,
  movingSec: null,
  distanceM: null,
  energyKcal: null,
};

const membersOf = (group: DecidedGroup | undefined, alone: Workout): readonly Workout[] =>
  group?.members ?? [alone];

function add(totals: MergedTotals, members: readonly Workout[], isPart: boolean): MergedTotals {
  if (isPart) return { ...totals, setAside: totals.setAside + members.length };
  const said = (measure: Measure): number | null => {
    const value = members.map(({ body }) => body[measure]).find((each) => each !== undefined);
    return value === undefined ? totals[measure] : (totals[measure] ?? 0) + value;
  };
  return {
    counted: totals.counted + 1,
    setAside: totals.setAside + members.length - 1,
    durationSec: totals.durationSec + (members[0]?.durationSec ?? 0),
    movingSec: said('movingSec'),
    distanceM: said('distanceM'),
    energyKcal: said('energyKcal'),
  };
}
