import type { WorkoutDecision } from '../decisions/model.ts';
import { inTimeOrder } from '../grouping/candidate-pairs.ts';
import type { PrimaryReason, WorkoutOrder } from '../grouping/compare-workouts.ts';
import { createDisjointSets, type DisjointSets } from '../grouping/disjoint-sets.ts';
import {
  groupWorkouts,
  type MatchedPair,
  matchedPairs,
  type WorkoutGroup,
} from '../grouping/group-workouts.ts';
import type { Workout } from '../model.ts';
import { REACH_MS, type Span } from './span.ts';
import type { Standing } from './workout-answer.ts';
import type { WorkoutContext } from './workout-context.ts';

/** A group as the outside sees it; one whose members all count is still told, so that it can be taken back. */
export interface DecidedGroup extends WorkoutGroup {
  readonly status: 'open' | 'primary_chosen' | 'kept_both';
  readonly decision: WorkoutDecision | undefined;
  /** Why the first member goes before the second. */
  readonly primaryReason: PrimaryReason;
}

/** What a span says, with the user's decisions applied. */
export interface WorkoutView {
  /** In time order. */
  readonly workouts: readonly Workout[];
  readonly groups: readonly DecidedGroup[];
  standingOf(workoutId: string): Standing;
  /** The group that the workout is a member of and counts in, if any. */
  groupOf(workoutId: string): DecidedGroup | undefined;
  /** Groups that are listed where this workout stands: those whose first member it is. */
  groupsLedBy(workoutId: string): readonly DecidedGroup[];
  /**
   * `whole` when no workout outside of the span can change what is said of this one; else where to look: a
   * member of its component lies within reach of that end.
   */
  edgeOf(workoutId: string): 'whole' | 'below' | 'above';
}

/** Pure: the same span and decisions give the same view. */
export function viewOf(
  span: Span,
  { decisions, rules }: Pick<WorkoutContext, 'decisions' | 'rules'>,
): WorkoutView {
  const { workouts } = span;
  const pairs = matchedPairs(workouts);
  const groups = groupWorkouts(workouts, rules, pairs).map((group) =>
    withStatus(group, { decisions, rules }),
  );
  const kept = keptGroups(workouts, { decisions, rules, pairs });
  const groupByMember = new Map(
    groups.flatMap((group) => group.members.map(({ id }) => [id, group] as const)),
  );
  const led = new Map<string, DecidedGroup[]>();
  const all = [...groups, ...kept];
  for (const group of all) {
    const first = group.members[0]?.id ?? '';
    led.set(
      first,
      [...(led.get(first) ?? []), group].sort((left, right) => (left.id < right.id ? -1 : 1)),
    );
  }
  return {
    workouts,
    groups: all,
    groupOf: (id) => groupByMember.get(id),
    standingOf: (id) => {
      const group = groupByMember.get(id);
      return { groupId: group?.id, isPrimary: group === undefined || group.members[0]?.id === id };
    },
    groupsLedBy: (id) => led.get(id) ?? [],
    edgeOf: edgesOf(span, componentsOf(pairs, kept)),
  };
}

function withStatus(
  group: WorkoutGroup,
  { decisions, rules }: Pick<WorkoutContext, 'decisions' | 'rules'>,
): DecidedGroup {
  const memberIds = new Set(group.members.map(({ id }) => id));
  const decision = decisions
    .filter(({ choice }) => choice.kind === 'primary' && memberIds.has(choice.primaryId))
    .reduce<WorkoutDecision | undefined>(
      (last, each) => (each.seq > (last?.seq ?? 0) ? each : last),
      undefined,
    );
  const status = decision === undefined ? 'open' : 'primary_chosen';
  return { ...group, status, decision, primaryReason: reasonOf(group.members, rules) };
}

/**
 * What the user keeps apart, under the id that it was decided by: members that lie within reach of one another,
 * so that every range and page tells the same. One that was moved far away since is no copy of the others anyway.
 */
function keptGroups(
  workouts: readonly Workout[],
  context: Pick<WorkoutContext, 'decisions' | 'rules'> & { readonly pairs: readonly MatchedPair[] },
): readonly DecidedGroup[] {
  const byId = new Map(workouts.map((workout) => [workout.id, workout]));
  return context.decisions.flatMap((decision): readonly DecidedGroup[] => {
    if (decision.choice.kind !== 'keep_both') return [];
    const members = decision.memberIds.flatMap((id) => byId.get(id) ?? []);
    return nearby(members).flatMap((near): readonly DecidedGroup[] => {
      if (near.length < 2) return [];
      const ids = new Set(near.map(({ id }) => id));
      const pairs = context.pairs.filter(({ a, b }) => ids.has(a) && ids.has(b));
      const sorted = near.toSorted(context.rules.compare);
      const primaryReason = reasonOf(sorted, context.rules);
      return [{ id: decision.groupId, members: sorted, pairs, status: 'kept_both', decision, primaryReason }];
    });
  });
}

/** Of members in their order. */
export const reasonOf = (
  [first, next]: readonly Workout[],
  rules: Pick<WorkoutOrder, 'reasonOf'>,
): PrimaryReason => (first === undefined ? 'id' : rules.reasonOf(first, next));

/** Cut wherever the next workout starts out of reach. */
function nearby(workouts: readonly Workout[]): readonly (readonly Workout[])[] {
  const parts: Workout[][] = [];
  for (const workout of inTimeOrder(workouts)) {
    const part = parts.at(-1);
    const last = part?.at(-1);
    if (part === undefined || last === undefined || workout.startMs - last.startMs > REACH_MS)
      parts.push([workout]);
    else part.push(workout);
  }
  return parts;
}

/** Everything that hangs together by any pair, joined or not: what may move one another's group. */
function componentsOf(pairs: readonly MatchedPair[], kept: readonly DecidedGroup[]): DisjointSets {
  const sets = createDisjointSets();
  for (const { a, b } of pairs) sets.join(a, b);
  for (const { members } of kept) {
    for (const { id } of members) sets.join(members[0]?.id ?? id, id);
  }
  return sets;
}

function edgesOf({ workouts, loMs, hiMs }: Span, components: DisjointSets): WorkoutView['edgeOf'] {
  const startOf = new Map(workouts.map(({ id, startMs }) => [id, startMs]));
  const known = new Map<readonly string[], ReturnType<WorkoutView['edgeOf']>>();
  const edgeOfAll = (members: readonly string[]): ReturnType<WorkoutView['edgeOf']> => {
    const starts = members.flatMap((id) => startOf.get(id) ?? []);
    if (starts.some((startMs) => startMs - REACH_MS < loMs && loMs > 0)) return 'below';
    return starts.some((startMs) => startMs + REACH_MS >= hiMs) ? 'above' : 'whole';
  };
  return (id) => {
    const members = components.membersOf(id);
    const edge = known.get(members) ?? edgeOfAll(members);
    known.set(members, edge);
    return edge;
  };
}
