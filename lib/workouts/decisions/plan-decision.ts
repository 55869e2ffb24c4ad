import type { EpochMs } from '../../core/instants.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DecidedGroup } from '../reads/workout-view.ts';
import { type DecisionWrites, MAX_DECISION_COUNT, type WorkoutDecision } from './model.ts';

/** What a user says of a group; `automatic` takes back what was said before. */
export type DecisionChoice = WorkoutDecision['choice'] | { readonly kind: 'automatic' };

/** Beside head, change entry and the new decision; older ones that a group has by then are a handful. */
const MAX_REMOVED_COUNT = 90;

/**
 * The writes that make `choice` hold for the group; undefined when it holds already. Choices of a primary among
 * the members that were made under other memberships go: one group has one. `not_a_member` for a primary that
 * the group does not have, `too_many` when the user has MAX_DECISION_COUNT.
 */
export function planDecision(
  group: DecidedGroup,
  choice: DecisionChoice,
  stored: { readonly decisions: readonly WorkoutDecision[]; readonly seq: number; readonly nowMs: EpochMs },
): Result<DecisionWrites | undefined, 'not_a_member' | 'too_many'> {
  const memberIds = group.decision?.groupId === group.id ? group.decision.memberIds : idsOf(group);
  if (choice.kind === 'primary' && !idsOf(group).includes(choice.primaryId)) return fail('not_a_member');
  if (isHeld(group, choice)) return ok(undefined);
  const replaced = stored.decisions.filter(
    (each) =>
      each.groupId === group.id ||
      (each.choice.kind === 'primary' && idsOf(group).includes(each.choice.primaryId)),
  );
  const isNew = replaced.every(({ groupId }) => groupId !== group.id);
  if (choice.kind !== 'automatic' && isNew && stored.decisions.length >= MAX_DECISION_COUNT)
    return fail('too_many');
  const { seq, nowMs } = stored;
  return ok({
    put:
      choice.kind === 'automatic'
        ? undefined
        : { groupId: group.id, memberIds, choice, seq, decidedAtMs: nowMs },
    removeGroupIds: replaced
      .map(({ groupId }) => groupId)
      .filter((groupId) => choice.kind === 'automatic' || groupId !== group.id)
      .slice(0, MAX_REMOVED_COUNT),
  });
}

const idsOf = ({ members }: DecidedGroup): readonly string[] => members.map(({ id }) => id);

function isHeld({ status, decision }: DecidedGroup, choice: DecisionChoice): boolean {
  if (choice.kind === 'automatic') return status === 'open';
  if (choice.kind === 'keep_both') return status === 'kept_both';
  return decision?.choice.kind === 'primary' && decision.choice.primaryId === choice.primaryId;
}
