import type { WorkoutGroup } from '../../../contracts/http/workouts.ts';
import type { Clock } from '../../core/clock.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import { toGroupAnswer } from '../reads/group-answer.ts';
import { loadSurroundings } from '../reads/load-surroundings.ts';
import type { WorkoutReads } from '../reads/model.ts';
import type { DecidedGroup } from '../reads/workout-view.ts';
import { type FoundGroup, findGroup } from './find-group.ts';
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
 * announces nothing; what was said of a group that is no more can be taken back. `workout.group_not_found`, `workout.too_many_decisions`, `request.invalid` for a primary
 * that is no member, `user.not_found`, `read.metric_blocked`, and `user.conflict` when others keep writing.
 */
export async function decideGroup(
  deps: DecideDependencies,
  scope: UserScope,
  request: { readonly groupId: string; readonly choice: DecisionChoice; readonly correlationId: string },
): Promise<WorkoutGroup> {
  const { reads, clock } = deps;
  for (let attempt = 1; attempt <= MAX_TRY_COUNT; attempt += 1) {
    const found = decidable(await findGroup(reads, scope, request.groupId), request.choice);
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

/** What was found, unless it is a choice of a primary among members that are no group any more. */
function decidable(found: FoundGroup | undefined, choice: DecisionChoice): FoundGroup {
  if (found === undefined) throw noGroup();
  const isOver = found.isScattered && found.group.status === 'primary_chosen';
  if (isOver && choice.kind !== 'automatic') throw noGroup();
  return found;
}

/** The group of the same id; else what its primary is a member of now; else the members, joined by nothing. */
async function answerAfter(reads: WorkoutReads, scope: UserScope, before: FoundGroup): Promise<WorkoutGroup> {
  const after = await findGroup(reads, scope, before.group.id);
  if (after !== undefined) return toGroupAnswer(after.group, after.view);
  const apart = { ...before.group, status: 'open' as const, pairs: [], decision: undefined };
  if (before.isScattered) return toGroupAnswer(apart, before.view);
  const first = before.group.members[0]?.id ?? '';
  const view = (await loadSurroundings(reads, scope, first))?.view ?? before.view;
  return toGroupAnswer(view.groupOf(first) ?? apart, view);
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
