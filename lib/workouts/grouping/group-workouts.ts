import type { Workout } from '../model.ts';
import { candidatePairs, inTimeOrder } from './candidate-pairs.ts';
import { createDisjointSets, type DisjointSets } from './disjoint-sets.ts';
import { groupIdOf } from './group-id.ts';
import { type PairScore, type PairSignal, scorePair } from './score-pair.ts';

/** More copies of one activity than any person has sources; a group never grows past it. */
export const MAX_GROUP_SIZE = 32;

export interface MatchedPair {
  readonly a: string;
  readonly b: string;
  readonly score: number;
  readonly signals: readonly PairSignal[];
}

export interface WorkoutGroup {
  readonly id: string;
  /** Two or more, the primary first. */
  readonly members: readonly Workout[];
  readonly pairs: readonly MatchedPair[];
}

export interface GroupingRules {
  /** The user said of these two that both count. Symmetric. */
  isKeptApart(left: string, right: string): boolean;
  /** Who goes first in a group; a total order. */
  compare(left: Workout, right: Workout): number;
}

/** Every pair that matches by what the sources say, the best first: a total order over pairs. */
export function matchedPairs(workouts: readonly Workout[]): readonly MatchedPair[] {
  const matched: MatchedPair[] = [];
  for (const [left, right] of candidatePairs(inTimeOrder(workouts))) {
    const { isMatch, score, signals } = scorePair(left, right);
    const [a, b] = left.id < right.id ? [left.id, right.id] : [right.id, left.id];
    if (isMatch) matched.push({ a, b, score, signals });
  }
  return matched.sort(
    (left, right) => right.score - left.score || compareText(left.a, right.a) || compareText(left.b, right.b),
  );
}

/**
 * Groups of two or more workouts that are one activity, the same ones in whatever order the workouts come:
 * matched pairs are joined from the best on, unless a pair that may not share a group would (a veto, the user's
 * word, or the size).
 */
export function groupWorkouts(
  workouts: readonly Workout[],
  rules: GroupingRules,
  pairs: readonly MatchedPair[] = matchedPairs(workouts),
): readonly WorkoutGroup[] {
  const byId = new Map(workouts.map((workout) => [workout.id, workout]));
  const sets = createDisjointSets();
  const mayShare = createShareCheck(byId, rules, pairs);
  for (const { a, b } of pairs) {
    if (mayJoin(sets.membersOf(a), sets.membersOf(b), mayShare)) sets.join(a, b);
  }
  return collect(sets, pairs, byId, rules);
}

function mayJoin(
  left: readonly string[],
  right: readonly string[],
  mayShare: (left: string, right: string) => boolean,
): boolean {
  if (left === right || left.length + right.length > MAX_GROUP_SIZE) return false;
  return left.every((one) => right.every((other) => mayShare(one, other)));
}

/** Asked again and again while groups grow, so that an answer is kept; of matched pairs it is known. */
function createShareCheck(
  byId: ReadonlyMap<string, Workout>,
  rules: GroupingRules,
  matched: readonly MatchedPair[],
) {
  const known = new Map<string, PairScore['veto']>(matched.map(({ a, b }) => [`${a} ${b}`, undefined]));
  return (one: string, other: string): boolean => {
    if (rules.isKeptApart(one, other)) return false;
    const [left, right] = [byId.get(one), byId.get(other)];
    if (left === undefined || right === undefined) return false;
    const key = one < other ? `${one} ${other}` : `${other} ${one}`;
    if (!known.has(key)) known.set(key, scorePair(left, right).veto);
    return known.get(key) === undefined;
  };
}

function collect(
  sets: DisjointSets,
  pairs: readonly MatchedPair[],
  byId: ReadonlyMap<string, Workout>,
  rules: GroupingRules,
): readonly WorkoutGroup[] {
  const bySet = new Map<readonly string[], MatchedPair[]>();
  for (const pair of pairs) {
    const set = sets.membersOf(pair.a);
    if (set !== sets.membersOf(pair.b)) continue;
    const known = bySet.get(set);
    if (known === undefined) bySet.set(set, [pair]);
    else known.push(pair);
  }
  return [...bySet].map(([ids, own]) => ({
    id: groupIdOf(ids),
    members: ids.flatMap((id) => byId.get(id) ?? []).sort(rules.compare),
    pairs: own,
  }));
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
