import type { EpochMs } from '../../core/instants.ts';
import type { ChangeEntry } from '../../outbox/model.ts';
import type { UserScope } from '../../samples/model.ts';

/** What a user said of a group; it holds until the user says otherwise, whatever is imported or rebuilt. */
export interface WorkoutDecision {
  /** The group as it was when the user decided: the name of the decision. */
  readonly groupId: string;
  /** Record ids of the members then: they stand for the workouts for ever. */
  readonly memberIds: readonly string[];
  /** `keep_both`: no two of the members are one activity. `primary`: `primaryId` counts in whatever group it is. */
  readonly choice: { readonly kind: 'keep_both' } | { readonly kind: 'primary'; readonly primaryId: string };
  /** Number of the transaction that stored it: of two choices the later one holds. */
  readonly seq: number;
  readonly decidedAtMs: EpochMs;
}

/** Decisions of a user that one commit writes and removes. */
export interface DecisionWrites {
  readonly put: WorkoutDecision | undefined;
  readonly removeGroupIds: readonly string[];
}

export interface DecisionStore {
  /** All decisions of the user, at most MAX_DECISION_COUNT, strongly consistent. */
  list(scope: UserScope): Promise<readonly WorkoutDecision[]>;
  /**
   * Decisions, head and change entry in one transaction, on the condition that the head's seq is
   * `change.seq - 1` and the user is not erased: whoever read after that head decided on what is stored.
   */
  commit(
    scope: UserScope,
    change: Extract<ChangeEntry, { readonly kind: 'workout_decision' }>,
    writes: DecisionWrites,
  ): Promise<'committed' | 'conflict' | 'erased'>;
}

/** Of one user: a decision is about 300 bytes, so that all of them are one Query. */
export const MAX_DECISION_COUNT = 1_000;
