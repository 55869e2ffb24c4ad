import type { EpochMs } from '../core/instants.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { Head, PrioritySettings, UserScope } from '../samples/model.ts';
import { ALL_MODELS, FIRST_CURSOR, NO_COUNTS, type Recomputation } from './model.ts';
import type { RecomputationStore } from './recomputation-store.ts';
import { type StepDelivery, type TakeStepDeps, takeStep, type WalkPlace } from './take-step.ts';

export interface RecomputeDeps extends TakeStepDeps {
  readonly heads: Pick<HeadStore, 'load'>;
  readonly recomputations: RecomputationStore;
}

/** Thrown so that the message comes again: the head that an event tells of cannot be read yet. */
export class ChangeNotVisibleError extends Error {
  override readonly name = 'ChangeNotVisibleError';
}

/** The number of the last change of a user's priorities; 0 when there was none. */
export const lastChangeOf = ({ changedAt }: PrioritySettings): number =>
  Math.max(0, ...Object.values(changedAt));

/**
 * What changed since the last walk that ended, as the head says it: an event is but the reason to look, so that one
 * that is late, lost or doubled takes nothing away. Undefined when a walk covers it already.
 */
export function decideRecomputation(
  { userId }: Pick<UserScope, 'userId'>,
  { priorities }: Pick<Head, 'priorities'>,
  found: Recomputation | undefined,
  nowMs: EpochMs,
): Recomputation | undefined {
  const seq = lastChangeOf(priorities);
  if (seq <= (found?.seq ?? 0)) return undefined;
  const doneSeq = found?.doneSeq ?? 0;
  const keys = Object.entries(priorities.changedAt)
    .filter(([, changedSeq]) => changedSeq > doneSeq)
    .map(([key]) => key)
    .sort();
  return {
    seq,
    doneSeq,
    state: 'queued',
    step: (found?.step ?? -1) + 1,
    plan: { userId, models: ALL_MODELS, ...(keys.includes('*') ? {} : { metrics: keys }) },
    cursor: FIRST_CURSOR,
    counts: NO_COUNTS,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

/**
 * Begins the walk of a user whose priorities changed, and takes its first step. A newer change takes over what an
 * unfinished walk left. A repeat goes on with the walk that there is. Throws ChangeNotVisibleError.
 */
export async function startRecomputation(
  deps: RecomputeDeps,
  scope: UserScope,
  change: { readonly seq: number } & Omit<StepDelivery, 'step'>,
): Promise<Recomputation | undefined> {
  const { seq, ...delivery } = change;
  const head = await deps.heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) return undefined;
  if (head.seq < seq) throw new ChangeNotVisibleError();
  const found = await deps.recomputations.load(scope);
  const begun = decideRecomputation(scope, head, found, deps.clock.now());
  if (begun === undefined) {
    // Whoever began it may have died before its message was sent.
    if (found === undefined || delivery.receiveCount === 1) return found;
    return takeRecomputationStep(deps, scope, { ...delivery, step: found.step });
  }
  const outcome = await deps.recomputations.save(scope, found, begun);
  if (outcome === 'gone') return undefined;
  if (outcome === 'conflict') throw new ChangeNotVisibleError();
  return takeRecomputationStep(deps, scope, { ...delivery, step: begun.step });
}

/** One step of a user's walk (`takeStep`); the last one says up to which change all is done. */
export function takeRecomputationStep(
  deps: RecomputeDeps,
  scope: UserScope,
  delivery: StepDelivery,
): Promise<Recomputation | undefined> {
  const { workspaceId, userId } = scope;
  const place: WalkPlace<Recomputation> = {
    workspaceId,
    load: () => deps.recomputations.load(scope),
    save: (before, next) =>
      deps.recomputations.save(scope, before, {
        ...next,
        doneSeq: next.state === 'done' ? next.seq : next.doneSeq,
      }),
    messageOf: (step) => ({ kind: 'recompute', workspaceId, userId, step }),
  };
  return takeStep(deps, place, delivery);
}
