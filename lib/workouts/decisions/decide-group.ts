import type { WorkoutGroup } from '../../../contracts/http/workouts.ts';
import type { Clock } from '../../core/clock.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import { anchorOf } from '../grouping/group-id.ts';
import { toGroupAnswer } from '../reads/group-answer.ts';
import { loadSurroundings, type Surroundings } from '../reads/load-surroundings.ts';
import type { WorkoutReads } from '../reads/model.ts';
import type { DecidedGroup } from '../reads/workout-view.ts';
import type { DecisionStore } from './model.ts';
import { type DecisionChoice, planDecision } from './plan-decision.ts';

export interface DecideDependencies {
  readonly reads: Omit<WorkoutReads, 'decisions'> & { readonly decisions: DecisionStore };
  readonly clock: Clock;
}

/** A conflict means that another transaction of the user came between; each try reads all again. */
const MAX_TRY_COUNT = 8;
/** Times the try: in all a third of a second, longer than a transaction of another writer takes. */
const PAUSE_MS = 10;

/**
 * Makes `choice` hold for a group, for ever, and answers the group as it is then. A repeat changes nothing and
 * announces nothing. `workout.group_not_found`, `workout.too_many_decisions`, `request.invalid` for a primary
 * that is no member, `user.not_found`, `read.metric_blocked`, and `user.conflict` when others keep writing.
 */
export async function decideGroup(
  deps: DecideDependencies,
  scope: UserScope,
  request: { readonly groupId: string; readonly choice: DecisionChoice; readonly correlationId: string },
): Promise<WorkoutGroup> {
  const { reads, clock } = deps;
  for (let attempt = 1; attempt <= MAX_TRY_COUNT; attempt += 1) {
    const found = await findGroup(reads, scope, request.groupId);
    const { decisions, head } = found.context;
    const seq = head.seq + 1;
    const nowMs = clock.now();
    const planned = planDecision(found.group, request.choice, { decisions, seq, nowMs });
    if (!planned.ok) throw refused(planned.failure);
    if (planned.value === undefined) return toGroupAnswer(found.group, found.view);
    const change = { ...toChange(found.group, request), seq, committedAtMs: nowMs };
    const outcome = await reads.decisions.commit(scope, change, planned.value);
    if (outcome === 'committed') return answerAfter(reads, scope, found);
    if (outcome === 'erased') throw new AppError('user.not_found', 'There is no user by this id.');
    await clock.sleep(attempt * PAUSE_MS);
  }
  throw new AppError('user.conflict', 'Others keep writing to this user; try again.');
}

type Found = Surroundings & { readonly group: DecidedGroup };

/** By the member that the id begins with; where that is deleted, by another that the user decided about. */
async function findGroup(reads: WorkoutReads, scope: UserScope, groupId: string): Promise<Found> {
  const anchor = anchorOf(groupId);
  if (anchor === undefined) throw noGroup();
  const direct = await loadSurroundings(reads, scope, anchor);
  const found = direct ?? (await loadByDecision(reads, scope, groupId));
  const group = found?.view.groups.find(({ id }) => id === groupId);
  if (found === undefined || group === undefined) throw noGroup();
  return { ...found, group };
}

async function loadByDecision(
  reads: WorkoutReads,
  scope: UserScope,
  groupId: string,
): Promise<Surroundings | undefined> {
  const decisions = await reads.decisions.list(scope);
  const memberIds = decisions.find((decision) => decision.groupId === groupId)?.memberIds ?? [];
  const pointers = await reads.records.loadPointers(scope, 'workout', memberIds);
  const living = memberIds.find((id) => pointers.get(id)?.deletedAtMs === undefined && pointers.has(id));
  return living === undefined ? undefined : loadSurroundings(reads, scope, living);
}

/** The group of the same id; else what its primary is a member of now; else the members, joined by nothing. */
async function answerAfter(reads: WorkoutReads, scope: UserScope, before: Found): Promise<WorkoutGroup> {
  const first = before.group.members[0]?.id ?? '';
  const after = await loadSurroundings(reads, scope, first);
  const view = after?.view ?? before.view;
  const group = view.groups.find(({ id }) => id === before.group.id) ?? view.groupOf(first);
  return toGroupAnswer(group ?? { ...before.group, status: 'open', pairs: [], decision: undefined }, view);
}

const toChange = (
  group: DecidedGroup,
  { choice, correlationId }: { readonly choice: DecisionChoice; readonly correlationId: string },
) => ({
  kind: 'workout_decision' as const,
  correlationId,
  groupId: group.id,
  decision: choice.kind,
  ...(choice.kind === 'primary' ? { primaryId: choice.primaryId } : {}),
  recordIds: group.members.map(({ id }) => id).sort(),
});

const noGroup = (): AppError =>
  new AppError('workout.group_not_found', 'There is no group by this id now: its members may have changed.');

function refused(reason: 'not_a_member' | 'too_many'): AppError {
  if (reason === 'too_many')
    return new AppError('workout.too_many_decisions', 'Take decisions back that no longer matter.');
  return new AppError('request.invalid', 'The primary is a member of the group.', {
    faults: [{ path: '/workoutId', code: 'not_a_member', message: 'the id of one of the members' }],
  });
}
